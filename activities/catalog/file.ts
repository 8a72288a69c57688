import { readFile } from 'node:fs/promises';
import { ApplicationFailure } from '@temporalio/activity';
import { problemLine, readCatalog } from '../../domain/catalog-text.ts';
import type { CatalogSource } from './catalog.ts';

/** The catalog in a file; read anew each time, so that the next release follows an edit without a restart. */
export function fileCatalog(file: string): CatalogSource {
  return {
    async read() {
      const reading = readCatalog(await text(file));
      if (reading.kind === 'valid') return reading.catalog;
      const problems = reading.problems.map((problem) => problemLine(file, problem));
      throw invalidCatalog(`The catalog has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.join('\n')}`);
    },
  };
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw invalidCatalog(`The catalog ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function invalidCatalog(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: 'InvalidCatalog', message, nonRetryable: true });
}
