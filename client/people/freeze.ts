import type { Command } from 'commander';
import { environmentId } from '../../domain/environments/environment.ts';
import { freezing, thawing } from '../../domain/environments/freeze.ts';
import { freeze, thaw } from '../../workflows/environments/messages.ts';
import { localEnvironments } from '../terminal/local-catalog.ts';
import type { Answering } from '../terminal/session.ts';
import { addVerb, tell } from './telling.ts';
import type { Lasting, PlaceOptions } from './telling.ts';

export const environment: Lasting = { noun: 'environment', idOf: environmentId, known: localEnvironments };

/** The verbs by which people keep releases away from an environment, and let them in again. */
export function addFreezes(program: Command, answering: Answering): void {
  addVerb(program, environment, freeze.name, 'promote nothing to an environment, and let no soak count there, until it is thawed')
    .requiredOption('--reason <text>', 'told to whoever waits')
    .option('--until <time>', 'thaws by itself then, for example 2026-12-24T18:00:00Z')
    .action((name: string, { taskQueue, catalog, ...payload }: PlaceOptions) =>
      answering((session) => tell(session, environment, { message: freeze, schema: freezing, name, payload, taskQueue, catalog })),
    );
  addVerb(program, environment, thaw.name, "end an operator's freeze; those of the calendar stay")
    .option('--reason <text>', 'shown with the environment')
    .action((name: string, { taskQueue, catalog, ...payload }: PlaceOptions) =>
      answering((session) => tell(session, environment, { message: thaw, schema: thawing, name, payload, taskQueue, catalog })),
    );
}
