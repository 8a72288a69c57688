import type { Sha } from '../../domain/code/commit.ts';
import { planTakingBack } from '../../domain/component/plan.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { TakeBackRequest } from '../../domain/component/request.ts';
import type { Pin } from '../../domain/component/rules.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { releaseId } from '../../domain/release/kinds.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { containment } from '../environments/containment.ts';
import { pinReads, tagsOf } from '../environments/pinned-commit.ts';
import { releasableIn } from '../../ports/catalog/entries.ts';
import type { MainLineCommit } from '../../ports/forge/commits.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';

/** How many commits of the downstream branch are looked through for the pin before. */
const furthestBack = 2_000;

export function createTakingBack({ catalog, forge }: Pick<Ports, 'catalog' | 'forge'>) {
  const { pinnedAt, pinText } = pinReads(forge);
  const { comesAfter } = containment(forge);

  /**
   * Finds out what was pinned before, or looks whether `to` was.
   * @throws `Conflict` where something else is pinned by now, `InvalidInput` for a component without a pin, or where nothing older is known to have been pinned
   */
  async function planBack({ component: name, from, to }: TakeBackRequest): Promise<ReleasePlan> {
    const read = await catalog.read();
    const { pin, ...component } = releasableIn(read, name);
    if (!pin) throw neverRetry('InvalidInput', `nothing pins ${name}: what runs in an environment is brought back by a rollback`);
    const { mirror } = component.code;
    const tagged = tagsOf(component);
    const base = await forge.branches.find(pin.repository, pin.branch);
    if (!base) throw neverRetry('InvalidCatalog', `branch ${pin.branch} of ${pin.repository} does not exist`);
    const [pinned, pinnedAs] = [await pinnedAt(pin, base, tagged), await pinText(pin, base)];
    if (pinned === undefined) throw neverRetry('InvalidInput', `${pin.versionFile} in ${pin.repository} names no commit that could be taken back`);
    if (pinned === to) throw neverRetry('Conflict', `${to} is what is pinned already`);
    if (from !== undefined && from !== pinned) throw neverRetry('Conflict', `${pinned} is pinned by now, and not ${from}: it stays`);
    const former = to ?? (await pinnedBefore(pin, { base, pinned, tagged }));
    const candidate = former && (await forge.commits.find(mirror, former));
    if (!candidate) throw neverRetry('InvalidInput', former ? `${mirror} has no commit ${former}` : `nothing else was pinned in the last ${furthestBack} commits of ${pin.branch}: say by "to" which commit is to be pinned`);
    if (!(await comesAfter(mirror, candidate.sha, pinned))) throw neverRetry('InvalidInput', `${candidate.sha} does not come before ${pinned}, which is pinned: to go forward, release it`);
    const set = await setBy(pin, base);
    if (!set) throw tryAgain('Unavailable', `${pin.repository} does not show yet which commit has set ${pin.versionFile}`);
    const id = releaseId('takingBack', name, `from-${shortSha(set)}`);
    return planTakingBack(read, { name, ...component, pin }, { id, candidate, pinned, ...(pinnedAs !== pinned && { pinnedAs }), base });
  }

  /** Some thousand commits of a busy branch may have come since: they are not read one by one. */
  async function pinnedBefore(pin: Pin, { base, pinned, tagged }: { readonly base: Sha; readonly pinned: Sha; readonly tagged: Repository | undefined }): Promise<Sha | undefined> {
    const line = await forge.commits.mainLine(pin.repository, pin.branch, { limit: furthestBack });
    let at = Math.max(0, line.findIndex((commit) => commit.sha === base));
    for (let set = await setBy(pin, base); set !== undefined; set = await setBy(pin, line[at]!.sha)) {
      at = await firstWithout(pin, line, { from: at + 1, set });
      if (at >= line.length) return undefined;
      const before = await pinnedAt(pin, line[at]!.sha, tagged);
      if (before !== pinned) return before;
    }
    return undefined;
  }

  /** The newest commit, from one on, whose pin was set otherwise: once that is so, it stays so further back. */
  async function firstWithout(pin: Pin, line: readonly MainLineCommit[], { from, set }: { readonly from: number; readonly set: Sha }): Promise<number> {
    let [low, high] = [from, line.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((await setBy(pin, line[middle]!.sha)) === set) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function setBy({ repository, versionFile }: Pin, sha: Sha): Promise<Sha | undefined> {
    return forge.commits.lastChange(repository, versionFile, sha);
  }

  return { planBack };
}
