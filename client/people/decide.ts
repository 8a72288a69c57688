import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { z } from 'zod';
import { choice, confirmation, interval, vote } from '../../domain/people/decision.ts';
import { check, mistakeLine } from '../../domain/text/mistakes.ts';
import { rolloutAbortion } from '../../domain/flags/steering.ts';
import { abort, approve, confirm, decide as decideMessage, pause, reject, resume } from '../../workflows/people/messages.ts';
import type { Message } from '../../workflows/release/messages.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { byOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';
import { answered, findRelease } from '../release/release.ts';

/** The verbs by which people decide: each sends the message of its name and says whether it was accepted, or why not. */
export function addDecisions(program: Command, answering: Answering): void {
  for (const [message, purpose] of [
    [approve, 'let the candidate go on to a stage'],
    [reject, 'keep the candidate from going on to a stage, which ends the release'],
  ] as const) {
    decision(program, message.name, purpose)
      .requiredOption('--stage <name>', 'the stage to decide on')
      .addOption(byOption())
      .option('--sha <sha>', 'the commit that the vote is for: refused when the release carries another one')
      .option('--reason <text>', 'told to everybody')
      .option('--token <jws>', 'a signed decision, where votes have to be verified')
      .addOption(new Option('--token-file <path>', 'a file that holds it; - is the standard input').conflicts('token'))
      .action((release: string, options: Signable) => answering((session) => decide(session, { message, schema: vote, release, payload: signed(options) })));
  }
  decision(program, decideMessage.name, 'answer what a release asks, such as how to go on after a stage that failed')
    .requiredOption('--choice <name>', 'one of those that `slipway status` shows')
    .addOption(byOption())
    .option('--stage <name>', 'the stage it is about: refused when another one is asked about')
    .option('--sha <sha>', 'the commit to go on with, where the choice needs one')
    .option('--release <name>', 'the release to go on with, where the choice needs one')
    .option('--reason <text>', 'told to everybody')
    .action((release: string, options: object) => answering((session) => decide(session, { message: decideMessage, schema: choice, release, payload: options })));
  for (const [message, purpose] of [
    [pause, 'begin nothing new in a release, and let no soak count, until it is resumed'],
    [resume, 'go on with a release after a pause'],
  ] as const) {
    decision(program, message.name, purpose)
      .addOption(byOption())
      .option('--reason <text>', 'told to everybody')
      .action((release: string, options: object) => answering((session) => decide(session, { message, schema: interval, release, payload: options })));
  }
  decision(program, confirm.name, 'confirm what a release asks for, such as that a tarball is overwritten')
    .requiredOption('--item <name>', 'what is confirmed, as `slipway status` shows it')
    .option('--text <word>', 'the word that has to be typed in full, where one is asked for')
    .addOption(byOption())
    .action((release: string, options: object) => answering((session) => decide(session, { message: confirm, schema: confirmation, release, payload: options })));
  decision(program, abort.name, 'stop a release, and take back what is not merged yet')
    .addOption(byOption())
    .requiredOption('--reason <text>', 'told to everybody')
    .option('--leave', "of a rollout: leave the flag as it is, instead of putting back what it was")
    .action((release: string, options: object) => answering((session) => decide(session, { message: abort, schema: rolloutAbortion, release, payload: options })));
}

interface Signable {
  readonly token?: string;
  readonly tokenFile?: string;
}

/** With the token out of its file, which keeps it out of the shell's history. */
function signed({ tokenFile, ...options }: Signable): object {
  if (tokenFile === undefined) return options;
  try {
    return { ...options, token: readFileSync(tokenFile === '-' ? 0 : tokenFile, 'utf8').trim() };
  } catch (error) {
    throw new Failure(2, `--token-file: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function decision(program: Command, name: string, purpose: string): Command {
  return program.command(name).description(purpose).argument('<release>', 'its id, or the component where one release of it runs, or waits for this');
}

export interface SentDecision<Payload> {
  readonly message: Message<Payload>;
  readonly schema: z.ZodType<Payload>;
  readonly release: string;
  readonly payload: object;
}

export async function decide<Payload>({ server }: CommandSession, { message, schema, release, payload }: SentDecision<Payload>): Promise<Answer> {
  const checked = checkedOptions(schema, payload);
  const connected = await server();
  const { stage } = checked as { readonly stage?: string };
  const handle = await findRelease(connected, release, { message: message.name, stage });
  const answer = await answered(connected, () => handle.executeUpdate(message.update, { args: [checked] }));
  return {
    exit: 0,
    text: `${message.name} ${answer} by ${handle.workflowId}`,
    json: { release: handle.workflowId, message: message.name, answer, link: connected.link(handle.workflowId) },
  };
}

/** A message as it was typed in options. */
export function checkedOptions<Payload>(schema: z.ZodType<Payload>, options: object): Payload {
  const checked = check(schema, options);
  if (checked.kind === 'valid') return checked.value;
  throw new Failure(2, checked.mistakes.map((mistake) => `--${mistakeLine(mistake)}`).join('\n'));
}
