import type { Client } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';

export interface OfferedCandidate {
  /** The release's id. */
  readonly release: string;
  readonly component: string;
  readonly sha: string;
}

/** The releases, as another workflow's activity meets them. */
export interface RunningReleases {
  /** Starts the release if it does not run, and tells it of a candidate. Doing so again changes nothing. */
  offer(offered: OfferedCandidate, taskQueue: string): Promise<void>;
  isRunning(release: string): Promise<boolean>;
}

export function temporalReleases({ workflow }: Client): RunningReleases {
  return {
    async offer({ release, component, sha }, taskQueue) {
      await workflow.signalWithStart('componentRelease', {
        workflowId: release,
        taskQueue,
        args: [{ component }],
        signal: 'candidate',
        signalArgs: [{ sha }],
        staticSummary: `componentRelease of ${component}`,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
    },

    async isRunning(release) {
      try {
        return (await workflow.getHandle(release).describe()).status.name === 'RUNNING';
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}
