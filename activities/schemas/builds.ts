import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { toldWait } from '../../domain/code/pipeline.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { fillInputs } from '../../domain/stages/inputs.ts';
import type { Deployment } from '../../ports/forge/deployments.ts';
import { launches } from '../../ports/launch/launches.ts';
import { beating } from '../../ports/pulse.ts';
import { effect } from '../effect.ts';
import { notYet } from '../../ports/failures.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import type { BranchRules } from '../../ports/forge/access.ts';
import type { MergeMethod } from '../../ports/forge/merging.ts';
import { pullRequestReads } from '../changes/reads.ts';
import { verdicts } from '../changes/verdict.ts';

export interface BuildQuestion {
  readonly repository: Repository;
  readonly number: number;
  /** The pull request's head that was built. */
  readonly sha: Sha;
  readonly required: readonly string[];
  readonly ignored?: readonly string[];
  /** How long (ms) what may never report is waited for. */
  readonly patience?: number;
  /** The branch that it is merged into. */
  readonly base: string;
  /** The run of the catalog's build workflow for this head. */
  readonly run?: Pick<Deployment, 'id' | 'url'>;
  /** The forge refused to merge it until it contains its base. */
  readonly behind?: true;
}

export type BuildAnswer =
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  | { readonly kind: 'closed'; readonly by: string }
  /** It can't be merged before it contains this commit of its base. */
  | { readonly kind: 'outdated'; readonly base: Sha }
  /** Somebody pushed to the pull request: what was built is not what would be merged. */
  | { readonly kind: 'moved' };

export interface BuildStart {
  readonly plan: SchemaPlan;
  readonly sha: Sha;
}

export interface MergeQuestion extends Pick<BuildQuestion, 'repository' | 'number' | 'sha' | 'base'> {
  readonly method: MergeMethod;
}

export type MergeOutlook =
  | { readonly kind: 'clear' }
  /** The forge would refuse it now, or take it from people only. */
  | { readonly kind: 'hindered'; readonly why: string }
  | { readonly kind: 'closed'; readonly by: string }
  | { readonly kind: 'moved' };

export function createSchemaBuilds({ forge, readLagMs = 0 }: Pick<Ports, 'forge'> & Partial<Pick<Ports, 'readLagMs'>>) {
  const { missingBase, shown } = pullRequestReads(forge);
  const { verdictOf } = verdicts(forge);
  const launch = launches({ forge }).workflow;

  /** Looks once at the pull request and at its build. @throws `NotYet` while checks still run, or none has begun */
  async function releaseBuild({ repository, number, sha, required, ignored = [], patience = 0, base: branch, behind, run: given }: BuildQuestion): Promise<BuildAnswer> {
    const pull = await shown(repository, { number, head: sha });
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== sha) return { kind: 'moved' };
    // A forge does not build what conflicts.
    if (pull.conflicts) {
      const base = await missingBase(repository, branch, sha);
      if (base === undefined) throw notYet(`#${number} conflicts with a commit of ${branch} that is not shown yet`);
      return { kind: 'outdated', base };
    }
    const verdict = await verdictOf({ repository, sha, demand: { required, ignored, patience }, into: branch });
    if (verdict.kind === 'pending') throw notYet(`the build of ${sha} waits for ${toldWait(verdict)}`);
    if (verdict.kind === 'red') return { kind: 'red', failed: verdict.failed };
    const run = given && (await forge.workflowRuns.get(repository, given.id));
    if (run?.state === 'running') throw notYet(`the build of ${sha} waits for ${run.url}`);
    if (run?.state === 'failed') return { kind: 'red', failed: [{ name: 'the release build', url: run.url }] };
    if (pull.undecided) throw notYet(`the forge does not know yet whether #${number} can be merged`);
    const base = pull.behind || behind ? await missingBase(repository, branch, sha) : undefined;
    return base === undefined ? { kind: 'green' } : { kind: 'outdated', base };
  }

  /** Dispatches the catalog's build workflow for a head of the pull request, once. @throws `InvalidInput` when its run could not be found again */
  async function startReleaseBuild({ plan, sha }: BuildStart): Promise<Pick<Deployment, 'id' | 'url'>> {
    const { id: release, version, head: branch, rules: { repository, build } } = plan;
    const key = `${release} ${shortSha(sha)}`;
    const mechanism = fillInputs({ kind: 'workflow', ...build! }, { version, sha, key });
    const target = { repository, branch, environment: '', sha, key };
    const { id, url } = await effect({
      key: `dispatch ${key}`,
      lagMs: readLagMs,
      probe: () => launch.find(mechanism, target),
      act: () => launch.start(mechanism, target),
    });
    return { id, url };
  }

  /**
   * What can be known beforehand about the merge of a green pull request: once its schemas are published there is no way back.
   * @throws `NotYet` while something hinders it, if that is to be waited for
   */
  async function mergeOutlook({ repository, number, sha, base, method, waits }: MergeQuestion & { readonly waits?: true }): Promise<MergeOutlook> {
    const pull = await shown(repository, { number, head: sha });
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== sha) return { kind: 'moved' };
    if (pull.state === 'merged') return { kind: 'clear' };
    if (pull.undecided) throw notYet(`the forge does not know yet whether #${number} can be merged`);
    const [methods, rules] = [(await forge.access.merging(repository))?.methods, await forge.access.rules(repository, base)];
    const why = hindrance({ base, method, methods, rules, isBlocked: pull.blocked === true });
    if (why === undefined) return { kind: 'clear' };
    if (waits) throw notYet(`#${number} can't be merged: ${why}`);
    return { kind: 'hindered', why };
  }

  /** Looks once. @throws `NotYet` until the pull request is merged, by whomever */
  async function mergedBySomebody({ repository, number }: Pick<BuildQuestion, 'repository' | 'number'>): Promise<void> {
    const pull = await forge.pullRequests.get(repository, number);
    if (pull?.state !== 'merged') throw notYet(`#${number} is not merged`);
  }

  return { startReleaseBuild: beating(startReleaseBuild), releaseBuild, mergeOutlook, mergedBySomebody };
}

interface Outlook {
  readonly base: string;
  readonly method: MergeMethod;
  readonly methods: readonly MergeMethod[] | undefined;
  readonly rules: BranchRules | undefined;
  readonly isBlocked: boolean;
}

function hindrance({ base, method, methods, rules, isBlocked }: Outlook): string | undefined {
  if (methods && !methods.includes(method)) return `merging by "${method}" is switched off (${methods.join(', ')} is not)`;
  if (rules?.mergeQueue) return `${base} takes changes through its merge queue only`;
  if (!isBlocked) return undefined;
  return rules?.reviews ? `${base} asks for ${rules.reviews} reviews, and a review is missing` : `the protection of ${base} keeps it from being merged: a check or a review is missing`;
}
