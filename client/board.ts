import type { Command } from 'commander';
import { environmentPrefix } from '../domain/environments/environment.ts';
import { environmentStatus } from '../workflows/release/messages.ts';
import type { Answer } from './answer.ts';
import { boardText } from './board-text.ts';
import type { Board } from './board-text.ts';
import type { Server } from './connection.ts';
import { answered, statusOf } from './release.ts';
import type { Answering, Session } from './session.ts';

/** Workflows that answer the query `status` as a release does. */
const movingTypes = ['componentRelease', 'featureFlagRollout', 'schemaRelease'];

export function addBoard(program: Command, answering: Answering): void {
  program
    .command('board')
    .description('show what is where, what moves, and who waits for whom')
    .action(() => answering(show));
}

async function show({ server }: Session): Promise<Answer> {
  const connected = await server();
  const [environments, moving] = await Promise.all([environmentsOf(connected), movingOf(connected)]);
  const board = { environments, moving };
  return { exit: 0, text: boardText(board, Date.now()), json: board };
}

async function environmentsOf(server: Server): Promise<Board['environments']> {
  const ids = await running(server, ['environment']);
  return Promise.all(
    ids.map(async (id) => {
      const handle = server.client.workflow.getHandle(id);
      const status = await answered(server, () => handle.query(environmentStatus)).catch(() => undefined);
      return status ?? { environment: id.slice(environmentPrefix.length), silent: true as const };
    }),
  );
}

async function movingOf(server: Server): Promise<Board['moving']> {
  const ids = await running(server, movingTypes);
  return Promise.all(
    ids.map(async (id) => {
      const status = await statusOf(server, server.client.workflow.getHandle(id)).catch(() => undefined);
      return { id, ...(status && { status }) };
    }),
  );
}

/** By id, so that the page keeps its order. */
async function running({ client }: Server, types: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  const query = `WorkflowType IN (${types.map((type) => `"${type}"`).join(', ')}) AND ExecutionStatus = "Running"`;
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return [...new Set(ids)].toSorted();
}
