import type { Command } from 'commander';
import { Option } from 'commander';
import { shownSetting } from '../../domain/flags/setting.ts';
import type { FlagAnswer, FlagRequest, NamedFlag } from '../../domain/flags/desk-request.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { ask } from '../terminal/ask.ts';
import { byOption, taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { commandFor } from '../../domain/people/call.ts';

interface FlagAt {
  readonly environment: string;
  readonly taskQueue: string;
}

interface FlagOptions extends FlagAt {
  readonly by: string;
  readonly reason?: string;
  readonly override?: true;
}

/** Looks flags up and sets them, as a chat command would. The worker does it, with its own credentials. */
export function addFlags(program: Command, answering: Answering): void {
  const flags = program.command('flags').description("look up a component's feature flags, or set one outside of a rollout");

  placed(flags.command('list').description('the flags that match').argument('<component>', 'its name in the catalog').option('--match <text>', 'only those whose names contain it')).action(
    (component: string, { match, ...place }: FlagAt & { match?: string }) =>
      answering((session) => askDesk(session, place, { component, environment: place.environment, ...(match !== undefined && { match }) })),
  );
  placed(flags.command('get').description('one flag').argument('<component>').argument('<flag>')).action((component: string, flag: string, place: FlagAt) =>
    answering((session) => askDesk(session, place, { component, environment: place.environment, flag })),
  );
  placed(flags.command('set').description('set a flag that is not being rolled out; raising it is refused in a freeze and in an incident').argument('<component>').argument('<flag>').argument('<value>', 'true, false, or a percentage of actors from 1 to 100'))
    .addOption(byOption('who sets it'))
    .option('--reason <text>', 'why, for everybody to read')
    .option('--override', 'raise it although its environment is frozen, or an incident is open; needs a reason')
    .action((component: string, flag: string, value: string, { by, reason, override, ...place }: FlagOptions) =>
      answering((session) =>
        askDesk(session, place, { component, environment: place.environment, flag, set: valueOf(value), by, ...(reason !== undefined && { reason }), ...(override && { override }) }),
      ),
    );
}

function placed(command: Command): Command {
  return command
    .addOption(new Option('--environment <name>', 'one of the catalog').default('production'))
    .addOption(taskQueueOption());
}

function valueOf(text: string): boolean | number {
  if (text === 'true' || text === 'false') return text === 'true';
  const percentage = Number(text.replace(/\s*%$/, ''));
  if (Number.isInteger(percentage) && percentage >= 1 && percentage <= 100) return percentage;
  throw new Failure(2, `a flag is set to true, false, or a percentage of actors from 1 to 100, not to ${text}`);
}

async function askDesk(session: CommandSession, { taskQueue }: FlagAt, request: FlagRequest): Promise<Answer> {
  const { component, environment, flag = 'list', set } = request;
  const summary = `${set === undefined ? 'look up' : 'set'} ${flag} in ${environment}`;
  const answer = await ask<FlagAnswer>(session, { type: 'featureFlags', about: `${component}/${flag}`, input: request, summary, taskQueue });
  return { exit: answer.kind === 'flagRefused' || answer.kind === 'rollingOut' ? 1 : 0, text: told(answer), json: answer };
}

function told(answer: FlagAnswer): string {
  switch (answer.kind) {
    case 'flags':
      return answer.flags.map(line).join('\n') || `no flag matches in ${answer.environment}`;
    case 'flagSet':
      return [`${answer.flag} in ${answer.environment}: ${shownSetting(answer.from)} → ${shownSetting(answer.to)}`, ...(answer.untold ?? []).map((whom) => `${whom} could not be told: tell them`)].join('\n');
    case 'flagRefused':
      return `${answer.flag} in ${answer.environment} was not set: ${answer.why}`;
    case 'rollingOut':
      return [
        `${answer.flag} in ${answer.environment} was not set: ${answer.rollout} rolls it out. Tell that instead`,
        ...answer.send.map((sendable) => `  ${commandFor(answer.rollout, sendable)}`),
      ].join('\n');
  }
}

function line({ name, setting, gates = [] }: NamedFlag): string {
  return `${name}  ${setting === 'custom' ? `set otherwise (${gates.join(', ')})` : shownSetting(setting)}`;
}
