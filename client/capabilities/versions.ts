import type { Command } from 'commander';
import { interval } from '../../domain/people/decision.ts';
import type { Interval } from '../../domain/people/decision.ts';
import type { VersionLines } from '../../domain/versions/lines.ts';
import { toldLines } from '../../domain/versions/lines.ts';
import type { Answer } from '../terminal/answer.ts';
import { decide } from '../people/decide.ts';
import { disclose, updateDownstream } from '../../workflows/versions/messages.ts';
import type { Message } from '../../workflows/release/messages.ts';
import { ask } from '../terminal/ask.ts';
import { byOption, taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { table } from '../terminal/table.ts';

export function addVersions(program: Command, answering: Answering): void {
  program
    .command('versions')
    .description("show a component's lines, their newest versions, what production runs, and what is owed")
    .argument('<component>', 'its name in the catalog')
    .addOption(taskQueueOption())
    .action((component: string, { taskQueue }: { taskQueue: string }) => answering((session) => show(session, { component, taskQueue })));
  verb(disclose, 'let everybody know of a security release that is ready', 'security/gitaly/12');
  verb(updateDownstream, 'ask the product, by a pull request, to take a candidate that is being released', 'version/gitaly/12.9.0-rc4');

  function verb(message: Message<Interval>, purpose: string, example: string): void {
    program
      .command(message.name)
      .description(purpose)
      .argument('<release>', `its id, such as ${example}`)
      .addOption(byOption())
      .option('--reason <text>', 'why')
      .action((release: string, payload: object) => answering((session) => decide(session, { message, schema: interval, release, payload })));
  }
}

async function show(session: CommandSession, { component, taskQueue }: { readonly component: string; readonly taskQueue: string }): Promise<Answer> {
  const found = await ask<VersionLines>(session, { type: 'versions', about: component, input: { component }, taskQueue });
  const { rows, text } = toldLines(found);
  return { exit: 0, text: [...table(rows), '', ...text].join('\n'), json: found };
}
