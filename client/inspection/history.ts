import type { Command } from 'commander';
import { Option } from 'commander';
import type { History } from '../../domain/inspection/history-request.ts';
import { idsFor } from '../../domain/release/kinds.ts';
import { history as historyQuery } from '../../workflows/release/messages.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { ask } from '../terminal/ask.ts';
import { historyText, messagesText, recordText } from './history-text.ts';
import { taskQueueOption } from '../terminal/options.ts';
import { answered, described } from '../release/release.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

interface HistoryOptions {
  readonly limit: number;
  readonly taskQueue: string;
}

export function addHistory(program: Command, answering: Answering): void {
  program
    .command('history')
    .description('tell what became of the newest releases, or all that is known of one')
    .argument('[of]', 'a component, or the id of a release')
    .addOption(new Option('--limit <number>', 'how many').argParser(Number).default(20))
    .addOption(taskQueueOption())
    .action((of: string | undefined, options: HistoryOptions) => answering((session) => (of?.includes('/') ? ofRelease(session, of, options) : newest(session, of, options))));
}

async function newest(session: CommandSession, component: string | undefined, options: HistoryOptions): Promise<Answer> {
  const records = await recordsOf(session, { component }, options);
  return { exit: 0, text: historyText(records) || `no release${component ? ` of ${component}` : ''} has left a record yet`, json: { records } };
}

/** A release that runs is asked itself; besides, the same id may have been released before. */
async function ofRelease(session: CommandSession, release: string, options: HistoryOptions): Promise<Answer> {
  for (const id of idsFor(release)) {
    const running = await messagesOf(session, id);
    if (running) return { exit: 0, text: [`${id} runs`, ...messagesText(running)].join('\n'), json: { release: id, running } };
  }
  const records = await recordsOf(session, { release }, options);
  if (records.length === 0) throw new Failure(2, `nothing is known of ${release}: it does not run, and has left no record`);
  return { exit: 0, text: records.map(recordText).join('\n\n'), json: { release, records } };
}

async function messagesOf({ server }: CommandSession, release: string) {
  const connected = await server();
  const handle = connected.client.workflow.getHandle(release);
  const found = await described(handle);
  return found?.status.name === 'RUNNING' ? answered(connected, () => handle.query(historyQuery)) : undefined;
}

async function recordsOf(session: CommandSession, of: { readonly component?: string | undefined; readonly release?: string }, { limit, taskQueue }: HistoryOptions) {
  const found = await ask<History>(session, { type: 'history', about: of.component ?? of.release, input: { ...of, limit }, taskQueue });
  if (found.kind === 'notKept') throw new Failure(1, 'the worker keeps no records: set SLIPWAY_RECORDS for it');
  return found.records;
}
