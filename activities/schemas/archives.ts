import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Progress } from '../../domain/release/progress.ts';
import { packArchive } from '../../ports/artifacts/archive.ts';
import type { PackedArchive } from '../../ports/artifacts/archive.ts';
import { sameContent } from '../../ports/artifacts/store.ts';
import type { Artifact } from '../../ports/artifacts/store.ts';
import { effect } from '../effect.ts';
import { tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { openProgress } from '../release/progress.ts';
import { beating } from '../../ports/pulse.ts';
import { inOrder, storedEntries } from './entries.ts';
import { createSchemaStock, stockOf } from './stock.ts';
import type { SchemaRefusal, SchemaWork, Stock } from './stock.ts';

export interface ArchiveWork extends SchemaWork {
  /** The generation of somebody else's tarball that may be overwritten. */
  readonly replaces?: string;
}

interface Placing {
  readonly file: string;
  readonly packed: PackedArchive;
  readonly progressed: (progress: Progress) => void;
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
export function createSchemaArchives(ports: Pick<Ports, 'artifacts' | 'forge' | 'tellProgress'>) {
  const { artifacts } = ports;
  const { inventoryOf, sourceContent, sourcesOf } = createSchemaStock(ports);

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

    const progressed = openProgress(ports.tellProgress);
    const folder = await mkdtemp(join(tmpdir(), 'slipway-schemas-'));
    try {
      const file = join(folder, 'archive');
      const current = await Promise.all(sources.sources.map(async (source) => ({ name: source.name, content: await sourceContent(plan, source) })));
      const packed = await packArchive(inOrder(storedEntries(artifacts, inventory.inputs, progressed), current), file);
      const answer = await placed(work, { file, packed, progressed });
      return answer.kind === 'occupied' ? answer : { ...answer, sha256: packed.sha256, entries: packed.entries, stock: stockOf(inventory) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async function placed({ plan, key, replaces }: ArchiveWork, { file, packed, progressed }: Placing) {
    const { rules, archive: name } = plan;
    const before = await artifacts.find(rules.bucket, name);
    const foreign = before && before.key !== key && !sameContent(before, packed);
    if (foreign && before.generation !== replaces) return { kind: 'occupied', generation: before.generation, size: before.size } as const;
    if (foreign) await keep(before);
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
          content: () => Readable.from(watched(createReadStream(file), (bytes) => progressed({ what: 'uploaded', files: 0, of: 1, bytes, ofBytes: packed.size }))),
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

  return {
    makeArchive: beating(makeArchive),
    withdrawArchive: beating(withdrawArchive),
    forgetPrevious: beating(forgetPrevious),
  };
}

function keptName(name: string, generation: string): string {
  return `${name}.overwritten-${generation}`;
}

/** Tells how many bytes have gone through. */
async function* watched(chunks: AsyncIterable<Buffer>, passed: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    passed((bytes += chunk.length));
    yield chunk;
  }
}
