import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Command } from 'commander';
import type { z } from 'zod';
import { environmentId } from '../../domain/environments/environment.ts';
import { freezing, thawing } from '../../domain/environments/freeze.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import { freeze, thaw } from '../../workflows/environments/messages.ts';
import type { Message } from '../../workflows/release/messages.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { checkedOptions } from './decide.ts';
import { localEnvironments } from '../terminal/local-catalog.ts';
import { byOption, catalogOption, taskQueueOption } from '../terminal/options.ts';
import { answered } from '../release/release.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

interface Where {
  readonly taskQueue: string;
  readonly catalog: string;
}

/** The verbs by which people keep releases away from an environment, and let them in again. */
export function addFreezes(program: Command, answering: Answering): void {
  onEnvironment(program, freeze.name, 'promote nothing to an environment, and let no soak count there, until it is thawed')
    .requiredOption('--reason <text>', 'told to whoever waits')
    .option('--until <time>', 'thaws by itself then, for example 2026-12-24T18:00:00Z')
    .action((environment: string, { taskQueue, catalog, ...payload }: Where) =>
      answering((session) => tell(session, { message: freeze, schema: freezing, environment, payload, taskQueue, catalog })),
    );
  onEnvironment(program, thaw.name, "end an operator's freeze; those of the calendar stay")
    .option('--reason <text>', 'shown with the environment')
    .action((environment: string, { taskQueue, catalog, ...payload }: Where) =>
      answering((session) => tell(session, { message: thaw, schema: thawing, environment, payload, taskQueue, catalog })),
    );
}

function onEnvironment(program: Command, name: string, purpose: string): Command {
  return program
    .command(name)
    .description(purpose)
    .argument('<environment>', 'its name in the catalog')
    .addOption(byOption())
    .addOption(taskQueueOption())
    .addOption(catalogOption('checks the environment by this catalog, where there is one'));
}

interface Telling<Payload> extends Where {
  readonly message: Message<Payload>;
  readonly schema: z.ZodType<Payload>;
  readonly environment: string;
  readonly payload: object;
}

/** Starts the environment's workflow where no release has needed it yet: it may be frozen before the first one. */
async function tell<Payload>({ server }: CommandSession, { message, schema, environment, payload, taskQueue, catalog }: Telling<Payload>): Promise<Answer> {
  const checked = checkedOptions(schema, payload);
  const known = await localEnvironments(catalog);
  if (known && !known.includes(environment)) throw new Failure(2, unknownName('environment', environment, known));
  const connected = await server();
  const workflowId = environmentId(environment);
  const startWorkflowOperation = new WithStartWorkflowOperation('environment', { workflowId, taskQueue, args: [{ environment }], workflowIdConflictPolicy: 'USE_EXISTING' });
  const answer = await answered(connected, () => connected.client.workflow.executeUpdateWithStart(message.update, { args: [checked], startWorkflowOperation }));
  return { exit: 0, text: `${message.name} ${answer} by ${workflowId}`, json: { environment, message: message.name, answer, link: connected.link(workflowId) } };
}
