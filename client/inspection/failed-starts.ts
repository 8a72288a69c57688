import { everyKind } from '../../domain/release/kinds.ts';
import type { Server } from '../terminal/connection.ts';

/** Something that has failed, and that nothing of its kind has followed since. */
export interface FailedStart {
  readonly workflow: string;
  readonly component: string;
  readonly id: string;
  /** ISO 8601 */
  readonly at: string;
  readonly why: string;
}

/** How far back is looked, in ms. */
const recentMs = 24 * 3_600_000;
const mostLooked = 200;
const types = [...new Set([...everyKind.map(({ workflow }) => workflow), 'updateComponent'])];

/** Releases and hourly tasks that have failed of late, the newest of each component and kind, unless another one has begun since. */
export async function failedStarts({ client }: Server): Promise<readonly FailedStart[]> {
  const since = new Date(Date.now() - recentMs).toISOString();
  const query = `ExecutionStatus = "Failed" AND CloseTime > "${since}" AND WorkflowType IN (${types.map((type) => `"${type}"`).join(', ')})`;
  const found = new Map<string, { readonly id: string; readonly runId: string; readonly type: string; readonly component: string; readonly at: Date }>();
  let looked = 0;
  for await (const { workflowId: id, runId, type, closeTime, searchAttributes } of client.workflow.list({ query })) {
    const component = String(searchAttributes['Component']?.[0] ?? '');
    const known = found.get(`${type} ${component}`);
    if (closeTime && (!known || known.at < closeTime)) found.set(`${type} ${component}`, { id, runId, type, component, at: closeTime });
    if (++looked === mostLooked) break;
  }
  const told = await Promise.all([...found.values()].map(async ({ id, runId, type, component, at }): Promise<FailedStart | undefined> => {
    const { count } = await client.workflow.count(`WorkflowType = "${type}" AND Component = "${component}" AND StartTime > "${at.toISOString()}" AND ExecutionStatus != "Failed"`);
    return count > 0 ? undefined : { workflow: type, component, id, at: at.toISOString(), why: await whyFailed(client, id, runId) };
  }));
  return told.filter((one) => one !== undefined);
}

/** In one line. */
async function whyFailed(client: Server['client'], id: string, runId: string): Promise<string> {
  const failure: unknown = await client.workflow.getHandle(id, runId).result().catch((error: unknown) => error);
  let root = failure;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return root instanceof Error ? root.message.replaceAll(/\s*\n\s*/g, ' ') : 'it does not tell why';
}
