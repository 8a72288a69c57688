import { parseFlagName } from '../../domain/flags/setting.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import { agreeOnRollout } from '../../domain/flags/plan.ts';
import type { RolloutRequest } from '../../domain/flags/request.ts';
import { componentIn, flagRulesIn } from '../../ports/catalog/entries.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';

/** Decides what a rollout will do. Writes nothing. */
export function createRolloutPlanning({ catalog, forge }: Pick<Ports, 'catalog' | 'forge'>) {
  /** @throws `InvalidInput` for an unknown component, a flag without its prefix, a commit that does not exist; `InvalidCatalog` */
  async function planRollout({ component, flag: given, commit: asked, ...rest }: RolloutRequest): Promise<RolloutPlan> {
    const read = await catalog.read();
    const { source } = componentIn(read, component);
    const rules = flagRulesIn(read, component);
    const flag = parseFlagName(given, rules.prefix);
    if (flag.kind === 'invalid') throw neverRetry('InvalidInput', flag.message);
    const commit = asked.startsWith('#') ? await mergedBy(source.canonical, Number(asked.slice(1))) : asked;
    if (!(await forge.commits.find(source.mirror, commit))) throw neverRetry('InvalidInput', `commit ${commit} does not exist on ${source.mirror}`);
    return agreeOnRollout(read, rules, { component, flag: flag.value, commit, ...rest });
  }

  async function mergedBy(repository: Repository, number: number): Promise<string> {
    const pull = await forge.pullRequests.get(repository, number);
    if (!pull) throw neverRetry('InvalidInput', `${repository} has no pull request #${number}`);
    if (!pull.mergeSha) throw neverRetry('InvalidInput', `pull request ${pull.url} is ${pull.state}, not merged: its code can't be deployed`);
    return pull.mergeSha;
  }

  return { planRollout };
}
