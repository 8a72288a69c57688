import type { Command } from 'commander';
import type { Finding } from '../../domain/inspection/diagnosis.ts';
import { worstFirst } from '../../domain/inspection/diagnosis.ts';
import type { Answer } from '../terminal/answer.ts';
import { ask } from '../terminal/ask.ts';
import { failedStarts } from './failed-starts.ts';
import { taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { table } from '../terminal/table.ts';

export function addDoctor(program: Command, answering: Answering): void {
  program
    .command('doctor')
    .description("try what releases need with the worker's credentials: tokens, repositories, protection, channels, the server")
    .argument('[component]', 'this one alone')
    .addOption(taskQueueOption())
    .action((component: string | undefined, { taskQueue }: { taskQueue: string }) => answering((session) => examine(session, component, taskQueue)));
}

async function examine(session: CommandSession, component: string | undefined, taskQueue: string): Promise<Answer> {
  const examined = await ask<readonly Finding[]>(session, { type: 'doctor', about: component, input: { ...(component !== undefined && { component }) }, taskQueue });
  const findings = [...examined, ...(await failuresOf(session, component))];
  const lines = table(worstFirst(findings).map(({ state, about, what }) => [state, about, what]));
  const todo = worstFirst(findings).flatMap(({ about, todo }) => (todo ? [`${about}: ${todo}`] : []));
  return {
    exit: findings.some(({ state }) => state === 'missing') ? 1 : 0,
    text: [...lines, ...(todo.length > 0 ? ['', 'What to do', ...todo.map((line) => `  ${line}`)] : [])].join('\n'),
    json: { findings },
  };
}

/** What releases have failed of late is what a doctor is asked for. */
async function failuresOf({ server }: CommandSession, component: string | undefined): Promise<readonly Finding[]> {
  const failed = await failedStarts(await server());
  const concerned = failed.filter((one) => component === undefined || one.component === component);
  return concerned.map(({ workflow, component: of, id, at, why }) => ({ state: 'warning', about: `${of}: ${workflow}`, what: `failed at ${at}: ${why}`, todo: `mend it, and start it again (${id})` }));
}
