import type { Client } from '@temporalio/client';
import { ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import { kinds } from '../../domain/release/kinds.ts';
import type { Concern } from './concern.ts';
import { wake } from '../../workflows/release/messages.ts';

const mostReleases = 100;

/** The releases of one kind of a component. */
type Waiters = Extract<Concern, { kind: 'component' }>;

/** The releases that run. */
export interface WakeableReleases {
  /** Ids of those that may wait for the forge. */
  waiting(whom: Waiters): Promise<readonly string[]>;
  /** Has a Schedule's task done now. False if there is no such Schedule. */
  trigger(id: string): Promise<boolean>;
  /** False if it does not run. */
  wake(id: string, about: string): Promise<boolean>;
}

export function connectReleases({ workflow, schedule }: Client): WakeableReleases {
  return {
    async trigger(id) {
      try {
        await schedule.getHandle(id).trigger();
        return true;
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      }
    },

    async waiting({ name, of }) {
      const query = [
        'ExecutionStatus = "Running"',
        `Component = "${name}"`,
        `WorkflowType = "${kinds[of].workflow}"`,
        `ReleaseState NOT IN (${quoted(kinds[of].heedless)})`,
      ].join(' AND ');
      const ids: string[] = [];
      for await (const { workflowId } of workflow.list({ query, pageSize: mostReleases })) {
        if (ids.push(workflowId) === mostReleases) break;
      }
      return ids;
    },

    async wake(id, about) {
      try {
        await workflow.getHandle(id).signal(wake, { about });
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

function quoted(values: readonly string[]): string {
  return values.map((value) => `"${value}"`).join(', ');
}
