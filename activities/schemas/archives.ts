import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Progress } from '../../domain/release/progress.ts';
import { changesBetween } from '../../domain/schemas/contents.ts';
import type { ArchiveChanges } from '../../domain/schemas/contents.ts';
import { anySchemaReader } from '../../domain/schemas/convention.ts';
import { archiveAt } from '../../domain/schemas/plan.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import { packArchive } from '../../ports/artifacts/archive.ts';
import type { PackedArchive } from '../../ports/artifacts/archive.ts';
import { sameContent } from '../../ports/artifacts/store.ts';
import type { Artifact } from '../../ports/artifacts/store.ts';
import { tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { effect } from '../effect.ts';
import { openProgress } from '../release/progress.ts';
import { inOrder, readEntries } from './entries.ts';
import { createKept } from './kept.ts';
import { createNamedArchives } from './named.ts';
import { createSchemaStock, stockOf } from './stock.ts';
import { largestArchive, listReadableTarball } from './tarball.ts';
import type { Gathered, SchemaWork, Stock, UnderWay } from './stock.ts';

export interface ArchiveWork extends SchemaWork {
  /** The generation of somebody else's tarball that may be overwritten. */
  readonly replaces?: string;
  /** What that one holds, by which it is known again when it has been put back. */
  readonly replaced?: Replaced;
  /** Puts the tarball there only if this is its sha256, as builds expect it already: it is never taken back. */
  readonly repairs?: string;
  /** It was seen there. */
  readonly made?: true;
}

type Replaced = Pick<Artifact, 'size' | 'crc32c'>;

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
  /** Compared with the tarball that builds take now; missing where that can't be read. */
  readonly changes?: ArchiveChanges;
}

export type ArchiveAnswer =
  | MadeArchive
  | SchemaRefusal
  | UnderWay
  /** Not what builds expect: nothing was written. */
  | { readonly kind: 'different'; readonly sha256: string }
  /** Another tarball is there, which somebody may use. */
  | ({ readonly kind: 'occupied'; readonly generation: string } & Replaced);

export type ArchiveWithdrawn =
  | { readonly kind: 'removed' }
  /** The one that was overwritten is there again. */
  | { readonly kind: 'putBack' }
  /** There was nothing of this release. */
  | { readonly kind: 'nothing' }
  /** Builds of this branch take it. */
  | { readonly kind: 'used'; readonly branch: string };

/** The tarball that a build takes its schemas from. */
export function createSchemaArchives(ports: Pick<Ports, 'artifacts' | 'forge' | 'tellProgress'>) {
  const { artifacts } = ports;
  const { gather } = createSchemaStock(ports);
  const { namedAt, userOf } = createNamedArchives(ports);
  const { keep, keptOf, forget } = createKept(artifacts);

  /**
   * Gathers every schema at or below the version, and puts the tarball into `dist/`. What stands there is overwritten only if a release of this
   * version made it, or if its generation is named; then it is kept beside it until the release has ended.
   */
  async function makeArchive(work: ArchiveWork): Promise<ArchiveAnswer> {
    const gathered = await gather(work);
    if (gathered.kind !== 'ready') return gathered;
    const progressed = openProgress(ports.tellProgress);
    const folder = await mkdtemp(join(tmpdir(), 'slipway-schemas-'));
    try {
      const file = join(folder, 'archive');
      const packed = await packArchive(inOrder(readEntries(artifacts, gathered.inputs, progressed), gathered.current?.schemas ?? []), file);
      if (work.repairs !== undefined && work.repairs !== packed.sha256) return { kind: 'different', sha256: packed.sha256 };
      const changes = await changesOf(work, gathered);
      const answer = await place(work, { file, packed, progressed });
      if (answer.kind === 'occupied') return answer;
      return { ...answer, sha256: packed.sha256, entries: packed.entries, stock: stockOf(gathered), ...(changes && { changes }) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What comes in and what goes, compared with the tarball that the base names. */
  async function changesOf({ plan }: ArchiveWork, { versions, current }: Gathered): Promise<ArchiveChanges | undefined> {
    const named = await namedAt(plan, plan.into);
    const last = named.kind === 'named' ? archiveAt(plan.rules, named.archive.url) : undefined;
    const artifact = last && (await artifacts.find(plan.rules.bucket, last.name));
    if (!artifact || artifact.size > largestArchive) return undefined;
    // A damaged one is no reason not to make another.
    const files = await listReadableTarball(artifacts, artifact);
    const read = anySchemaReader(plan.rules.names);
    return files && changesBetween(artifact.name, files.flatMap(({ name }) => read(name)?.version ?? []), [...versions, ...(current ? [plan.version] : [])]);
  }

  async function place({ plan, key, replaces, repairs }: ArchiveWork, { file, packed, progressed }: Placing) {
    const { rules, archive: name } = plan;
    const before = await artifacts.find(rules.bucket, name);
    const foreign = before && before.key !== key && !sameContent(before, packed) && !(isOfThisVersion(before, plan) && (await userOf(plan, before)) === undefined);
    if (foreign && before.generation !== replaces) return { kind: 'occupied', generation: before.generation, size: before.size, crc32c: before.crc32c } as const;
    if (foreign && repairs === undefined) await keep(before);
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
          revalidated: true,
          content: () => Readable.from(watch(createReadStream(file), (bytes) => progressed({ what: 'uploaded', files: 0, of: 1, bytes, ofBytes: packed.size }))),
          ...(before && { replaces: before.generation }),
        }),
    });
    return { kind: 'made', generation: made.generation, size: made.size } as const;
  }

  /**
   * Takes away the tarball of this release, whichever run of it has made it, and puts back what it overwrote. Somebody else's is left alone, and
   * so is one that builds take.
   */
  async function withdrawArchive({ plan, key, made, replaces, replaced }: ArchiveWork): Promise<ArchiveWithdrawn> {
    const { rules, archive: name } = plan;
    const kept = await keptOf(plan);
    const previous = kept.at(-1);
    const now = await artifacts.find(rules.bucket, name);
    const isOurs = now ? now.key === key || isOfThisVersion(now, plan) : previous !== undefined;
    const branch = now && isOurs ? await userOf(plan, now) : undefined;
    if (branch !== undefined) {
      await forget(kept);
      return { kind: 'used', branch };
    }
    if (isOurs) {
      await effect({
        key: `withdraw ${rules.bucket}/${name}`,
        lagMs: 0,
        probe: async () => ((await artifacts.find(rules.bucket, name))?.generation === now?.generation ? undefined : true),
        act: async () => {
          if (previous) await artifacts.copy(previous, name, now && { replaces: now.generation });
          else await artifacts.remove(now!);
          return true;
        },
      });
    }
    await forget(kept);
    if (isOurs) return { kind: previous ? 'putBack' : 'removed' };
    // An earlier attempt has done it, and died before it could say so.
    if (now && replaced && replaces !== now.generation && now.size === replaced.size && now.crc32c === replaced.crc32c) return { kind: 'putBack' };
    return { kind: made && !now ? 'removed' : 'nothing' };
  }

  /** The release has ended well: what it overwrote is not needed any more. */
  async function forgetPrevious({ plan }: ArchiveWork): Promise<void> {
    await forget(await keptOf(plan));
  }

  return {
    makeArchive: beating(makeArchive),
    withdrawArchive: beating(withdrawArchive),
    forgetPrevious: beating(forgetPrevious),
  };
}

/** Whether a run of this very release has made it. Their keys begin with its id. */
function isOfThisVersion({ key = '' }: Artifact, { id }: SchemaWork['plan']): boolean {
  return key.startsWith(`${id} `);
}

/** Tells how many bytes have gone through. */
async function* watch(chunks: AsyncIterable<Buffer>, passed: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    passed((bytes += chunk.length));
    yield chunk;
  }
}
