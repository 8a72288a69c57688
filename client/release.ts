import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { environmentPrefix } from '../domain/environments/environment.ts';
import { nearestName } from '../domain/text/nearest-name.ts';
import { prefixOf, releasePrefix as prefix, rolloutPrefix } from '../domain/release/kinds.ts';
import type { ReleaseStatus } from '../domain/release/status.ts';
import { status } from '../workflows/release/messages.ts';
import { Failure } from './answer.ts';
import type { Server } from './connection.ts';

/**
 * Finds the release that is meant: by its full id, or, while it runs, by anything that tells it from the others
 * ("gitaly", "gitaly/from-1a2b", "from-1a2b", "1a2b"; the flag, for a rollout).
 */
export async function findRelease(server: Server, given: string): Promise<WorkflowHandle> {
  if (given.startsWith(environmentPrefix)) throw new Failure(2, `"${given}" is no release: see what is where by slipway board`);
  if (prefixOf(given)) {
    const handle = server.client.workflow.getHandle(given);
    if (await described(handle)) return handle;
  }
  const running = await idsOf(server, 'AND ExecutionStatus = "Running"');
  const releases = matching(given, running);
  const meant = releases.length > 0 ? releases : await rolloutsOf(server, given);
  if (meant.length > 1) throw new Failure(2, `"${given}" could be any of ${meant.join(', ')}: say which`);
  if (meant[0] === undefined) throw new Failure(2, await noneRunning(server, given, running));
  return server.client.workflow.getHandle(meant[0]);
}

async function rolloutsOf(server: Server, flag: string): Promise<readonly string[]> {
  const ids = await idsOf(server, 'AND ExecutionStatus = "Running"', rolloutPrefix);
  return ids.filter((id) => id.endsWith(`/${flag}`));
}

/** A workflow's description, if there is such a workflow. */
export function described(handle: WorkflowHandle): Promise<WorkflowExecutionDescription | undefined> {
  return handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  });
}

/** What a release says of itself, by way of a worker. */
export function statusOf(server: Server, handle: WorkflowHandle): Promise<ReleaseStatus> {
  return answered(server, () => handle.query(status));
}

/** Asks a worker, which has ten seconds to answer before it counts as away. */
export function answered<T>({ client }: Server, ask: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + 10_000, ask);
}

/** Which of the ids `given` can stand for. A component's whole name beats the beginning of another's. */
export function matching(given: string, ids: readonly string[]): readonly string[] {
  const short = given.startsWith(prefix) ? given.slice(prefix.length) : given;
  const releases = ids.map((id) => {
    const [component, pin = ''] = id.slice(prefix.length).split('/');
    return { id, component, pin };
  });
  const named = releases.filter(({ component }) => component === short);
  const begun = releases.filter(({ id, pin }) => id.startsWith(prefix + short) || pin.startsWith(short) || pin.startsWith(`from-${short}`));
  return (named.length > 0 ? named : begun).map(({ id }) => id);
}

async function noneRunning(server: Server, given: string, running: readonly string[]): Promise<string> {
  const ended = matching(given, await idsOf(server, 'AND ExecutionStatus != "Running"'))[0];
  const others = running.length > 0 ? `Running: ${running.join(', ')}` : 'No release is running';
  const near = nearestName(given, running.map((id) => id.split('/')[1] ?? ''));
  return `no running release "${given}"${near === undefined ? '' : `: did you mean "${near}"?`}${ended === undefined ? '' : ` (the last one: ${ended})`}. ${others}`;
}

/** Newest first; at most a thousand. */
async function idsOf(server: Server, condition: string, begin = prefix): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of server.client.workflow.list({ query: `WorkflowId STARTS_WITH "${begin}" ${condition}` })) {
    if (!ids.includes(workflowId)) ids.push(workflowId);
    if (ids.length === 1_000) break;
  }
  return ids;
}
