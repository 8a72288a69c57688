import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import type { Artifact, ArtifactStore } from '../../ports/artifacts/store.ts';
import { effect } from '../effect.ts';

const suffix = '.overwritten-';

/** Copies of tarballs that a release of this version has overwritten, until it has ended; each is named after its generation. */
export function createKept(artifacts: ArtifactStore) {
  /** Keeps a tarball that is about to be overwritten. */
  async function keep({ bucket, name, generation, ...rest }: Artifact): Promise<void> {
    const copy = `${name}${suffix}${generation}`;
    await effect({
      key: `keep ${bucket}/${copy}`,
      lagMs: 0,
      probe: () => artifacts.find(bucket, copy),
      act: () => artifacts.copy({ bucket, name, generation, ...rest }, copy),
    });
  }

  /** What is kept, the newest last. */
  async function keptOf({ rules, archive }: SchemaPlan): Promise<readonly Artifact[]> {
    const found = await artifacts.list(rules.bucket, archive + suffix);
    const generationOf = ({ name }: Artifact) => BigInt(/\d+$/.exec(name)?.[0] ?? 0);
    return found.toSorted((a, b) => (generationOf(a) < generationOf(b) ? -1 : 1));
  }

  async function forget(kept: readonly Artifact[]): Promise<void> {
    for (const copy of kept) {
      await effect({
        key: `forget ${copy.bucket}/${copy.name}`,
        lagMs: 0,
        probe: async () => ((await artifacts.find(copy.bucket, copy.name)) ? undefined : true),
        act: async () => {
          await artifacts.remove(copy);
          return true;
        },
      });
    }
  }

  return { keep, keptOf, forget };
}
