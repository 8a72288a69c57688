import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { ReleaseState } from '../../domain/status.ts';
import { wake } from '../../workflows/messages.ts';

/** Whether a release in this state waits for the forge, or is about to. The others wait for people or clocks, and a wake would be wasted. */
const waitsForForge = {
  planning: true,
  opening: true,
  pipeline: true,
  merging: true,
  promoting: true,
  approval: false,
  soaking: false,
  undoing: false,
  ended: false,
} satisfies Record<ReleaseState, boolean>;

const states = Object.entries(waitsForForge).flatMap(([state, waits]) => (waits ? [`"${state}"`] : []));

const mostReleases = 100;

/** The releases that run. */
export interface Releases {
  /** Ids of those of a component that may wait for the forge. */
  waiting(component: string): Promise<readonly string[]>;
  /** False if it does not run. */
  wake(id: string, about: string): Promise<boolean>;
}

export function temporalReleases({ workflow }: Client): Releases {
  return {
    async waiting(component) {
      const query = `ExecutionStatus = "Running" AND Component = "${component}" AND ReleaseState IN (${states.join(', ')})`;
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
