import { cut } from '../text/short-text.ts';
import { shown } from './refusal.ts';
import { compareVersions } from './version.ts';
import type { SchemaVersion } from './version.ts';

/** A schema in a tarball. */
export interface ArchivedSchema {
  readonly name: string;
  /** Nothing, for what is no schema by the catalog. */
  readonly version?: SchemaVersion;
  /** "" for schema.json, ".codeintel" for schema.codeintel.json. */
  readonly part?: string;
  /** Bytes. */
  readonly size: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

/** What is in a version's tarball. */
export type ArchiveContents =
  | {
      readonly kind: 'listed';
      /** Its name in the bucket, and where builds get it. */
      readonly archive: string;
      readonly url: string;
      /** Bytes. */
      readonly size: number;
      readonly sha256: string;
      /** The release that made it, where one did. */
      readonly by?: string;
      readonly schemas: readonly ArchivedSchema[];
      /** Files that are not listed here, for want of room. */
      readonly more?: number;
      /** Compared with the tarball of the version before; missing where there is none that can be read. */
      readonly changes?: ContentChanges;
    }
  | { readonly kind: 'absent'; readonly archive: string };

export interface ContentChanges extends ArchiveChanges {
  /** Schemas that both have, and that differ: "v5.1.0.codeintel". */
  readonly changed: readonly string[];
}

const mostListed = 5_000;
/** Characters: a tarball by hand may hold names of thousands. */
const longestName = 200;

/** The files of a tarball for people: few enough for one answer. */
export function listed(schemas: readonly ArchivedSchema[]): { readonly schemas: readonly ArchivedSchema[]; readonly more?: number } {
  const first = schemas.slice(0, mostListed).map((schema) => ({ ...schema, name: cut(schema.name, longestName) }));
  return schemas.length > mostListed ? { schemas: first, more: schemas.length - mostListed } : { schemas: first };
}

export function contentChanges(since: string, before: readonly ArchivedSchema[], now: readonly ArchivedSchema[]): ContentChanges {
  const versions = (schemas: readonly ArchivedSchema[]) => schemas.flatMap(({ version }) => version ?? []);
  const keyOf = ({ name, version, part = '' }: ArchivedSchema) => (version === undefined ? name : version + part);
  const old = new Map(before.map((schema) => [keyOf(schema), schema.sha256]));
  const differs = (schema: ArchivedSchema) => (old.get(keyOf(schema)) ?? schema.sha256) !== schema.sha256;
  return { ...changesBetween(since, versions(before), versions(now)), changed: shown(now.filter(differs).map(keyOf)) };
}

/** How the versions of a tarball differ from those of the one before. */
export interface ArchiveChanges {
  /** The one before, by its name in the bucket. */
  readonly since: string;
  readonly came: readonly SchemaVersion[];
  readonly went: readonly SchemaVersion[];
}

export function changesBetween(since: string, before: Iterable<SchemaVersion>, now: Iterable<SchemaVersion>): ArchiveChanges {
  const [old, current] = [new Set(before), new Set(now)];
  return {
    since,
    came: [...current].filter((version) => !old.has(version)).sort(compareVersions),
    went: [...old].filter((version) => !current.has(version)).sort(compareVersions),
  };
}

/** "v5.3.0, v5.3.1 came in, v3.20.0 went" */
export function toldChanges({ since, came, went }: ArchiveChanges): string {
  const told = [came.length > 0 && `${shown(came).join(', ')} came in`, went.length > 0 && `${shown(went).join(', ')} went`].filter((one) => one !== false);
  return `since ${since}: ${told.join('; ') || 'the same versions'}`;
}
