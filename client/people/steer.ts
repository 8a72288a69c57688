import type { Command } from 'commander';
import type { z } from 'zod';
import { interval } from '../../domain/people/decision.ts';
import { jumping, overruling, testing } from '../../domain/flags/steering.ts';
import { advance, hold, jump, retry, tested } from '../../workflows/flags/messages.ts';
import { resync } from '../../workflows/promotion/messages.ts';
import type { Message } from '../../workflows/release/messages.ts';
import { decide } from './decide.ts';
import { byOption } from '../terminal/options.ts';
import type { Answering } from '../terminal/session.ts';

/** The verbs by which operators steer a rollout, or what follows stage, and testers say that they have tried it. */
export function addSteering(program: Command, answering: Answering): void {
  verb(advance, overruling, 'end the watch of a rollout\'s step, and override what blocks the next one').requiredOption('--reason <text>', 'told to everybody');
  verb(hold, overruling, "leave a rollout's flag as it is until somebody resumes").requiredOption('--reason <text>', 'told to everybody');
  verb(jump, jumping, 'take a rollout to a later step at once').requiredOption('--to <value>', 'true, or a percentage').requiredOption('--reason <text>', 'told to everybody');
  verb(retry, interval, 'try again what a service has refused to a rollout').option('--reason <text>', 'told to everybody');
  verb(tested, testing, 'say that a flag was tested on staging').option('--note <text>', 'what was tried');

  verb(resync, interval, 'have what brings images to stage look at once', ['<following>', 'its id: stage/monitor/stage']).option('--reason <text>', 'told to everybody');

  function verb<Payload>(message: Message<Payload>, schema: z.ZodType<Payload>, purpose: string, [argument, meaning] = ['<rollout>', 'its id, or the flag']): Command {
    return program
      .command(message.name)
      .description(purpose)
      .argument(argument!, meaning)
      .addOption(byOption())
      .action((release: string, { to, ...options }: { to?: string }) =>
        answering((session) => decide(session, { message, schema, release, payload: to === undefined ? options : { ...options, to: valueOf(to) } })),
      );
  }
}

function valueOf(text: string): unknown {
  return text === 'true' || (text !== '' && Number.isFinite(Number(text))) ? JSON.parse(text) : text;
}
