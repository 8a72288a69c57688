import { partsOf, schemaNameReader, schemaObjectName } from './names.ts';
import { compareVersions } from './version.ts';
import type { SchemaConvention, SchemaName } from './names.ts';
import type { SchemaVersion } from './version.ts';

/** Whether the version's own schemas come from its commit or are in the bucket already. */
export type SchemaAction = 'inject-current-schemas' | 'fetch-current-schemas';

/** A file of the bucket's `schemas/`. */
export interface StoredSchema {
  /** Without the folder. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export interface SchemaLimits {
  /** Bytes of one file. */
  readonly fileSize: number;
  readonly files: number;
}

const schemaLimits: SchemaLimits = { fileSize: 16 * 1024 * 1024, files: 20_000 };

/** What the bucket's `schemas/` means for the release of a version. */
export type SchemaInventory<Stored extends StoredSchema> =
  /** `inputs` are the files at or below the version, in the C locale's order. */
  | { readonly kind: 'ready'; readonly inputs: readonly Stored[]; readonly versions: readonly SchemaVersion[] }
  /** Names that no release wrote, or files too large to be schemas: somebody must look. */
  | { readonly kind: 'refused'; readonly names: readonly { readonly name: string; readonly reason: string }[] }
  /** To be injected, but there already. */
  | { readonly kind: 'published'; readonly present: readonly string[] }
  /** To be fetched, but not all there: a botched release. */
  | { readonly kind: 'botched'; readonly present: readonly string[]; readonly missing: readonly string[] }
  /** Other versions that are being uploaded at this moment, or were left half-way. */
  | { readonly kind: 'incomplete'; readonly versions: readonly { readonly version: SchemaVersion; readonly missing: readonly string[] }[] };

export interface InventoryQuestion<Stored extends StoredSchema> {
  readonly stored: readonly Stored[];
  readonly convention: SchemaConvention;
  readonly version: SchemaVersion;
  readonly action: SchemaAction;
  readonly limits?: SchemaLimits;
}

/** Decides whether a release may be made from what is stored, and from which files. */
export function takeInventory<Stored extends StoredSchema>(question: InventoryQuestion<Stored>): SchemaInventory<Stored> {
  const { stored, convention, version, action, limits = schemaLimits } = question;
  const read = schemaNameReader(convention);
  const all = stored.map((file) => ({ file, schema: read(file.name) }));
  const wanted = all.flatMap(({ file, schema }) => (schema && compareVersions(schema.version, version) <= 0 ? [{ file, ...schema }] : []));

  const refused = [
    ...(stored.length > limits.files ? [{ name: `${stored.length} files`, reason: `more than the ${limits.files} that are read` }] : []),
    ...all.filter(({ schema }) => !schema).map(({ file }) => ({ name: file.name, reason: 'not a name of the convention' })),
    ...wanted.filter(({ file }) => file.size > limits.fileSize).map(({ file }) => ({ name: file.name, reason: `larger than ${limits.fileSize} bytes` })),
  ];
  if (refused.length > 0) return { kind: 'refused', names: refused };

  const parts = partsByVersion(wanted);
  const present = wanted.filter((one) => one.version === version).map(({ file }) => file.name);
  const missing = missingOf(convention, version, parts.get(version));
  if (action === 'inject-current-schemas' && present.length > 0) return { kind: 'published', present };
  if (action === 'fetch-current-schemas' && missing.length > 0) return { kind: 'botched', present, missing };

  const versions = [...parts.keys()].sort(compareVersions);
  const incomplete = versions
    .map((each) => ({ version: each, missing: missingOf(convention, each, parts.get(each)) }))
    .filter((each) => each.missing.length > 0);
  if (incomplete.length > 0) return { kind: 'incomplete', versions: incomplete };
  return { kind: 'ready', inputs: wanted.map(({ file }) => file).sort((a, b) => (a.name < b.name ? -1 : 1)), versions };
}

function partsByVersion(schemas: readonly SchemaName[]): Map<SchemaVersion, Set<string>> {
  const found = new Map<SchemaVersion, Set<string>>();
  for (const { version, part } of schemas) {
    const parts = found.get(version) ?? new Set();
    found.set(version, parts.add(part));
  }
  return found;
}

/** The parts that a version lacks under any accepted name, as today's convention calls them. */
function missingOf(convention: SchemaConvention, version: SchemaVersion, found: ReadonlySet<string> = new Set()): readonly string[] {
  return partsOf(convention, version)
    .filter((part) => !found.has(part))
    .map((part) => schemaObjectName(convention, { version, part }));
}
