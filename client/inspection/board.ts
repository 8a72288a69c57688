import type { Command } from 'commander';
import type { QueryDefinition } from '@temporalio/common';
import { componentPrefix } from '../../domain/people/objection.ts';
import { environmentPrefix } from '../../domain/environments/environment.ts';
import { componentStatus } from '../../workflows/component/messages.ts';
import { environmentStatus } from '../../workflows/environments/messages.ts';
import type { Answer } from '../terminal/answer.ts';
import { boardText } from './board-text.ts';
import type { Board } from './board-text.ts';
import { failedStarts } from './failed-starts.ts';
import type { Server } from '../terminal/connection.ts';
import { answered, releasesThat, statusOf } from '../release/release.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

const running = 'ExecutionStatus = "Running"';

export function addBoard(program: Command, answering: Answering): void {
  program
    .command('board')
    .description('show what is where, what moves, and who waits for whom')
    .action(() => answering(show));
}

async function show({ server }: CommandSession): Promise<Answer> {
  const board = await readBoard(await server());
  return { exit: 0, text: boardText(board, Date.now()), json: board };
}

export async function readBoard(server: Server): Promise<Board> {
  const [environments, components, moving, failed] = await Promise.all([environmentsOf(server), componentsOf(server), movingOf(server), failedStarts(server)]);
  return { environments, components, moving, failed };
}

function environmentsOf(server: Server): Promise<Board['environments']> {
  return statusesOf(server, `WorkflowId STARTS_WITH "${environmentPrefix}" AND ${running}`, environmentStatus, (id) => ({ environment: id.slice(environmentPrefix.length), silent: true as const }));
}

/** Also those whose workflow somebody has ended: what was halted stays halted. */
function componentsOf(server: Server): Promise<Board['components']> {
  return statusesOf(server, `WorkflowId STARTS_WITH "${componentPrefix}"`, componentStatus, (id) => ({ component: id.slice(componentPrefix.length), silent: true as const }));
}

/** What each of these workflows says of itself; of one that does not answer, what stands for it. */
async function statusesOf<Status, Silent>(server: Server, query: string, asked: QueryDefinition<Status>, silent: (id: string) => Silent): Promise<readonly (Status | Silent)[]> {
  const ids: string[] = [];
  for await (const { workflowId } of server.client.workflow.list({ query })) ids.push(workflowId);
  return Promise.all(inOrder(ids).map((id) => answered(server, () => server.client.workflow.getHandle(id).query(asked)).catch(() => silent(id))));
}

async function movingOf(server: Server): Promise<Board['moving']> {
  const ids = await releasesThat(running, server);
  return Promise.all(
    inOrder(ids).map(async (id) => {
      const status = await statusOf(server, server.client.workflow.getHandle(id)).catch(() => undefined);
      return { id, ...(status && { status }) };
    }),
  );
}

/** By id, so that the page keeps its order. */
function inOrder(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].toSorted();
}
