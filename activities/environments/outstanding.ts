import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Halted, Outstanding } from '../../domain/environments/outstanding.ts';
import { toldOutcome } from '../../domain/outcome.ts';
import type { Ports } from '../../ports/ports.ts';
import { componentId } from '../../domain/people/objection.ts';
import { toldOrder } from '../../domain/people/order.ts';
import { readObjections } from '../people/objections.ts';
import { readContents } from './contents.ts';

/** A candidate on its way to an environment. */
export interface Approaching {
  readonly component: string;
  readonly candidate: Sha;
  /** The repository of its commits. */
  readonly source: Repository;
  readonly environment: string;
  /** Where it is deployed from. */
  readonly repository: Repository;
}

export function readOutstanding(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'components' | 'releases'>) {
  const { forge, releases } = ports;
  const { versionThere } = readContents(ports);
  const { inForce } = readObjections(ports);

  /** What the environment would get with the candidate, by what it runs now; undefined where it has all of it. */
  async function outstanding({ component, candidate, source, environment, repository }: Approaching): Promise<Outstanding | undefined> {
    const runs = await versionThere(component, { environment, repository });
    if (runs === undefined) return { environment, total: 1, halted: await haltedAmong(component, [candidate]) };
    const { commits, total } = await forge.commits.range(source, runs, candidate);
    return total === 0 ? undefined : { environment, runs, total, halted: await haltedAmong(component, commits.map(({ sha }) => sha)) };
  }

  /** Those that people have stopped on their way, each by the newest of its releases. */
  async function haltedAmong(component: string, commits: readonly Sha[]): Promise<readonly Halted[]> {
    const found = new Map<Sha, Halted>();
    // Those that alone are vetoed come along with what follows them, and so do those that were reverted.
    for (const veto of (await inForce(component)).vetoes) if (commits.includes(veto.sha)) found.set(veto.sha, { candidate: veto.sha, release: veto.release ?? componentId(component), how: `vetoed ${toldOrder(veto)}` });
    for (const { release, candidate, outcome } of await releases.ended(component, new Set(commits))) {
      const isHalt = outcome.kind === 'rejected' || outcome.kind === 'rolledBack' || outcome.kind === 'aborted';
      if (isHalt && !found.has(candidate)) found.set(candidate, { candidate, release, how: toldOutcome(outcome) });
    }
    return [...found.values()];
  }

  return { outstanding };
}
