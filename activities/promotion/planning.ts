import type { Commit } from '../../domain/code/commit.ts';
import { dayIn } from '../../domain/promotion/day.ts';
import type { PreReleaseOutcome } from '../../domain/promotion/outcome.ts';
import { choosePreRelease } from '../../domain/promotion/pre-release.ts';
import type { PreReleasePlan } from '../../domain/promotion/pre-release.ts';
import type { PreReleaseRequest } from '../../domain/promotion/request.ts';
import type { PromotionRules } from '../../domain/promotion/rules.ts';
import { releaseId } from '../../domain/release/kinds.ts';
import { promotionIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { itemsOf, findLandings } from './landed.ts';
import { readReleases } from './releases.ts';
import { serverTime } from '../server-time.ts';

/** How many commits the first release of a component lists. */
const firstList = 100;

/** Decides what a day's pre-release is. Writes nothing. */
export function createPreReleasePlanning({ catalog, forge }: Pick<Ports, 'catalog' | 'forge'>) {
  const { recentReleases, releaseBefore } = readReleases(forge);

  /** @throws `InvalidInput` for a component that is not promoted or whose branch does not exist; `InvalidCatalog` */
  async function planPreRelease({ component }: PreReleaseRequest): Promise<PreReleasePlan | Extract<PreReleaseOutcome, { kind: 'nothingMerged' }>> {
    const read = await catalog.read();
    const rules = promotionIn(read, component);
    const { repository, branch, timeZone, onTag, engineer, chat } = rules;
    const sha = await forge.branches.find(repository, branch);
    if (!sha) throw neverRetry('InvalidInput', `branch ${branch} of ${repository} does not exist`);
    const today = dayIn(timeZone, serverTime());
    const tags = await forge.tags.list(repository, '2');
    const recent = await recentReleases(rules, tags);
    const choice = choosePreRelease({ today, taken: tags.map(({ name }) => name), atHead: recent.filter((release) => release.sha === sha).map(({ name }) => name) });
    const name = choice.kind === 'next' ? choice.name : choice.as;
    // Of a tag that somebody has made by hand today there may be no page yet.
    if (choice.kind === 'released' && (!name.startsWith(today) || (await forge.releases.find(repository, name)))) return { kind: 'nothingMerged', since: name };

    const before = await releaseBefore(rules, sha, recent.filter((release) => release.sha !== sha));
    const { commits, total } = before ?? { commits: await history(rules), total: 0 };
    return {
      kind: 'preRelease',
      id: releaseId('preRelease', component, name),
      component,
      repository,
      name,
      candidate: sha,
      ...(before && { since: before.name }),
      items: itemsOf(await findLandings(forge, repository, branch, commits)),
      older: Math.max(0, total - commits.length),
      stages: [],
      onTag,
      ...(engineer !== undefined && { engineer }),
      channel: chat.progress,
      pace: read.pace,
    };
  }

  async function history({ repository, branch }: PromotionRules): Promise<readonly Commit[]> {
    return forge.commits.mainLine(repository, branch, { limit: firstList });
  }

  return { planPreRelease };
}
