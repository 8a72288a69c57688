import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { DeployedRule } from '../../domain/environments/deployed-rule.ts';
import { pinReads } from './pinned-commit.ts';
import { readHash } from './shown-hash.ts';
import type { Ports } from '../../ports/ports.ts';

/** Which commit of a component an environment runs. */
export interface RunningQuestion {
  readonly component: string;
  /** Its repository. */
  readonly source: Repository;
  /** The file that says which commit of it is deployed with the rest; without one, its own repository is deployed. */
  readonly pin?: { readonly repository: Repository; readonly versionFile: string };
  readonly environment: string;
  readonly deployed: DeployedRule;
}

export function runningCode({ forge, environments }: Pick<Ports, 'forge' | 'environments'>) {
  const pins = pinReads(forge);

  /** The commit; undefined where nothing is known to be deployed, or no commit is pinned. */
  async function runs(question: RunningQuestion): Promise<Sha | undefined> {
    return question.deployed.kind === 'url' ? shownAt(question.deployed.url, question) : deployedLast(question);
  }

  /** What a service says of itself is believed before what anybody remembers. */
  async function shownAt(url: string, question: RunningQuestion): Promise<Sha | undefined> {
    const product = await readHash(url);
    return product && pinnedAt(question, product);
  }

  /** The environment remembers what Slipway has deployed, by whatever mechanism; the forge its deployments, whoever made them. The later one counts. */
  async function deployedLast(question: RunningQuestion): Promise<Sha | undefined> {
    const { component, source, pin, environment } = question;
    const [record, newest] = await Promise.all([environments.record(environment), forge.deployments.current(pin?.repository ?? source, environment)]);
    const ours = record?.deployed[component];
    if (ours && (!newest || Date.parse(newest.at) <= Date.parse(ours.since))) return ours.candidate;
    return newest && pinnedAt(question, newest.sha);
  }

  async function pinnedAt({ source, pin }: RunningQuestion, product: Sha): Promise<Sha | undefined> {
    if (!pin) return product;
    return pins.pinnedAt(pin, product, source);
  }

  /** What the environment's own record says, where that is something else than what it is found to run. */
  async function recordedOtherwise(question: RunningQuestion, present: Sha): Promise<Sha | undefined> {
    const recorded = (await environments.record(question.environment))?.deployed[question.component]?.candidate;
    return recorded === present ? undefined : recorded;
  }

  return { runs, recordedOtherwise };
}
