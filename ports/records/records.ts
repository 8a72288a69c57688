import type { ReleaseRecord } from '../../domain/release/record.ts';

/** Where the records of ended releases are kept, by their names (see `recordName`). */
export interface Records {
  /** The names of all records, of one component if it is named, in any order. */
  names(component?: string): Promise<readonly string[]>;
  read(name: string): Promise<ReleaseRecord | undefined>;
  /**
   * What the worker may not do there without which a record may not be kept, in words; undefined where there is nothing. Writes nothing.
   * Throws an Error where none can be kept for certain.
   */
  hindrance(): Promise<string | undefined>;
  /** Writes it whole or not at all, in the place of an earlier one of its name. */
  write(name: string, record: ReleaseRecord): Promise<void>;
}
