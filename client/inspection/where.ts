import type { Command } from 'commander';
import { isSha } from '../../domain/code/commit.ts';
import type { Whereabouts } from '../../domain/inspection/whereabouts.ts';
import { toldWhereabouts } from '../../domain/inspection/whereabouts.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { ask } from '../terminal/ask.ts';
import { taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

export function addWhere(program: Command, answering: Answering): void {
  program
    .command('where')
    .description('tell how far a change has come, what blocks it, and who can help')
    .argument('<component>', 'its name in the catalog')
    .argument('<change>', "a full commit SHA, or the number of the component's pull request")
    .addOption(taskQueueOption())
    .action((component: string, change: string, { taskQueue }: { taskQueue: string }) => answering((session) => where(session, { component, change, taskQueue })));
}

async function where(session: CommandSession, { component, change, taskQueue }: { component: string; change: string; taskQueue: string }): Promise<Answer> {
  const found = await ask<Whereabouts>(session, { type: 'where', about: component, input: { component, ...changeOf(change) }, taskQueue });
  return { exit: 0, text: toldWhereabouts(found).join('\n'), json: found };
}

function changeOf(given: string): { readonly sha: string } | { readonly pullRequest: number } {
  if (isSha(given)) return { sha: given };
  const [, number] = /^#?(\d{1,9})$/.exec(given) ?? [];
  if (number !== undefined) return { pullRequest: Number(number) };
  throw new Failure(2, `a change is meant by a full commit SHA of 40 hex digits, or by the number of its pull request such as 3371, not by "${given}"`);
}
