import type { Catalog } from '../../domain/catalog.ts';

/** Where the catalog comes from. Read once, at the start of a release, whose history then pins what was read. */
export interface CatalogSource {
  /** Throws a non-retryable `InvalidCatalog` that lists every mistake with its line and column. */
  read(): Promise<Catalog>;
}
