import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import type { Command } from 'commander';
import type { Outcome } from '../../domain/outcome.ts';
import { toldOutcome } from '../../domain/outcome.ts';
import type { Answer } from '../terminal/answer.ts';
import type { Server } from '../terminal/connection.ts';
import { isAway } from '../terminal/fault.ts';
import { findRelease, statusOf } from './release.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { statusText } from './status-text.ts';
import { openView } from './view.ts';

const lookEveryMs = 1_000;

export function addWatch(program: Command, answering: Answering): void {
  program
    .command('watch')
    .description('follow a release to its end')
    .argument('<release>', 'its id, or the component where one release of it runs')
    .option('--until-waiting', 'stop as soon as it waits for a person')
    .action((release: string, { untilWaiting }: { untilWaiting?: true }) =>
      answering(async (session) => {
        const server = await session.server();
        return watch(session, server, await findRelease(server, release), { until: untilWaiting ? 'waiting' : 'ended' });
      }),
    );
}

/** Shows a release as it goes, and answers with its outcome. A server or worker that is away is waited for. */
export async function watch(session: CommandSession, server: Server, handle: WorkflowHandle, { until }: { readonly until: 'waiting' | 'ended' }): Promise<Answer> {
  const link = server.link(handle.workflowId);
  const view = openView(session);
  for (;;) {
    try {
      const { status } = await handle.describe();
      if (status.name !== 'RUNNING') break;
      const current = await statusOf(server, handle);
      view.show(current, link);
      if (until === 'waiting' && current.waitingFor?.whom) {
        view.close();
        return { exit: 0, text: statusText(current, { now: Date.now(), link }), json: { ...current, link } };
      }
    } catch (error) {
      if (!isAway(error)) throw error;
      view.away(error);
    }
    await sleep(lookEveryMs);
  }
  view.close();
  return concluded(handle, link);
}

/** The answer that belongs to how a release ended; being up to date is as good as being released. */
export async function concluded(handle: WorkflowHandle, link: string | undefined): Promise<Answer> {
  const outcome = (await handle.result()) as Outcome;
  const good = ['released', 'upToDate', 'planned', 'takenBack', 'rolledOut', 'alreadyOn', 'schemasReleased', 'schemasUploaded', 'promoted', 'fixed', 'preReleased', 'nothingMerged'].includes(outcome.kind)
  return {
    exit: good ? 0 : 1,
    text: [`${handle.workflowId}: ${toldOutcome(outcome)}`, ...(link ? [link] : [])].join('\n'),
    json: { release: handle.workflowId, outcome, link },
  };
}
