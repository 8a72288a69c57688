import type { Command } from 'commander';
import type { Answer } from '../terminal/answer.ts';
import { findRelease, statusOf } from './release.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { statusText } from './status-text.ts';

export function addStatus(program: Command, answering: Answering): void {
  program
    .command('status')
    .description('show the stages of a release, what it waits for, and what to type next')
    .argument('<release>', 'its id, or the component where one release of it runs')
    .action((release: string) => answering((session) => status(session, release)));
}

async function status({ server }: CommandSession, release: string): Promise<Answer> {
  const connected = await server();
  const handle = await findRelease(connected, release);
  const answer = await statusOf(connected, handle);
  const link = connected.link(handle.workflowId);
  return { exit: 0, text: statusText(answer, { now: Date.now(), link }), json: { ...answer, link } };
}
