import { WorkflowNotFoundError } from '@temporalio/client';
import type { WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { componentPrefix } from '../../domain/people/objection.ts';
import { environmentPrefix } from '../../domain/environments/environment.ts';
import { nearestName } from '../../domain/text/nearest-name.ts';
import { kindOf, partsOf, prefixes, prefixOf } from '../../domain/release/kinds.ts';
import { waitsForMessage } from '../../domain/release/status.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { status } from '../../workflows/release/messages.ts';
import { Failure } from '../terminal/answer.ts';
import type { Server } from '../terminal/connection.ts';

/**
 * Finds the release that is meant: by its full id, or, while it runs, by anything that tells it from the others
 * ("gitaly", "gitaly/from-1a2b", "from-1a2b", "1a2b"; the flag, for a rollout). Of several that are meant, the one that waits for what is sent.
 */
export async function findRelease(server: Server, given: string, sent?: { readonly message: string; readonly stage?: string | undefined }): Promise<WorkflowHandle> {
  if ([environmentPrefix, componentPrefix].some((prefix) => given.startsWith(prefix))) throw new Failure(2, `"${given}" is no release: see what is where by slipway board`);
  if (prefixOf(given)) {
    const handle = server.client.workflow.getHandle(given);
    if (await described(handle)) return handle;
  }
  const running = await releasesThat('ExecutionStatus = "Running"', server);
  const all = matching(given, running);
  const meant = all.length > 1 && sent ? await thoseThatWait(server, all, sent) : all;
  if (meant.length > 1) throw new Failure(2, `"${given}" could be any of ${meant.join(', ')}: say which`);
  if (meant[0] === undefined) throw new Failure(2, await noneRunning(server, given, running));
  return server.client.workflow.getHandle(meant[0]);
}

/** All of them, where not one alone waits for it. */
async function thoseThatWait(server: Server, ids: readonly string[], sent: Parameters<typeof waitsForMessage>[1]): Promise<readonly string[]> {
  const statuses = await Promise.all(ids.map((id) => statusOf(server, server.client.workflow.getHandle(id)).catch(() => undefined)));
  const waiting = ids.filter((_, index) => statuses[index] && waitsForMessage(statuses[index], sent));
  return waiting.length === 1 ? waiting : ids;
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

/**
 * Which of the ids `given` can stand for. A component's whole name beats a whole pin, version or flag, and that beats the beginning of any. Rollouts
 * are meant by their flag, in full: a component's name is the beginning of all its flags.
 */
export function matching(given: string, ids: readonly string[]): readonly string[] {
  const prefix = prefixOf(given);
  const short = given.slice(prefix?.length ?? 0);
  const releases = ids.filter((id) => prefix === undefined || id.startsWith(prefix)).map((id) => ({ id, kind: kindOf(id), ...partsOf(id) }));
  const plain = releases.filter(({ kind }) => kind?.meantBy === 'component');
  const ranks = [
    plain.filter(({ component }) => component === short),
    releases.filter(({ name, component }) => name === short || `${component}/${name}` === short),
    plain.filter(({ name = '', component }) => `${component}/${name}`.startsWith(short) || name.startsWith(short) || name.startsWith(`from-${short}`)),
  ];
  return (ranks.find((rank) => rank.length > 0) ?? []).map(({ id }) => id);
}

async function noneRunning(server: Server, given: string, running: readonly string[]): Promise<string> {
  const ended = matching(given, await releasesThat('ExecutionStatus != "Running"', server))[0];
  const others = running.length > 0 ? `Running: ${running.join(', ')}` : 'No release is running';
  const near = nearestName(given, running.map((id) => partsOf(id)?.component ?? ''));
  return `no running release "${given}"${near === undefined ? '' : `: did you mean "${near}"?`}${ended === undefined ? '' : ` (the last one: ${ended})`}. ${others}`;
}

/** Ids of releases of every kind, newest first; at most a thousand. */
export async function releasesThat(condition: string, { client }: Server): Promise<readonly string[]> {
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query: releasesWith(condition) })) {
    ids.add(workflowId);
    if (ids.size === 1_000) break;
  }
  return [...ids];
}

/** The query for releases of every kind of which a condition holds. */
export function releasesWith(condition: string): string {
  return `(${prefixes.map((prefix) => `WorkflowId STARTS_WITH "${prefix}"`).join(' OR ')}) AND ${condition}`;
}
