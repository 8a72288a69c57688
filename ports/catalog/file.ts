import { readFile } from 'node:fs/promises';
import type { Catalog } from '../../domain/catalog.ts';
import { channelsIn, problemLine, readCatalog } from '../../domain/catalog-text.ts';
import { neverRetry } from '../failures.ts';
import type { CatalogSource, Channels } from './catalog.ts';

/** The catalog in a file; read anew each time, so that the next release follows an edit without a restart. */
export function fileCatalog(file: string): CatalogSource & { readonly channels: Channels } {
  let last: Catalog | undefined;
  return {
    async read() {
      const reading = readCatalog(await text(file));
      if (reading.kind === 'valid') return (last = reading.catalog);
      const problems = reading.problems.map((problem) => problemLine(file, problem));
      throw neverRetry('InvalidCatalog', `The catalog has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.join('\n')}`);
    },

    channels: {
      async of(component) {
        const written = await text(file).then((now) => channelsIn(now, component), () => undefined);
        const known = last && Object.hasOwn(last.components, component) ? last.components[component] : undefined;
        return written ?? known?.chat;
      },
    },
  };
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw neverRetry('InvalidCatalog', `The catalog ${file} can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
