import type { Client } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/codec-helpers.js';
import { everyKind } from '../../domain/release/kinds.ts';
import { worksIn } from '../../domain/release/status.ts';
import type { ReleaseState } from '../../domain/release/status.ts';
import { askStatus, isRunning } from './running-releases.ts';

/** The states in which a release has an environment; one that is held may have one. */
const working: readonly ReleaseState[] = ['promoting', 'soaking', 'deciding', 'rollingBack', 'held'];

/** Releases, as far as an environment depends on them: what they do there, and whether they are gone. */
export interface Holders {
  /** Resolves when no run of the release runs any more. Rejects when `signal` is aborted. */
  awaitEnd(release: string, signal: AbortSignal): Promise<void>;
  /** Releases that are at work in an environment, as far as visibility tells. */
  atWork(environment: string): Promise<readonly string[]>;
  /** What a running activity of this type has last said by its heartbeat. */
  heartbeatOf(release: string, activityType: string): Promise<unknown>;
}

export function temporalHolders(client: Client): Holders {
  const { workflow } = client;
  return {
    async awaitEnd(release, signal) {
      while (await isRunning(workflow, release)) {
        // However it ends: a Reset, too, begins another run under the same id.
        await client.withAbortSignal(signal, () => workflow.getHandle(release).result().catch(() => undefined));
        signal.throwIfAborted();
      }
    },

    async atWork(environment) {
      const states = working.map((state) => `"${state}"`).join(', ');
      const types = everyKind.filter(({ holdsEnvironments }) => holdsEnvironments).map((kind) => `"${kind.workflow}"`).join(', ');
      const query = `WorkflowType IN (${types}) AND ExecutionStatus = "Running" AND Environment = "${environment}" AND ReleaseState IN (${states})`;
      const ids: string[] = [];
      for await (const { workflowId, searchAttributes: { ReleaseState: [state] = [] } } of workflow.list({ query })) {
        const held = state === 'held' ? await askStatus(client, workflowId) : undefined;
        if (held === undefined || worksIn(held, environment)) ids.push(workflowId);
      }
      return ids;
    },

    async heartbeatOf(release, activityType) {
      const { raw } = await workflow.getHandle(release).describe();
      const pending = raw.pendingActivities?.find(({ activityType: type }) => type?.name === activityType);
      const [details] = await decodeArrayFromPayloads(client.options.loadedDataConverter, pending?.heartbeatDetails?.payloads);
      return details;
    },
  };
}
