import { matcherOf } from '../text/pattern.ts';
import { damageOf } from './inventory.ts';
import { partsOf, schemaObjectName, schemaSourcePath } from './names.ts';
import type { SchemaConvention } from './names.ts';
import type { SchemaVersion } from './version.ts';

/** One schema file of a commit. */
export interface SchemaSource {
  /** In the repository. */
  readonly path: string;
  /** Below the bucket's `schemas/`. */
  readonly name: string;
}

export type SchemaSources =
  /** `ignored` look like schemas, and the catalog says that they are none. */
  | { readonly kind: 'complete'; readonly sources: readonly SchemaSource[]; readonly ignored: readonly string[] }
  | { readonly kind: 'refused'; readonly reason: string; readonly names: readonly string[] };

/** The folder of the repository that holds the schemas. */
export function sourceFolder({ source }: SchemaConvention): string {
  return source.slice(0, Math.max(0, source.lastIndexOf('/')));
}

/**
 * The files of a commit that a version's schemas are made from, in the order of their names.
 *
 * @param paths of all files in the folder: a schema that the catalog does not know is refused, not left out
 */
export function takeSources(convention: SchemaConvention, version: SchemaVersion, paths: readonly string[]): SchemaSources {
  const [before = '', after = ''] = convention.source.split('{part}');
  const wanted = partsOf(convention, version).map((part) => ({ path: schemaSourcePath(convention, part), name: schemaObjectName(convention, { version, part }) }));
  const known = new Set(wanted.map(({ path }) => path));
  const there = new Set(paths);
  const others = paths.filter((path) => path.startsWith(before) && path.endsWith(after) && path.length >= before.length + after.length && !known.has(path));
  const isIgnored = matcherOf(convention.ignores);
  const strangers = others.filter((path) => !isIgnored(path));
  const reason = 'the catalog does not know every schema of the commit: list it under names.parts, or names.ignores if it is none';
  if (strangers.length > 0) return { kind: 'refused', reason, names: strangers };
  const missing = wanted.filter(({ path }) => !there.has(path)).map(({ path }) => path);
  if (missing.length > 0) return { kind: 'refused', reason: 'the commit lacks schemas', names: missing };
  return { kind: 'complete', sources: wanted.toSorted((a, b) => (a.name < b.name ? -1 : 1)), ignored: others.filter(isIgnored) };
}

/** Why a file of the commit can't be published as a schema, by its text and its bytes. */
export function sourceDamage(text: string, size: number): string | undefined {
  const damage = damageOf({ size });
  if (damage !== undefined) return damage;
  try {
    JSON.parse(text);
    return undefined;
  } catch {
    return 'not JSON';
  }
}
