import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ReleaseState } from '../../domain/release/status.ts';
import type { Concern } from './concern.ts';
import { wake } from '../../workflows/release/messages.ts';

/** States in which there is nothing on the forge to wait for: a wake would be wasted. A rollout that soaks looks whether its code is still there. */
const otherwiseEngaged: Readonly<Record<Waiters['type'], readonly ReleaseState[]>> = {
  componentRelease: ['approval', 'queued', 'soaking', 'undoing', 'ended'],
  featureFlagRollout: ['undoing', 'ended'],
};

const mostReleases = 100;

/** The releases of a component, or its rollouts. */
type Waiters = Extract<Concern, { kind: 'component' }>;

/** The releases that run. */
export interface Releases {
  /** Ids of those that may wait for the forge. */
  waiting(whom: Waiters): Promise<readonly string[]>;
  /** False if it does not run. */
  wake(id: string, about: string): Promise<boolean>;
}

export function connectReleases({ workflow }: Client): Releases {
  return {
    async waiting({ name, type }) {
      const query = [
        'ExecutionStatus = "Running"',
        `Component = "${name}"`,
        `WorkflowType = "${type}"`,
        `ReleaseState NOT IN (${quoted(otherwiseEngaged[type])})`,
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
