import { createHash } from 'node:crypto';
import { activityInfo } from '@temporalio/activity';
import type { SchemaInventory, StoredSchema } from '../../domain/schemas/inventory.ts';
import { takeInventory } from '../../domain/schemas/inventory.ts';
import { schemaNameReader } from '../../domain/schemas/names.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { schemaFolder } from '../../domain/schemas/plan.ts';
import { sourceFolder, takeSources } from '../../domain/schemas/sources.ts';
import type { SchemaSource } from '../../domain/schemas/sources.ts';
import type { SchemaVersion } from '../../domain/schemas/version.ts';
import type { Artifact } from '../../ports/artifacts/store.ts';
import { notYet, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';

/** What every step of a schema release is given. */
export interface SchemaWork {
  readonly plan: SchemaPlan;
  /** Marks what this release has written: begins with its id, and differs from that of an earlier release of the version. */
  readonly key: string;
}

export interface SchemaRefusal {
  readonly kind: 'refused';
  readonly reason: string;
  readonly names: readonly string[];
}

/** What a tarball is made from. */
export interface Stock {
  readonly kind: 'ready';
  readonly files: number;
  /** Bytes. */
  readonly size: number;
  /** Every released version in it, ascending. */
  readonly versions: readonly SchemaVersion[];
  /** Of the names and generations: another one means another content. */
  readonly digest: string;
}

export interface StoredArtifact extends StoredSchema {
  readonly artifact: Artifact;
}

export type Inventory = SchemaRefusal | { readonly kind: 'ready'; readonly inputs: readonly StoredArtifact[]; readonly versions: readonly SchemaVersion[] };

/** Looks at the bucket and at the release's commit. Writes nothing. */
export function createSchemaStock({ artifacts, forge }: Pick<Ports, 'artifacts' | 'forge'>) {
  /**
   * Whether this version may be released, and from what.
   * @throws `NotYet` while another version is being uploaded, until the catalog's patience ends
   */
  async function takeStock(work: SchemaWork): Promise<Stock | SchemaRefusal> {
    const { action } = work.plan;
    const inventory = await inventoryOf(work);
    if (inventory.kind === 'refused') return inventory;
    const sources = action === 'fetch-current-schemas' ? undefined : await sourcesOf(work.plan);
    return sources?.kind === 'refused' ? sources : stockOf(inventory);
  }

  async function inventoryOf({ plan, key }: SchemaWork): Promise<Inventory> {
    const { rules, version } = plan;
    const found = await artifacts.list(rules.bucket, schemaFolder);
    const stored = found
      .map((artifact) => ({ name: artifact.name.slice(schemaFolder.length), size: artifact.size, artifact }))
      .filter(({ name, size }) => name !== '' || size > 0);
    const action = plan.action === 'upload-current-schemas' ? 'inject-current-schemas' : plan.action;
    const { ours, mixed } = ownFiles({ plan, key }, stored);
    if (mixed.length > 0) return { kind: 'refused', reason: `an upload of ${version} was cut off that was not from ${plan.candidate}: its "base" must be a branch at its commit`, names: mixed };
    return told(plan, takeInventory({ stored: stored.filter((file) => !ours.has(file)), convention: rules.names, version, action }));
  }

  /** The schemas of the release's commit. */
  async function sourcesOf({ rules, version, candidate }: SchemaPlan): Promise<SchemaRefusal | { readonly kind: 'complete'; readonly sources: readonly SchemaSource[] }> {
    const folder = sourceFolder(rules.names);
    const files = (await forge.commits.list(rules.repository, folder, candidate)) ?? [];
    return takeSources(rules.names, version, files);
  }

  /** What a file of `sourcesOf` holds at the release's commit. */
  async function sourceContent({ rules, candidate }: SchemaPlan, { path }: SchemaSource): Promise<Buffer> {
    const text = await forge.commits.read(rules.repository, path, candidate);
    if (text === undefined) throw tryAgain('Unavailable', `${rules.repository} lists ${path} at ${candidate} and does not show it`);
    return Buffer.from(text);
  }

  return { takeStock, inventoryOf, sourcesOf, sourceContent };
}

/** Marks a schema file of a version: which release has written it, and from which commit. */
export function schemaFileKey({ plan, key }: SchemaWork): string {
  return key + from(plan);
}

function from({ candidate }: SchemaPlan): string {
  return ` at ${candidate}`;
}

/**
 * Files of this version that do not count as somebody's release of it: this release wrote them itself, or an upload of the same version and
 * commit was left half-way and is completed now. Those of another commit would make a version that never was: they are `mixed`.
 */
function ownFiles(work: SchemaWork, stored: readonly StoredArtifact[]): { readonly ours: ReadonlySet<StoredArtifact>; readonly mixed: readonly string[] } {
  const { id, action, version, rules } = work.plan;
  if (action === 'fetch-current-schemas') return { ours: new Set(), mixed: [] };
  const read = schemaNameReader(rules.names);
  const present = stored.filter(({ name }) => read(name)?.version === version);
  const whole = takeInventory({ stored: present, convention: rules.names, version, action: 'fetch-current-schemas' }).kind === 'ready';
  const completes = action === 'upload-current-schemas' && !whole;
  const cutOff = present.filter(({ artifact }) => completes && artifact.key?.startsWith(`${id} `));
  const mixed = cutOff.filter(({ artifact }) => !artifact.key!.endsWith(from(work.plan)));
  const own = present.filter(({ artifact }) => artifact.key === schemaFileKey(work));
  return { ours: new Set([...own, ...cutOff]), mixed: mixed.map(({ name, artifact }) => `${name}: ${artifact.key}`) };
}

function told({ version, rules }: SchemaPlan, inventory: SchemaInventory<StoredArtifact>): Inventory {
  switch (inventory.kind) {
    case 'ready':
      return inventory;
    case 'refused':
      return { kind: 'refused', reason: `${rules.bucket}/${schemaFolder} holds what is no schema`, names: inventory.names.map(({ name, reason }) => `${name}: ${reason}`) };
    case 'published':
      return { kind: 'refused', reason: `the schemas of ${version} are in ${rules.bucket} already`, names: inventory.present };
    case 'botched':
      return {
        kind: 'refused',
        reason: `botched release: ${rules.bucket} lacks schemas of ${version}${inventory.present.length > 0 ? `; it has ${inventory.present.join(', ')}` : ''}; missing`,
        names: inventory.missing,
      };
    case 'incomplete': {
      const names = inventory.versions.flatMap(({ missing }) => missing);
      const reason = `the schemas of ${inventory.versions.map((one) => one.version).join(', ')} are not complete; missing`;
      if (Date.now() < activityInfo().scheduledTimestampMs + rules.uploadTimeout) throw notYet(`${reason} ${names.join(', ')}: they may be under way`);
      return { kind: 'refused', reason, names };
    }
  }
}

export function stockOf({ inputs, versions }: Extract<Inventory, { kind: 'ready' }>): Stock {
  const digest = createHash('sha256');
  for (const { name, artifact } of inputs) digest.update(`${name}\0${artifact.generation}\n`);
  return { kind: 'ready', files: inputs.length, size: inputs.reduce((sum, { size }) => sum + size, 0), versions, digest: digest.digest('hex') };
}
