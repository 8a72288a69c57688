import { strangerReader } from './convention.ts';
import { partsOf, schemaNameReader, schemaObjectName } from './names.ts';
import { matcherOf } from '../text/pattern.ts';
import { compareVersions, lineOf } from './version.ts';
import type { SchemaConvention, SchemaName, SchemaPart } from './names.ts';
import type { SchemaVersion } from './version.ts';

/** Whether the version's own schemas come from its commit or are in the bucket already. */
export type SchemaAction = 'inject-current-schemas' | 'fetch-current-schemas';

/** A file of the bucket's `schemas/`. */
export interface StoredSchema {
  /** Without the folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Equal for equal content. */
  readonly content?: string;
  /** "gzip": what it holds is not what it was made from. */
  readonly encoding?: string;
  /** ISO 8601 */
  readonly createdAt?: string;
}

export interface SchemaLimits {
  /** Bytes of one file. */
  readonly fileSize: number;
  readonly files: number;
}

const schemaLimits: SchemaLimits = { fileSize: 16 * 1024 * 1024, files: 20_000 };

/** A name, and why it can't be what it should be. */
export interface Stranger {
  readonly name: string;
  readonly reason: string;
}

/** A version that is seen half-way. */
export interface Incomplete {
  readonly version: SchemaVersion;
  readonly missing: readonly string[];
  /** When the newest of its files was uploaded, ISO 8601. */
  readonly since?: string;
}

/** What the bucket's `schemas/` means for the release of a version. */
export type SchemaInventory<Stored extends StoredSchema> =
  /** `inputs` are the files that the version's tarball holds, under the names of the convention and in the C locale's order. */
  | { readonly kind: 'ready'; readonly inputs: readonly Stored[]; readonly versions: readonly SchemaVersion[]; readonly ignored: readonly string[] }
  /** Names that no release wrote, or files that can't be schemas: somebody must look. */
  | { readonly kind: 'refused'; readonly names: readonly Stranger[] }
  /** To be injected, but there already. */
  | { readonly kind: 'published'; readonly present: readonly string[] }
  /** To be fetched, but not all there: a botched release. */
  | { readonly kind: 'botched'; readonly present: readonly string[]; readonly missing: readonly string[] }
  /** Other versions that are being uploaded at this moment, or were left half-way. `younger`: parts that no version below `since` has. */
  | { readonly kind: 'incomplete'; readonly versions: readonly Incomplete[]; readonly younger: readonly SchemaPart[] };

export interface InventoryQuestion<Stored extends StoredSchema> {
  readonly stored: readonly Stored[];
  readonly convention: SchemaConvention;
  readonly version: SchemaVersion;
  readonly action: SchemaAction;
  /** Of the version's own line. */
  readonly newerPatches?: 'keep' | 'leaveOut';
  readonly limits?: SchemaLimits;
}

interface FoundSchema<Stored> extends SchemaName {
  readonly file: Stored;
  /** As the convention calls it. */
  readonly as: string;
}

/** Decides whether a release may be made from what is stored, and from which files. */
export function takeInventory<Stored extends StoredSchema>(question: InventoryQuestion<Stored>): SchemaInventory<Stored> {
  const { stored, convention, version, action, newerPatches = 'keep', limits = schemaLimits } = question;
  const isIgnored = matcherOf(convention.ignores);
  const [ignored, counted] = [stored.filter(({ name }) => isIgnored(name)), stored.filter(({ name }) => !isIgnored(name))];
  const read = schemaNameReader(convention);
  const stranger = strangerReader(convention);
  const isWanted = (one: SchemaVersion) => compareVersions(one, version) <= 0 || (newerPatches === 'keep' && lineOf(one) === lineOf(version));
  const found = counted.flatMap((file): readonly FoundSchema<Stored>[] => {
    const schema = read(file.name);
    return schema && isWanted(schema.version) ? [{ file, ...schema, as: schemaObjectName(convention, schema) }] : [];
  });
  const { wanted, contradicting } = onceEach(found);

  const refused = [
    ...(stored.length > limits.files ? [{ name: `${stored.length} files`, reason: `more than the ${limits.files} that are read` }] : []),
    ...counted.flatMap(({ name }) => {
      const reason = stranger(name);
      return reason === undefined ? [] : [{ name, reason }];
    }),
    ...contradicting,
    ...wanted.flatMap(({ file }) => {
      const reason = damageOf(file, limits);
      return reason === undefined ? [] : [{ name: file.name, reason }];
    }),
  ];
  if (refused.length > 0) return { kind: 'refused', names: refused };

  const byVersion = grouped(wanted, (one) => one.version);
  const missing = missingOf(convention, version, byVersion.get(version));
  const present = (byVersion.get(version) ?? []).map(({ file }) => file.name);
  if (action === 'inject-current-schemas' && present.length > 0) return { kind: 'published', present };
  if (action === 'fetch-current-schemas' && missing.length > 0) return { kind: 'botched', present, missing };

  const versions = [...byVersion.keys()].sort(compareVersions);
  const incomplete = versions.flatMap((each) => {
    const missing = missingOf(convention, each, byVersion.get(each));
    const since = byVersion.get(each)!.flatMap(({ file: { createdAt } }) => createdAt ?? []).sort().at(-1);
    return missing.length === 0 ? [] : [{ version: each, missing, ...(since !== undefined && { since }) }];
  });
  if (incomplete.length > 0) return { kind: 'incomplete', versions: incomplete, younger: youngerParts(convention, versions, byVersion) };
  const inputs = wanted.map(({ file, as }) => ({ ...file, name: as })).sort((a, b) => (a.name < b.name ? -1 : 1));
  return { kind: 'ready', inputs, versions, ignored: ignored.map(({ name }) => name) };
}

/** Why a file can be no schema, by what is known of it without a look into it. */
export function damageOf({ size, encoding }: Pick<StoredSchema, 'size' | 'encoding'>, { fileSize }: Pick<SchemaLimits, 'fileSize'> = schemaLimits): string | undefined {
  if (encoding !== undefined) return `stored with Content-Encoding ${encoding}; store it as it is`;
  if (size > fileSize) return `larger than ${fileSize} bytes`;
  return size === 0 ? 'empty' : undefined;
}

/** One file for each schema: today's name of it goes before those that are accepted. */
function onceEach<Stored extends StoredSchema>(found: readonly FoundSchema<Stored>[]): { readonly wanted: readonly FoundSchema<Stored>[]; readonly contradicting: readonly Stranger[] } {
  const groups = [...grouped(found, ({ as }) => as)].map(([as, same]) => {
    const chosen = same.find(({ file }) => file.name === as) ?? same[0]!;
    return { chosen, others: same.filter((one) => one !== chosen && one.file.content !== chosen.file.content) };
  });
  return {
    wanted: groups.map(({ chosen }) => chosen),
    contradicting: groups.flatMap(({ chosen, others }) => others.map(({ file }) => ({ name: file.name, reason: `not the same as ${chosen.file.name}: remove the one that is wrong` }))),
  };
}

function grouped<Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key): ReadonlyMap<Key, readonly Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

/** The parts that a version lacks under any accepted name, as today's convention calls them. */
function missingOf(convention: SchemaConvention, version: SchemaVersion, found: readonly SchemaName[] = []): readonly string[] {
  return partsOf(convention, version)
    .filter((part) => !found.some((one) => one.part === part))
    .map((part) => schemaObjectName(convention, { version, part }));
}

/** Parts that did not exist yet, by the look of it: each version that lacks one is below each that has it. */
function youngerParts(convention: SchemaConvention, versions: readonly SchemaVersion[], byVersion: ReadonlyMap<SchemaVersion, readonly SchemaName[]>): readonly SchemaPart[] {
  return convention.parts.flatMap(({ name }) => {
    const has = versions.map((version) => byVersion.get(version)!.some(({ part }) => part === name));
    const isMissing = versions.some((version, index) => !has[index] && partsOf(convention, version).includes(name));
    const first = has.indexOf(true);
    return isMissing && first > 0 && !has.slice(first).includes(false) ? [{ name, since: versions[first]! }] : [];
  });
}
