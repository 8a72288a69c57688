import { readFile } from 'node:fs/promises';
import { readCatalog } from '../domain/catalog-text.ts';

/**
 * The names of the components in a catalog at hand; undefined where there is none, or none that can be read: the worker's
 * catalog decides, this one only spares a round.
 */
export async function localComponents(file: string): Promise<readonly string[] | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const reading = text === undefined ? undefined : readCatalog(text);
  if (reading?.kind !== 'valid') return undefined;
  const { components, schemas } = reading.catalog;
  return [...new Set([...Object.keys(components), ...Object.keys(schemas)])];
}
