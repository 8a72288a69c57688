import type { Repository } from '../../../domain/code/repository.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';

export interface LatestChange {
  readonly repository: Repository;
  /** What is to be called the latest release. */
  readonly name: string;
}

export interface LatestGivenBack extends LatestChange {
  /** What was it until now, and becomes a pre-release again. */
  readonly not: string;
}

/** What is the latest then. */
export type GivenBack = { readonly kind: 'givenBack' } | { readonly kind: 'other'; readonly latest: string };

/** Which release the forge calls the latest. */
export function createLatest({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  /** @returns the page's URL @throws `InvalidInput` where a release has no page */
  async function makeLatest({ repository, name }: LatestChange): Promise<string> {
    // Both are sent: a page that is no pre-release needs not be the latest.
    const page = await pageOf(repository, name);
    const { id, url, title, body } = page;
    await effect({
      key: `${repository} latest ${name}`,
      lagMs: readLagMs,
      async probe() {
        const [there, latest] = await Promise.all([forge.releases.find(repository, name), forge.releases.latest(repository)]);
        return there?.prerelease === false && latest === name ? true : undefined;
      },
      act: async () => void (await forge.releases.rewrite(id, { repository, tag: name, title, body, prerelease: false, latest: true })),
    });
    return url;
  }

  /** Another release may have come to production meanwhile: it stays the latest. */
  async function giveLatestBack({ repository, name, not }: LatestGivenBack): Promise<GivenBack> {
    const latest = await forge.releases.latest(repository);
    const isOthers = latest !== undefined && latest !== not && latest !== name;
    if (!isOthers) await makeLatest({ repository, name });
    await demote(repository, not);
    return isOthers ? { kind: 'other', latest } : { kind: 'givenBack' };
  }

  async function demote(repository: Repository, name: string): Promise<void> {
    const { id, title, body } = await pageOf(repository, name);
    await effect({
      key: `${repository} pre-release ${name}`,
      lagMs: readLagMs,
      probe: async () => ((await forge.releases.find(repository, name))?.prerelease ? true : undefined),
      act: async () => void (await forge.releases.rewrite(id, { repository, tag: name, title, body, prerelease: true, latest: false })),
    });
  }

  async function pageOf(repository: Repository, name: string) {
    const page = await forge.releases.find(repository, name);
    if (!page) throw neverRetry('InvalidInput', `${repository} has a tag ${name}, but no release of it: make its page`);
    return page;
  }

  return { makeLatest: beating(makeLatest), giveLatestBack: beating(giveLatestBack) };
}
