import { readFile } from 'node:fs/promises';
import type { Catalog } from '../../domain/catalog.ts';
import { problemLine, readCatalog } from '../../domain/catalog-text.ts';
import type { CatalogReading } from '../../domain/catalog-text.ts';
import { Failure } from './answer.ts';
import { shown } from './fault.ts';

/**
 * The names of the components in a catalog at hand; undefined where there is none, or none that can be read: the worker's
 * catalog decides, this one only spares a round.
 */
export async function localComponents(file: string): Promise<readonly string[] | undefined> {
  const catalog = await localCatalog(file);
  return catalog && Object.keys(catalog.components);
}

/** Likewise of the environments. */
export async function localEnvironments(file: string): Promise<readonly string[] | undefined> {
  const catalog = await localCatalog(file);
  return catalog && Object.keys(catalog.environments);
}

export async function localCatalog(file: string): Promise<Catalog | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const reading = text === undefined ? undefined : readCatalog(text);
  return reading?.kind === 'valid' ? reading.catalog : undefined;
}

/** What is in this file. @throws Failure where it can't be read */
export async function readingOf(file: string): Promise<CatalogReading> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new Failure(2, `can't read the catalog: ${shown(error)}`);
  });
  return readCatalog(text);
}

/** The catalog in this file. @throws Failure with every mistake in it */
export async function catalogAt(file: string): Promise<Catalog> {
  const reading = await readingOf(file);
  if (reading.kind === 'valid') return reading.catalog;
  throw new Failure(2, reading.problems.map((problem) => problemLine(file, problem)).join('\n'));
}
