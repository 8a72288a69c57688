import { createHash } from 'node:crypto';
import type { Sha } from '../../domain/code/commit.ts';
import { conventionIn } from '../../domain/schemas/convention.ts';
import type { SchemaInventory, StoredSchema } from '../../domain/schemas/inventory.ts';
import { takeInventory } from '../../domain/schemas/inventory.ts';
import type { SchemaConvention } from '../../domain/schemas/names.ts';
import { schemaNameReader } from '../../domain/schemas/names.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { schemaFolder } from '../../domain/schemas/plan.ts';
import { refusal, shown } from '../../domain/schemas/refusal.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import { toldIncomplete } from '../../domain/schemas/soundness.ts';
import type { SchemaVersion } from '../../domain/schemas/version.ts';
import type { Artifact } from '../../ports/artifacts/store.ts';
import { notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { createSchemaSources } from './sources.ts';
import type { CurrentSchemas } from './sources.ts';
import { serverTime } from '../server-time.ts';

/** What every step of a schema release is given. */
export interface SchemaWork {
  readonly plan: SchemaPlan;
  /** Marks what this release has written: begins with its id, and differs from that of an earlier release of the version. */
  readonly key: string;
  /** The commit whose schemas are the version's; the plan's candidate, as long as nothing else is built. */
  readonly from?: Sha;
}

/** What a tarball is made from. */
export interface Stock {
  readonly kind: 'ready';
  readonly files: number;
  /** Bytes. */
  readonly size: number;
  /** Every released version in it, ascending. */
  readonly versions: readonly SchemaVersion[];
  /** Of everything that goes into the tarball: another one means another content. */
  readonly digest: string;
  /** Of the version's own schemas; nothing where they are in the bucket. */
  readonly current?: string;
  /** What is no schema, and may stay by the catalog. */
  readonly ignored?: readonly string[];
}

/** Other versions are being uploaded, by the look of it. */
export interface UnderWay {
  readonly kind: 'underWay';
  readonly versions: readonly string[];
  readonly missing: readonly string[];
  /** From then on it is not waited for any more, ISO 8601. */
  readonly until: string;
}

export interface StoredArtifact extends StoredSchema {
  readonly artifact: Artifact;
}

export interface Gathered {
  readonly kind: 'ready';
  readonly inputs: readonly StoredArtifact[];
  readonly versions: readonly SchemaVersion[];
  readonly ignored: readonly string[];
  /** The version's own schemas; none where they are in the bucket. */
  readonly current?: CurrentSchemas;
}

/** Looks at the bucket and at the commit that is released. Writes nothing. */
export function createSchemaStock(ports: Pick<Ports, 'artifacts' | 'forge'>) {
  const { artifacts } = ports;
  const { schemasAt } = createSchemaSources(ports);

  /**
   * Whether this version may be released, and from what.
   * @throws `NotYet` while another version is being uploaded, if it is to be waited for
   */
  async function takeStock({ waits, ...work }: SchemaWork & { readonly waits?: true }): Promise<Stock | SchemaRefusal | UnderWay> {
    const gathered = await gather(work);
    if (gathered.kind === 'underWay' && waits) throw notYet(`${gathered.versions.join(', ')} may be under way, and lack ${gathered.missing.join(', ')}`);
    return gathered.kind === 'ready' ? stockOf(gathered) : gathered;
  }

  /** What the version's tarball is made from. */
  async function gather(work: SchemaWork): Promise<Gathered | SchemaRefusal | UnderWay> {
    const { rules, version, action } = work.plan;
    const stored = await storedIn(rules.bucket);
    const convention = conventionOf(rules, stored);
    const { ours, mixed } = ownFiles(work, stored, convention);
    if (mixed.length > 0) return refusal(`an upload of ${version} was cut off that was not from ${commitOf(work)}: its "base" must be a branch at its commit`, mixed);
    const inventory = takeInventory({
      stored: stored.filter((file) => !ours.has(file)),
      convention,
      version,
      action: action === 'upload-current-schemas' ? 'inject-current-schemas' : action,
      newerPatches: rules.newerPatches,
    });
    if (inventory.kind !== 'ready') return told(work.plan, inventory);
    if (action === 'fetch-current-schemas') return inventory;
    const current = await schemasAt(work.plan, commitOf(work), convention);
    return current.kind === 'refused' ? current : { ...inventory, current };
  }

  /** The version's schemas of its commit, under the names that the bucket gives them. */
  async function currentSchemas(work: SchemaWork): Promise<CurrentSchemas | SchemaRefusal> {
    const { plan } = work;
    return schemasAt(plan, commitOf(work), conventionOf(plan.rules, await storedIn(plan.rules.bucket)));
  }

  async function storedIn(bucket: string): Promise<readonly StoredArtifact[]> {
    const found = await artifacts.list(bucket, schemaFolder);
    return found.map(storedOf).filter(({ name, size }) => name !== '' || size > 0);
  }

  return { takeStock, gather, currentSchemas };
}

export function storedOf(artifact: Artifact): StoredArtifact {
  const { name, size, crc32c, createdAt, encoding } = artifact;
  return { name: name.slice(schemaFolder.length), size, content: `${size} ${crc32c}`, artifact, ...(createdAt && { createdAt }), ...(encoding && { encoding }) };
}

/** Marks a schema file of a version: which release has written it, and from which commit. */
export function schemaFileKey(work: SchemaWork): string {
  return `${work.key} at ${commitOf(work)}`;
}

function commitOf({ plan, from = plan.candidate }: SchemaWork): Sha {
  return from;
}

function conventionOf({ names }: SchemaPlan['rules'], stored: readonly StoredArtifact[]): SchemaConvention {
  return conventionIn(names, stored.map(({ name }) => name));
}

/**
 * Files of this version that do not count as somebody's release of it: this release wrote them itself, or an upload of the same version and
 * commit was left half-way and is completed now. Those of another commit would make a version that never was: they are `mixed`.
 */
function ownFiles(work: SchemaWork, stored: readonly StoredArtifact[], convention: SchemaConvention): { readonly ours: ReadonlySet<StoredArtifact>; readonly mixed: readonly string[] } {
  const { id, action, version } = work.plan;
  if (action === 'fetch-current-schemas') return { ours: new Set(), mixed: [] };
  const read = schemaNameReader(convention);
  const present = stored.filter(({ name }) => read(name)?.version === version);
  const whole = takeInventory({ stored: present, convention, version, action: 'fetch-current-schemas' }).kind === 'ready';
  const completes = action === 'upload-current-schemas' && !whole;
  const cutOff = present.filter(({ artifact }) => completes && artifact.key?.startsWith(`${id} `));
  const mixed = cutOff.filter(({ artifact }) => !artifact.key!.endsWith(` at ${commitOf(work)}`));
  const own = present.filter(({ artifact }) => artifact.key?.startsWith(`${work.key} at `));
  return { ours: new Set([...own, ...cutOff]), mixed: mixed.map(({ name, artifact }) => `${name}: ${artifact.key}`) };
}

function told(plan: SchemaPlan, inventory: Exclude<SchemaInventory<StoredArtifact>, { kind: 'ready' }>): SchemaRefusal | UnderWay {
  const { version, rules: { bucket } } = plan;
  switch (inventory.kind) {
    case 'refused':
      return refusal(`${bucket}/${schemaFolder} holds what is no schema`, inventory.names.map(({ name, reason }) => `${name}: ${reason}`));
    case 'published':
      return refusal(`the schemas of ${version} are in ${bucket} already`, inventory.present);
    case 'botched':
      return refusal(`botched release: ${bucket} lacks schemas of ${version}${inventory.present.length > 0 ? `; it has ${inventory.present.join(', ')}` : ''}; missing`, inventory.missing);
    case 'incomplete':
      return halfWay(plan, inventory);
  }
}

/** What was uploaded a moment ago may be completed a moment later; what has lain there for longer was left so. */
function halfWay({ rules: { uploadTimeout } }: SchemaPlan, incomplete: Extract<SchemaInventory<StoredArtifact>, { kind: 'incomplete' }>): SchemaRefusal | UnderWay {
  const { versions } = incomplete;
  const ends = versions.map(({ since }) => (since === undefined ? 0 : Date.parse(since)) + uploadTimeout);
  const missing = versions.flatMap((one) => one.missing);
  if (ends.some((end) => end <= serverTime())) return refusal(toldIncomplete(incomplete), missing);
  return { kind: 'underWay', versions: shown(versions.map((one) => one.version)), missing: shown(missing), until: new Date(Math.max(...ends)).toISOString() };
}

export function stockOf({ inputs, versions, ignored, current }: Gathered): Stock {
  const digest = createHash('sha256');
  for (const { name, artifact } of inputs) digest.update(`${name}\0${artifact.generation}\n`);
  if (current) digest.update(current.digest);
  const all = [...ignored, ...(current?.ignored ?? [])];
  return {
    kind: 'ready',
    files: inputs.length,
    size: inputs.reduce((sum, { size }) => sum + size, 0),
    versions,
    digest: digest.digest('hex'),
    ...(current && { current: current.digest }),
    ...(all.length > 0 && { ignored: shown(all) }),
  };
}
