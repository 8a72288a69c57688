import type { Catalog } from '../../domain/catalog.ts';
import type { ChatChannels } from '../../domain/release/chat.ts';

/** Where the catalog comes from. Read once, at the start of a release, whose history then pins what was read. */
export interface CatalogSource {
  /** Throws a non-retryable `InvalidCatalog` that lists every mistake with its line and column. */
  read(): Promise<Catalog>;
}

/** Where people follow a component. */
export interface Channels {
  /** Also by a catalog with mistakes, as far as it can be told: somebody has to hear of them. Never fails. */
  of(component: string): Promise<ChatChannels | undefined>;
}
