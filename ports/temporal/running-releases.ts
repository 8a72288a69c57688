import type { Client, WorkflowClient } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowNotFoundError } from '@temporalio/client';
import type { Sha } from '../../domain/code/commit.ts';
import type { Superseding } from '../../domain/environments/claim.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { assertStillOurs } from '../pulse.ts';
import { everyKind, kinds } from '../../domain/release/kinds.ts';

/** How long a release has to answer, in ms. */
const patienceMs = 10_000;

/** So many releases back it is looked what became of them. */
const mostEnded = 200;

export interface OfferedCandidate {
  /** The release's id. */
  readonly release: string;
  readonly component: string;
  readonly sha: Sha;
}

/** A release that has come to an outcome. */
export interface EndedRelease {
  readonly release: string;
  /** What it carried last. */
  readonly candidate: Sha;
  readonly outcome: Outcome;
}

/** The releases, as another workflow's activity meets them. */
export interface RunningReleases {
  /** Starts the release if it does not run, and tells it of a candidate. Doing so again changes nothing. */
  offer(offered: OfferedCandidate, taskQueue: string): Promise<void>;
  /** Tells a release that another one has taken its place. One that has ended needs no word. */
  supersede(release: string, superseding: Superseding): Promise<void>;
  isRunning(release: string): Promise<boolean>;
  /** Ids that begin so, of releases that run and of those that have ended, as far as the server remembers them, newest first. */
  begun(prefix: string): Promise<readonly string[]>;
  /** What it says of itself, if it answers. */
  status(release: string): Promise<ReleaseStatus | undefined>;
  /** Those of a component that carried one of these commits, and have ended, newest first, as far as the server remembers them. What was cancelled or terminated has no outcome. */
  ended(component: string, carrying: ReadonlySet<Sha>): Promise<readonly EndedRelease[]>;
  /** The releases of a component that run, of all kinds that land in environments. One that does not answer, because its worker is away or it is stuck, has no status. */
  running(component: string): Promise<readonly { readonly release: string; readonly status?: ReleaseStatus }[]>;
}

export function temporalReleases(client: Client): RunningReleases {
  const { workflow } = client;
  const statusOf = (release: string) => askStatus(client, release);

  return {
    async offer({ release, component, sha }, taskQueue) {
      await assertStillOurs(`offer ${release}`);
      await workflow.signalWithStart(kinds.release.workflow, {
        workflowId: release,
        taskQueue,
        args: [{ component }],
        signal: 'candidate',
        signalArgs: [{ sha }],
        staticSummary: `${kinds.release.workflow} of ${component}`,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      });
    },

    async supersede(release, superseding) {
      await assertStillOurs(`supersede ${release}`);
      await workflow.getHandle(release).signal('superseded', superseding).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    },

    isRunning: (release) => isRunning(workflow, release),

    async begun(prefix) {
      const runs = [];
      for await (const { workflowId, startTime } of workflow.list({ query: `WorkflowId STARTS_WITH "${prefix}"` })) runs.push({ workflowId, at: startTime.getTime() });
      return [...new Set(runs.toSorted((a, b) => b.at - a.at).map(({ workflowId }) => workflowId))];
    },

    status: statusOf,

    async ended(component, carrying) {
      const found: EndedRelease[] = [];
      let seen = 0;
      for await (const { workflowId, runId, searchAttributes } of workflow.list({ query: `(${theirs(component)}) AND ExecutionStatus = "Completed"` })) {
        const [candidate] = (searchAttributes.CandidateSha ?? []) as Sha[];
        if (candidate !== undefined && carrying.has(candidate)) found.push({ release: workflowId, candidate, outcome: await workflow.getHandle(workflowId, runId).result() });
        if (++seen >= mostEnded) break;
      }
      return found;
    },

    async running(component) {
      const found = [];
      for await (const { workflowId: release } of workflow.list({ query: `(${theirs(component)}) AND ExecutionStatus = "Running"` })) {
        const status = await statusOf(release);
        found.push({ release, ...(status && { status }) });
      }
      return found;
    },
  };
}

function theirs(component: string): string {
  const landing = everyKind.filter(({ holdsEnvironments }) => holdsEnvironments);
  return landing.map(({ prefix }) => `WorkflowId STARTS_WITH "${prefix}${component}/"`).join(' OR ');
}

/** What a release says of itself, if it answers. */
export async function askStatus(client: Client, release: string): Promise<ReleaseStatus | undefined> {
  return client.withDeadline(Date.now() + patienceMs, () => client.workflow.getHandle(release).query<ReleaseStatus>('status')).catch(() => undefined);
}

/** Whether there is such a workflow, and it has not ended. */
export async function isRunning(workflow: WorkflowClient, id: string): Promise<boolean> {
  try {
    return (await workflow.getHandle(id).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
