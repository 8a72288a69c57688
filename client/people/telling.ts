import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Command } from 'commander';
import type { z } from 'zod';
import { unknownName } from '../../domain/text/nearest-name.ts';
import type { Message } from '../../workflows/release/messages.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { byOption, catalogOption, taskQueueOption } from '../terminal/options.ts';
import { answered } from '../release/release.ts';
import type { CommandSession } from '../terminal/session.ts';
import { checkedOptions } from './decide.ts';

/** What a catalog names, and has a workflow of its own that outlives releases. */
export interface Lasting {
  /** What it is, and the type of its workflow. */
  readonly noun: 'environment' | 'component';
  idOf(name: string): string;
  /** Those of the catalog at hand, where there is one. */
  known(catalog: string): Promise<readonly string[] | undefined>;
}

export interface PlaceOptions {
  readonly taskQueue: string;
  readonly catalog: string;
}

export function addVerb(program: Command, { noun }: Lasting, name: string, purpose: string): Command {
  return program
    .command(name)
    .description(purpose)
    .argument(`<${noun}>`, 'its name in the catalog')
    .addOption(byOption())
    .addOption(taskQueueOption())
    .addOption(catalogOption(`checks the ${noun} by this catalog, where there is one`));
}

export interface Telling<Payload> extends PlaceOptions {
  readonly message: Message<Payload>;
  readonly schema: z.ZodType<Payload>;
  readonly name: string;
  readonly payload: object;
}

/** Starts its workflow where nobody has needed it yet. */
export async function tell<Payload>({ server }: Pick<CommandSession, 'server'>, { noun, idOf, known: namesIn }: Lasting, { message, schema, name, payload, taskQueue, catalog }: Telling<Payload>): Promise<Answer> {
  const checked = checkedOptions(schema, payload);
  const known = await namesIn(catalog);
  if (known && !known.includes(name)) throw new Failure(2, unknownName(noun, name, known));
  const connected = await server();
  const workflowId = idOf(name);
  const startWorkflowOperation = new WithStartWorkflowOperation(noun, { workflowId, taskQueue, args: [{ [noun]: name }], workflowIdConflictPolicy: 'USE_EXISTING' });
  const answer = await answered(connected, () => connected.client.workflow.executeUpdateWithStart(message.update, { args: [checked], startWorkflowOperation }));
  return { exit: 0, text: `${message.name} ${answer} by ${workflowId}`, json: { [noun]: name, message: message.name, answer, link: connected.link(workflowId) } };
}
