import type { Command } from 'commander';
import { componentId, halting, lifting, vetoing } from '../../domain/people/objection.ts';
import { halt, lift, veto } from '../../workflows/component/messages.ts';
import { localComponents } from '../terminal/local-catalog.ts';
import type { Answering } from '../terminal/session.ts';
import { addVerb, tell } from './telling.ts';
import type { Lasting, PlaceOptions } from './telling.ts';

const component: Lasting = { noun: 'component', idOf: componentId, known: localComponents };

/** The verbs by which people object to what is released of a component, and take that back. */
export function addHalts(program: Command, answering: Answering): void {
  addVerb(program, component, halt.name, 'begin no release of a component, and let none go on to its merge or its next stage, until it is lifted')
    .requiredOption('--reason <text>', 'told to everybody')
    .option('--until <time>', 'is lifted by itself then, for example 2026-12-24T18:00:00Z')
    .action((name: string, { taskQueue, catalog, ...payload }: PlaceOptions) =>
      answering((session) => tell(session, component, { message: halt, schema: halting, name, payload, taskQueue, catalog })),
    );
  addVerb(program, component, veto.name, 'release neither a commit nor what contains it without its revert')
    .argument('<sha>', 'the full SHA of the commit')
    .requiredOption('--reason <text>', 'told to everybody')
    .option('--until <time>', 'is lifted by itself then, for example 2026-12-24T18:00:00Z')
    .option('--only', 'what comes after the commit is released all the same')
    .action((name: string, sha: string, { taskQueue, catalog, ...payload }: PlaceOptions) =>
      answering((session) => tell(session, component, { message: veto, schema: vetoing, name, payload: { ...payload, sha }, taskQueue, catalog })),
    );
  addVerb(program, component, lift.name, 'end the halt of a component, or the veto on a commit')
    .option('--sha <sha>', 'end the veto on this commit, and not the halt')
    .option('--reason <text>', 'shown with the component')
    .action((name: string, { taskQueue, catalog, ...payload }: PlaceOptions) =>
      answering((session) => tell(session, component, { message: lift, schema: lifting, name, payload, taskQueue, catalog })),
    );
}
