import type { Command } from 'commander';
import { problemLine } from '../../domain/catalog-text.ts';
import type { Answer } from '../terminal/answer.ts';
import { readingOf } from '../terminal/local-catalog.ts';
import type { Answering } from '../terminal/session.ts';

export function addValidate(program: Command, answering: Answering): void {
  program
    .command('validate')
    .description('check a catalog and say every mistake with its line')
    .argument('[file]', 'the catalog (SLIPWAY_CATALOG; default slipway.yaml)')
    .action((file: string | undefined) => answering(({ terminal }) => validate(file ?? (terminal.env.SLIPWAY_CATALOG || 'slipway.yaml'))));
}

async function validate(file: string): Promise<Answer> {
  const reading = await readingOf(file);
  if (reading.kind === 'invalid') {
    return { exit: 2, text: reading.problems.map((problem) => problemLine(file, problem)).join('\n'), json: { file, ...reading } };
  }
  const components = Object.keys(reading.catalog.components);
  const environments = Object.keys(reading.catalog.environments);
  return {
    exit: 0,
    text: `${file} is valid. Components: ${components.join(', ')}. Environments: ${environments.join(', ')}`,
    json: { file, kind: 'valid', components, environments },
  };
}
