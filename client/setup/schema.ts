import type { Command } from 'commander';
import { catalogJsonSchema } from '../../domain/catalog-json-schema.ts';
import type { Answering } from '../terminal/session.ts';

export function addSchema(program: Command, answering: Answering): void {
  program
    .command('schema')
    .description("print the catalog's JSON Schema, for editors")
    .action(() =>
      answering(async () => {
        const json = catalogJsonSchema();
        return { exit: 0, text: JSON.stringify(json, undefined, 2), json };
      }),
    );
}
