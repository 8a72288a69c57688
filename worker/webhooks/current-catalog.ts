import type { Logger } from 'pino';
import type { CatalogSource } from '../../ports/catalog/catalog.ts';
import type { Catalog } from '../../domain/catalog.ts';

const freshForMs = 10_000;

/**
 * Follows edits of the catalog without a restart; one that has been spoilt doesn't replace the good one.
 *
 * @throws what `source` throws, when there is no good one yet
 */
export async function followCatalog(source: CatalogSource, log: Logger): Promise<() => Promise<Catalog>> {
  let catalog = await source.read();
  let readAt = Date.now();
  return async () => {
    if (Date.now() - readAt < freshForMs) return catalog;
    readAt = Date.now();
    catalog = await source.read().catch((error: unknown) => {
      log.error({ err: error }, 'the catalog as it was before stays in force');
      return catalog;
    });
    return catalog;
  };
}
