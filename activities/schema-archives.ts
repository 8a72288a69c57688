import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packArchive } from './artifacts/archive.ts';
import type { ArchiveEntry, PackedArchive } from './artifacts/archive.ts';
import { readInOrder } from './artifacts/reading.ts';
import { sameContent } from './artifacts/store.ts';
import type { Artifact, ArtifactStore } from './artifacts/store.ts';
import { effect } from './effect.ts';
import { tryAgain } from './failures.ts';
import type { Forge } from './forge/forge.ts';
import { progressed } from './pulse.ts';
import { createSchemaStock, stockOf } from './schema-stock.ts';
import type { SchemaRefusal, SchemaWork, Stock, StoredArtifact } from './schema-stock.ts';

export interface ArchiveWork extends SchemaWork {
  /** The generation of somebody else's tarball that may be overwritten. */
  readonly replaces?: string;
}

export interface MadeArchive {
  readonly kind: 'made';
  readonly generation: string;
  /** 64 hex digits. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly entries: number;
  readonly stock: Stock;
}

export type ArchiveAnswer =
  | MadeArchive
  | SchemaRefusal
  /** Another tarball is there, which somebody may use. */
  | { readonly kind: 'occupied'; readonly generation: string; readonly size: number };

/** The tarball that a build takes its schemas from. */
export function createSchemaArchives(ports: { readonly artifacts: ArtifactStore; readonly forge: Forge }) {
  const { artifacts, forge } = ports;
  const { inventoryOf, sourcesOf } = createSchemaStock(ports);

  /**
   * Gathers every schema at or below the version, and puts the tarball into `dist/`. What stands there is overwritten only if this release
   * made it or if its generation is named; then it is kept beside it until the release has ended.
   */
  async function makeArchive(work: ArchiveWork): Promise<ArchiveAnswer> {
    const { plan } = work;
    const inventory = await inventoryOf(work);
    if (inventory.kind === 'refused') return inventory;
    const sources = plan.action === 'fetch-current-schemas' ? { kind: 'complete' as const, sources: [] } : await sourcesOf(plan);
    if (sources.kind === 'refused') return sources;

    const folder = await mkdtemp(join(tmpdir(), 'slipway-schemas-'));
    try {
      const file = join(folder, 'archive');
      const current = await Promise.all(sources.sources.map(async ({ path, name }) => ({ name, content: await sourceText(work, path) })));
      const packed = await packArchive(merged(stored(inventory.inputs), current), file);
      const answer = await placed(work, file, packed);
      return answer.kind === 'occupied' ? answer : { ...answer, sha256: packed.sha256, entries: packed.entries, stock: stockOf(inventory) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function sourceText({ plan }: SchemaWork, path: string): Promise<Buffer> {
    const text = await forge.commits.read(plan.rules.repository, path, plan.candidate);
    if (text === undefined) throw tryAgain('Unavailable', `${plan.rules.repository} lists ${path} at ${plan.candidate} and does not show it`);
    return Buffer.from(text);
  }

  async function* stored(inputs: readonly StoredArtifact[]): AsyncGenerator<ArchiveEntry> {
    const all = inputs.reduce((sum, { size }) => sum + size, 0);
    const names = new Map(inputs.map(({ artifact, name }) => [artifact, name]));
    let [files, bytes] = [0, 0];
    for await (const { artifact, content } of readInOrder(artifacts, inputs.map((input) => input.artifact))) {
      [files, bytes] = [files + 1, bytes + content.length];
      progressed({ what: 'fetched', files, of: inputs.length, bytes, ofBytes: all });
      yield { name: names.get(artifact)!, content };
    }
  }

  async function placed({ plan, key, replaces }: ArchiveWork, file: string, packed: PackedArchive) {
    const { rules, archive: name } = plan;
    const before = await artifacts.find(rules.bucket, name);
    const foreign = before && before.key !== key && !sameContent(before, packed);
    if (foreign && before.generation !== replaces) return { kind: 'occupied', generation: before.generation, size: before.size } as const;
    if (foreign) await keep(before);
    progressed({ what: 'uploading', bytes: packed.size });
    const made = await effect({
      key: `archive ${rules.bucket}/${name}`,
      lagMs: 0,
      probe: async () => {
        const now = await artifacts.find(rules.bucket, name);
        if (now && sameContent(now, packed)) return now;
        if (now?.generation !== before?.generation) throw tryAgain('Conflict', `${name} was changed by somebody else meanwhile`);
        return undefined;
      },
      act: () =>
        artifacts.create({
          ...packed,
          bucket: rules.bucket,
          name,
          key,
          contentType: 'application/gzip',
          content: () => createReadStream(file),
          ...(before && { replaces: before.generation }),
        }),
    });
    return { kind: 'made', generation: made.generation, size: made.size } as const;
  }

  /** Copies a tarball that is about to be overwritten to a name of its own. */
  async function keep(previous: Artifact): Promise<void> {
    const name = keptName(previous.name, previous.generation);
    await effect({
      key: `keep ${previous.bucket}/${name}`,
      lagMs: 0,
      probe: () => artifacts.find(previous.bucket, name),
      act: () => artifacts.copy(previous, name),
    });
  }

  /**
   * Takes this release's tarball away, and puts back what it overwrote. Somebody else's, and one that was there with the very same content, is
   * left alone.
   */
  async function withdrawArchive({ plan, key, replaces }: ArchiveWork): Promise<void> {
    const { rules, archive: name } = plan;
    const kept = await keptOf(plan, replaces);
    const now = await artifacts.find(rules.bucket, name);
    if (now?.key === key) {
      await effect({
        key: `withdraw ${rules.bucket}/${name}`,
        lagMs: 0,
        probe: async () => ((await artifacts.find(rules.bucket, name))?.generation === now.generation ? undefined : true),
        act: async () => {
          if (kept) await artifacts.copy(kept, name, { replaces: now.generation });
          else await artifacts.remove(now);
          return true;
        },
      });
    }
    await forget(kept);
  }

  /** The release has ended well: what it overwrote is not needed any more. */
  async function forgetPrevious({ plan, replaces }: ArchiveWork): Promise<void> {
    await forget(await keptOf(plan, replaces));
  }

  async function forget(kept: Artifact | undefined): Promise<void> {
    if (!kept) return;
    await effect({
      key: `forget ${kept.bucket}/${kept.name}`,
      lagMs: 0,
      probe: async () => ((await artifacts.find(kept.bucket, kept.name)) ? undefined : true),
      act: async () => {
        await artifacts.remove(kept);
        return true;
      },
    });
  }

  async function keptOf({ rules, archive }: SchemaWork['plan'], replaces: string | undefined): Promise<Artifact | undefined> {
    return replaces === undefined ? undefined : artifacts.find(rules.bucket, keptName(archive, replaces));
  }

  return { makeArchive, withdrawArchive, forgetPrevious };
}

function keptName(name: string, generation: string): string {
  return `${name}.overwritten-${generation}`;
}

/** Both are in the order of their names. */
async function* merged(stored: AsyncIterable<ArchiveEntry>, current: readonly ArchiveEntry[]): AsyncGenerator<ArchiveEntry> {
  const rest = [...current];
  for await (const entry of stored) {
    while (rest[0] && rest[0].name < entry.name) yield rest.shift()!;
    yield entry;
  }
  yield* rest;
}
