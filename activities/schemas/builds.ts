import type { Obstacle, Seen } from '../../domain/changes/life.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { fillInputs } from '../../domain/stages/inputs.ts';
import type { Deployment } from '../../ports/forge/deployments.ts';
import { launches } from '../../ports/launch/launches.ts';
import { beating } from '../../ports/pulse.ts';
import { attemptBegan } from '../server-time.ts';
import { effect } from '../effect.ts';
import { missing, notYet } from '../../ports/failures.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import type { BranchRules } from '../../ports/forge/access.ts';
import type { MergeMethod } from '../../ports/forge/merging.ts';
import { changeLooks } from '../changes/looks.ts';

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
  /** What keeps it from being merged, and is waited out. */
  readonly known?: Obstacle;
}

export type BuildAnswer =
  | Extract<Seen, { kind: 'green' }>
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  | { readonly kind: 'closed'; readonly by: string }
  /** It can't be merged before it contains this commit of its base. */
  | { readonly kind: 'outdated'; readonly base: Sha }
  /** Somebody pushed to the pull request: what was built is not what would be merged. */
  | { readonly kind: 'moved' }
  | Extract<Seen, { kind: 'ejected' }>;

export interface BuildStart {
  readonly plan: SchemaPlan;
  readonly sha: Sha;
}

export interface MergeQuestion extends Pick<BuildQuestion, 'repository' | 'number' | 'sha' | 'base'> {
  readonly method: MergeMethod;
  /** All that it is to change. */
  readonly file: string;
}

export type MergeOutlook =
  | { readonly kind: 'clear' }
  /** The forge would refuse it now, or take it from people only. */
  | { readonly kind: 'hindered'; readonly why: string }
  | Extract<BuildAnswer, { kind: 'closed' | 'outdated' | 'moved' }>;

export function createSchemaBuilds({ forge, readLagMs = 0 }: Pick<Ports, 'forge'> & Partial<Pick<Ports, 'readLagMs'>>) {
  const { missingBase, progressOf, shown } = changeLooks(forge);
  const launch = launches({ forge }).workflow;

  /** Looks once at the pull request and at its build. @throws `NotYet` while checks still run, or none has begun */
  async function releaseBuild({ repository, number, sha, required, ignored = [], patience = 0, base: into, known, run: given }: BuildQuestion): Promise<BuildAnswer> {
    const pull = await shown(repository, { number, head: sha });
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== sha) return { kind: 'moved' };
    const isMerged = pull.state === 'merged';
    // Whoever merges it before its build has ended does not know that it is green.
    if (isMerged && known) return { kind: 'green' };
    const seen = await progressOf({ repository, into, number, head: sha, required, ignored, patience, attempt: 1, known: known ?? { kind: 'unreported' } }, pull);
    switch (seen.kind) {
      // A forge does not build what conflicts.
      case 'conflict':
        return outdated(repository, into, sha, `#${number} conflicts with a commit of ${into} that is not shown yet`);
      case 'behind':
        return (await failedRun(repository, sha, given)) ?? { kind: 'outdated', base: seen.base };
      case 'green': {
        const red = await failedRun(repository, sha, given);
        if (red) return red;
        if (pull.undecided && !isMerged) throw notYet(`the forge does not know yet whether #${number} can be merged`);
        return seen;
      }
      case 'red':
      case 'ejected':
      case 'closed':
        return seen;
      case 'unreported':
      case 'baseFixed':
        throw new TypeError(`${seen.kind} was not asked for`);
    }
  }

  /** @throws `NotYet` while the catalog's build workflow still runs */
  async function failedRun(repository: Repository, sha: Sha, given: BuildQuestion['run']): Promise<Extract<BuildAnswer, { kind: 'red' }> | undefined> {
    const run = given && (await forge.workflowRuns.get(repository, given.id));
    if (run?.state === 'running') throw notYet(`the build of ${sha} waits for ${run.url}`);
    return run?.state === 'failed' ? { kind: 'red', failed: [{ name: 'the release build', url: run.url }] } : undefined;
  }

  async function outdated(repository: Repository, into: string, sha: Sha, unless: string): Promise<Extract<BuildAnswer, { kind: 'outdated' }>> {
    const base = await missingBase(repository, into, sha);
    if (base === undefined) throw notYet(unless);
    return { kind: 'outdated', base };
  }

  /** What it was cut from is not in its base any more: as it is, it would bring that back. */
  async function rewritten(repository: Repository, number: number, into: string): Promise<Extract<BuildAnswer, { kind: 'outdated' }>> {
    const base = await forge.branches.find(repository, into);
    if (base === undefined) throw missing(`#${number} is to be merged into ${into} of ${repository}, which is not shown`);
    return { kind: 'outdated', base };
  }

  /** Dispatches the catalog's build workflow for a head of the pull request, once. @throws `InvalidInput` when its run could not be found again */
  async function startReleaseBuild({ plan, sha }: BuildStart): Promise<Pick<Deployment, 'id' | 'url'>> {
    const { mechanism, target } = dispatchOf(plan, sha);
    const { id, url } = await effect({
      key: `dispatch ${target.key}`,
      lagMs: readLagMs,
      probe: async () => (await launch.find(mechanism, target))[0],
      act: () => launch.start(mechanism, target, { attempt: attemptBegan() }),
    });
    return { id, url };
  }

  /** Calls off what runs of the builds of a head: all, or all but the one that counts. Answers where they were to be seen. */
  async function callOffReleaseBuilds({ plan, sha, but }: BuildStart & { readonly but?: number }): Promise<readonly string[]> {
    const { mechanism, target } = dispatchOf(plan, sha);
    const running = (await launch.find(mechanism, target)).filter(({ id, state }) => id !== but && state === 'running');
    for (const { id } of running) await launch.cancel(target.repository, id);
    return running.map(({ url }) => url);
  }

  /**
   * What can be known beforehand about the merge of a green pull request: once its schemas are published there is no way back.
   * @throws `NotYet` while something hinders it, if that is to be waited for
   */
  async function mergeOutlook({ repository, number, sha, base, method, file, waits }: MergeQuestion & { readonly waits?: true }): Promise<MergeOutlook> {
    const pull = await shown(repository, { number, head: sha });
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== sha) return { kind: 'moved' };
    if (pull.state === 'merged') return { kind: 'clear' };
    if (pull.undecided) throw notYet(`the forge does not know yet whether #${number} can be merged`);
    if (pull.conflicts || pull.behind) return outdated(repository, base, sha, `#${number} must contain a commit of ${base} that is not shown yet`);
    if ((await forge.pullRequests.files(repository, number)).some((path) => path !== file)) return rewritten(repository, number, base);
    const [methods, rules] = [(await forge.access.merging(repository))?.methods, await forge.access.rules(repository, base)];
    const why = hindrance({ base, method, methods, rules, isBlocked: pull.blocked === true });
    if (why === undefined) return { kind: 'clear' };
    if (waits) throw notYet(`#${number} can't be merged: ${why}`);
    return { kind: 'hindered', why };
  }

  return { startReleaseBuild: beating(startReleaseBuild), callOffReleaseBuilds: beating(callOffReleaseBuilds), releaseBuild, mergeOutlook };
}

function dispatchOf({ id, version, branch, rules: { repository, build } }: SchemaPlan, sha: Sha) {
  const key = `${id} ${shortSha(sha)}`;
  return { mechanism: fillInputs({ kind: 'workflow', ...build! }, { version, sha, key }), target: { repository, branch, environment: '', sha, key } } as const;
}

interface Outlook {
  readonly base: string;
  readonly method: MergeMethod;
  readonly methods: readonly MergeMethod[] | undefined;
  readonly rules: BranchRules | undefined;
  readonly isBlocked: boolean;
}

function hindrance({ base, method, methods, rules, isBlocked }: Outlook): string | undefined {
  // A queue has a method of its own.
  if (!rules?.mergeQueue && methods && !methods.includes(method)) return `merging by "${method}" is switched off (${methods.join(', ')} is not)`;
  if (!isBlocked) return undefined;
  return rules?.reviews ? `${base} asks for ${rules.reviews} reviews, and a review is missing` : `the protection of ${base} keeps it from being merged: a check or a review is missing`;
}
