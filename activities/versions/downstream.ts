import { judge, toldFailures, toldWait } from '../../domain/code/pipeline.ts';
import { versionMessage } from '../../domain/code/trailer.ts';
import { markedKey } from '../../domain/code/marker.ts';
import { downstreamChange } from '../../domain/versions/downstream.ts';
import type { DownstreamBuild, DownstreamPull } from '../../domain/versions/downstream.ts';
import type { Downstream, VersionPlan } from '../../domain/versions/plan.ts';
import { versionText } from '../../domain/versions/version.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { missing, neverRetry, notYet } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { proposals } from '../changes/proposals.ts';
import { effect } from '../effect.ts';
import { serverTime } from '../server-time.ts';

export interface DownstreamRequest {
  readonly plan: Pick<VersionPlan, 'id' | 'component' | 'version' | 'date' | 'pace'>;
  readonly downstream: Downstream;
}

/** Asks the product, by a pull request, to take a candidate. */
export function createDownstream(ports: Pick<Ports, 'forge' | 'releases' | 'readLagMs'>) {
  const { forge, readLagMs } = ports;
  const { propose } = proposals(ports);

  /** Undefined where the product has that version already. @throws `InvalidCatalog` where the branch does not exist */
  async function openDownstream({ plan, downstream }: DownstreamRequest): Promise<DownstreamPull | undefined> {
    const { repository, branch, versionFile: path, signoff } = downstream;
    const { head, base, title, body } = downstreamChange({ ...plan, branch });
    const text = `${versionText(plan.version)}\n`;
    const answer = await propose<{ readonly kind: 'nothing' }>(
      { repository, branch: head, into: base, title, labels: [], release: plan.id, pick: async (listed) => listed.find((pull) => pull.state !== 'closed' && markedKey(pull.body) === markedKey(body)), replaces: ({ id }) => id === plan.id },
      {
        async commit() {
          const parent = await forge.branches.find(repository, branch);
          if (parent === undefined) throw neverRetry('InvalidCatalog', `branch ${branch} of ${repository} does not exist`);
          if ((await forge.commits.read(repository, path, parent)) === text) return { kind: 'nothing' };
          return forge.branches.write({ repository, branch: head, parent, path, text, message: versionMessage(title, plan.id, signoff), date: plan.date });
        },
        body: async () => body,
      },
    );
    return 'pull' in answer ? { number: answer.pull.number, url: answer.pull.url } : undefined;
  }

  /** @throws `Refused` for somebody whom the forge does not assign: it says nothing of it */
  async function assignDownstream({ downstream: { repository }, number, login }: { readonly downstream: Downstream; readonly number: number; readonly login: string }): Promise<void> {
    const isAssigned = async () => (await forge.issues.get(repository, number))?.assignees.some((one) => one.toLowerCase() === login.toLowerCase()) ?? false;
    await effect({
      key: `assign ${repository}#${number} ${login}`,
      lagMs: readLagMs,
      probe: async () => ((await isAssigned()) ? true : undefined),
      async act() {
        const assigned = await forge.issues.assign(repository, number, login);
        if (!assigned.some((one) => one.toLowerCase() === login.toLowerCase())) throw neverRetry('Refused', `${repository} does not take ${login} as an assignee: whoever may not write there can't be one`);
      },
    });
  }

  /** Looks once. @param except a head that is known to be red. @throws `NotYet` while its checks run */
  async function downstreamBuild({ plan, downstream, number, except }: DownstreamRequest & { readonly number: number; readonly except?: Sha }): Promise<DownstreamBuild> {
    const { repository, requiredChecks } = downstream;
    const pull = await forge.pullRequests.get(repository, number);
    if (pull && pull.state !== 'open') return { kind: 'over' };
    if (!pull) throw missing(`${repository}#${number} is not shown any more`);
    const verdict = judge(await forge.pipelines.checks(repository, pull.head), { required: requiredChecks, patience: plan.pace.patience }, serverTime());
    if (verdict.kind === 'pending') throw notYet(`${toldWait(verdict)} of ${repository}#${number}`);
    if (verdict.kind === 'green') return { kind: 'green' };
    if (pull.head === except) throw notYet(`checks of ${repository}#${number} have failed`);
    return { kind: 'red', head: pull.head, failed: toldFailures(verdict.failed) };
  }

  return { openDownstream: beating(openDownstream), assignDownstream: beating(assignDownstream), downstreamBuild };
}
