import { isSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { parseFlagName } from '../../domain/flags/setting.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { agreeOnRollout } from '../../domain/flags/plan.ts';
import type { RolloutRequest } from '../../domain/flags/request.ts';
import { flaggedIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';

/** Decides what a rollout will do. Writes nothing. */
export function createRolloutPlanning({ catalog, forge }: Pick<Ports, 'catalog' | 'forge'>) {
  /** @throws `InvalidInput` for an unknown component, a flag without its prefix, a commit that does not exist; `InvalidCatalog` */
  async function planRollout({ component, flag: given, commit: asked, ...rest }: RolloutRequest): Promise<RolloutPlan> {
    const read = await catalog.read();
    const flagged = flaggedIn(read, component);
    const { code } = flagged;
    const flag = parseFlagName(given, flagged.flags.prefix);
    if (flag.kind === 'invalid') throw neverRetry('InvalidInput', flag.message);
    const commit = isSha(asked) ? asked : await mergedBy(code.canonical, Number(asked.slice(1)));
    if (!(await forge.commits.find(code.mirror, commit))) throw neverRetry('InvalidInput', `commit ${commit} does not exist on ${code.mirror}`);
    return agreeOnRollout(read.pace, flagged, { component, flag: flag.value, commit, ...rest });
  }

  async function mergedBy(repository: Repository, number: number): Promise<Sha> {
    const pull = await forge.pullRequests.get(repository, number);
    if (!pull) throw neverRetry('InvalidInput', `${repository} has no pull request #${number}`);
    if (!pull.mergeSha) throw neverRetry('InvalidInput', `pull request ${pull.url} is ${pull.state}, not merged: its code can't be deployed`);
    return pull.mergeSha;
  }

  return { planRollout };
}
