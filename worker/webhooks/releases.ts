import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ReleaseState } from '../../domain/status.ts';
import { wake } from '../../workflows/messages.ts';

/** The workflows that take a wake. */
const types = ['componentRelease'];

/** States in which a release waits for people or clocks: a wake would be wasted. */
const otherwiseEngaged: readonly ReleaseState[] = ['approval', 'queued', 'soaking', 'undoing', 'ended'];

const mostReleases = 100;

/** The releases that run. */
export interface Releases {
  /** Ids of those of a component that may wait for the forge. */
  waiting(component: string): Promise<readonly string[]>;
  /** False if it does not run. */
  wake(id: string, about: string): Promise<boolean>;
}

export function connectReleases({ workflow }: Client): Releases {
  return {
    async waiting(component) {
      const query = [
        'ExecutionStatus = "Running"',
        `Component = "${component}"`,
        `WorkflowType IN (${quoted(types)})`,
        `ReleaseState NOT IN (${quoted(otherwiseEngaged)})`,
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
