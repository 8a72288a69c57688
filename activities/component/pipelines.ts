import { activityInfo } from '@temporalio/activity';
import type { Sha } from '../../domain/code/commit.ts';
import { shaPattern } from '../../domain/code/commit.ts';
import type { Check, FailedCheck } from '../../domain/code/pipeline.ts';
import { isCalled, toldWait } from '../../domain/code/pipeline.ts';
import { commitOn } from '../changes/branch-commit.ts';
import { effect } from '../effect.ts';
import { releaseOf } from '../changes/trailer.ts';
import { notYet, tryAgain } from '../../ports/failures.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { pullRequestReads } from '../changes/reads.ts';
import { verdicts } from '../changes/verdict.ts';
import type { VersionChange } from './version-change.ts';
import { beating } from '../../ports/pulse.ts';

/** A look at a version pull request that is to be merged. */
export interface Look {
  readonly change: VersionChange;
  readonly number: number;
  /** The head that the release knows of. */
  readonly head: Sha;
  readonly required: readonly string[];
  readonly ignored?: readonly string[];
  /** How long the checks may take to report, in ms, before people should hear of it. */
  readonly patience: number;
  /** The attempt of the failed runs whose end counts, from 1. */
  readonly attempt: number;
  /** What is known already, and is waited out. */
  readonly known?: Obstacle;
  /** Who has set the version that it carries, where that was a person. */
  readonly chosenBy?: string;
}

export type Obstacle =
  | { readonly kind: 'regression' }
  /** People know that its checks don't report. */
  | { readonly kind: 'unreported' }
  | { readonly kind: 'brokenBase'; readonly failed: readonly string[] }
  | { readonly kind: 'unreviewed' }
  /** People know that the version that one of them has set is red on the mirror. */
  | { readonly kind: 'unfit' }
  /** The forge refused to merge it until it contains its base. */
  | { readonly kind: 'behind' }
  /** For the `time`th time with this head; `lastRemoval` is the removal before. */
  | { readonly kind: 'queued'; readonly time: number; readonly lastRemoval?: string }
  /** Thrown out of the merge queue, for people to decide on. */
  | { readonly kind: 'ejected' };

export interface Edited {
  readonly kind: 'edited';
  readonly head: Sha;
  readonly candidate: Sha;
  /** ISO 8601 */
  readonly date: string;
  readonly by?: string;
}

/** What has happened to it, and what the release has to do about. */
export type Turn =
  /** Everything is green; somebody may even have merged it at this head. */
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  /** These checks have been waited for for long: `missing` have not reported (none at all, where none is named), `running` have, and nothing has changed since. */
  | { readonly kind: 'unreported'; readonly missing: readonly string[]; readonly running?: readonly string[] }
  | { readonly kind: 'closed'; readonly by: string }
  /** It carries another commit; `by` whom, where that was a person. */
  | Edited
  /** The version that a person has set is red on the mirror. */
  | { readonly kind: 'unfit'; readonly failed: readonly FailedCheck[] }
  /** A person has pushed what the release can't follow. */
  | { readonly kind: 'foreign'; readonly why: string; /** With it. */ readonly isMerged?: true }
  | { readonly kind: 'conflict' }
  /** The base branch pins another commit than the one that the release started from. */
  | { readonly kind: 'overtaken'; readonly pinned: string }
  | { readonly kind: 'baseFixed' }
  /** Green, but it has to contain this commit of its base before it may be merged. */
  | { readonly kind: 'behind'; readonly base: Sha }
  /** The merge queue has given it back; `byChecks` where those of its trial were the reason. */
  | { readonly kind: 'ejected'; readonly reason: string; readonly byChecks: boolean; readonly failed: readonly FailedCheck[] };

/** How many commits of the base are looked at for one whose checks have finished. */
const baseDepth = 10;

export function createPipelines({ forge }: Pick<Ports, 'forge'>) {
  const { branches, commits, merging, pipelines, pullRequests } = forge;
  const { missingBase, shown } = pullRequestReads(forge);
  const { verdictOf } = verdicts(forge);

  /** Looks once. @throws `NotYet` while nothing has happened. */
  async function pipeline(look: Look): Promise<Turn> {
    const { change, number, head } = look;
    const { repository, branch, file } = change;
    // The pin first: once it has moved by our own merge, the pull request is seen as merged.
    const pinned = (await commits.read(repository, file, branch))?.trim() ?? '';
    const pull = await shown(repository, look);
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== head) return pushed(change, pull);
    if (pull.state === 'merged') return ripened(look, { kind: 'green' });
    if (pinned !== change.pinned && pinned !== change.candidate) return { kind: 'overtaken', pinned };
    if (pull.conflicts) return { kind: 'conflict' };
    if (look.known?.kind === 'queued') return queued(change.repository, number, look.known);
    return ripened(look, await verdict(look, pull));
  }

  /** A version that a person has set has been looked at by nobody: it goes on only if the mirror's checks allow it. */
  async function ripened({ change, chosenBy, known }: Look, turn: Turn): Promise<Turn> {
    if (chosenBy === undefined || turn.kind !== 'green') return turn;
    const { mirror, candidate, mirrorChecks: required, mirrorIgnores: ignored = [], patience = 0 } = change;
    const found = await verdictOf({ repository: mirror, sha: candidate, demand: { required, ignored, patience }, like: change.pinned });
    if (found.kind === 'green') return turn;
    if (found.kind === 'pending') throw notYet(`still waiting for ${toldWait(found)} of ${candidate} on ${mirror}`);
    if (known?.kind === 'unfit') throw notYet(`${candidate} is still red on ${mirror}`);
    return { kind: 'unfit', failed: found.failed };
  }

  /** The checks of its head don't count any more: the queue has its own, of what it would merge. */
  async function queued(repository: Repository, number: number, known: Extract<Obstacle, { kind: 'queued' }>): Promise<Turn> {
    const { waits, lastRemoval } = await merging.queuePlace(repository, number);
    if (waits) throw notYet(`#${number} is in the merge queue`);
    if (!lastRemoval || lastRemoval.id === known.lastRemoval) throw notYet(`#${number} is not shown in the merge queue yet`);
    const { reason, tried } = lastRemoval;
    if (/^(already_)?merged?$/i.test(reason)) throw notYet(`#${number} is not shown as merged yet`);
    const checks = tried === undefined ? [] : await pipelines.checks(repository, tried);
    const failed = checks.filter(({ state }) => state === 'red').map(({ name, of, url }) => ({ name, ...(of && { of }), ...(url && { url }) }));
    return { kind: 'ejected', reason, byChecks: failed.length > 0 || /check|ci_|time/i.test(reason), failed };
  }

  async function verdict({ change, number, head, required, ignored = [], patience, attempt, known }: Look, { blocked, behind }: PullRequest): Promise<Turn> {
    const { repository, branch } = change;
    if (known?.kind === 'ejected') throw notYet(`#${number} is out of the merge queue`);
    if (attempt > 1) await rerunEnded(repository, head);
    const found = await verdictOf({ repository, sha: head, demand: { required, ignored, patience }, into: branch, like: change.base });
    if (found.kind === 'pending') {
      const { missing, running, quietSince } = found;
      const since = Math.max(activityInfo().scheduledTimestampMs, running.length > 0 ? (quietSince ?? 0) : 0);
      if (known === undefined && Date.now() - since >= patience) return { kind: 'unreported', missing, ...(running.length > 0 && { running }) };
      throw notYet(`still waiting for ${toldWait(found)}`);
    }
    if (found.kind === 'green') {
      if (known?.kind === 'unreviewed' && blocked) throw notYet(`#${number} has no review yet`);
      const base = behind || known?.kind === 'behind' ? await missingBase(repository, branch, head) : undefined;
      return base === undefined ? { kind: 'green' } : { kind: 'behind', base };
    }
    if (known?.kind === 'regression') throw notYet(`#${number} is still red`);
    if (known?.kind !== 'brokenBase') return found;
    if ((await base({ repository, branch, failed: known.failed })) === 'sound') return { kind: 'baseFixed' };
    throw notYet(`${branch} is still red`);
  }

  /** Until a new attempt is under way, the checks are those of the attempt before. */
  async function rerunEnded(repository: Repository, sha: Sha): Promise<void> {
    const runs = await pipelines.runs(repository, sha);
    if (runs.some(({ state }) => state === 'running')) throw notYet('the failed jobs run again');
  }

  async function pushed({ repository, branch, file, mirror, mirrorBranch, pinned }: VersionChange, { number, head, state }: PullRequest): Promise<Turn> {
    const isMerged = state === 'merged' && { isMerged: true as const };
    const foreign = (why: string): Turn => ({ kind: 'foreign', why: `somebody pushed ${head} to #${number}, ${why}`, ...isMerged });
    const others = (await pullRequests.files(repository, number)).filter((path) => path !== file);
    if (others.length > 0) return foreign(`which changes ${others.slice(0, 3).join(', ')}`);
    const candidate = (await commits.read(repository, file, head))?.trim() ?? '';
    if (!shaPattern.test(candidate)) return foreign(`where ${file} is not the SHA of a commit`);
    const commit = await commitOn(commits, mirror, mirrorBranch, candidate);
    if (!commit) return foreign(`with ${candidate}, which ${mirror} does not have on ${mirrorBranch}`);
    const { diverged } = await commits.range(mirror, pinned, candidate);
    if (diverged) return foreign(`with ${candidate}, which does not come after ${pinned}`);
    const by = (await releaseOf(commits, repository, head)) === undefined ? await authorOf(repository, branch, head) : undefined;
    return { kind: 'edited', head, candidate, date: commit.committedAt, ...(by && { by }) };
  }

  async function authorOf(repository: Repository, branch: string, head: Sha): Promise<string> {
    const [newest] = (await commits.range(repository, branch, head)).commits;
    return newest?.login ?? newest?.author ?? 'somebody';
  }

  /** What one carries that was found open, or merged, with another version than was planned. */
  async function adoptPullRequest({ change, number }: Pick<Look, 'change' | 'number'>): Promise<Turn> {
    const pull = await pullRequests.get(change.repository, number);
    if (!pull) throw tryAgain('Unavailable', `#${number} is not shown yet`);
    return pushed(change, pull);
  }

  /** Whether all these checks are red on the newest commit of the base for which they have ended. */
  async function base({ repository, branch, failed }: { repository: Repository; branch: string; failed: readonly string[] }): Promise<'broken' | 'sound'> {
    for (const { sha } of await commits.mainLine(repository, branch, { limit: baseDepth })) {
      const checks = (await pipelines.checks(repository, sha)).filter((check) => failed.some((called) => isCalled(check, called)));
      if (checks.length === 0 || checks.some(({ state }) => state === 'pending')) continue;
      return failed.every((called) => isRed(checks, called)) ? 'broken' : 'sound';
    }
    return 'sound';
  }

  /** Runs what failed once more, as this attempt (2 is the first rerun). Nothing, where it was not the forge that ran it. */
  async function rerunFailed({ repository, sha, attempt }: { repository: Repository; sha: Sha; attempt: number }): Promise<'rerun' | 'nothing'> {
    const runs = (await pipelines.runs(repository, sha)).filter(({ state, attempt: last }) => state === 'failed' || last >= attempt);
    for (const { id } of runs) {
      const runNow = async () => (await pipelines.runs(repository, sha)).find((run) => run.id === id);
      await effect({
        key: `rerun ${repository} ${sha} ${id} (${attempt})`,
        lagMs: 0,
        probe: async () => (((await runNow())?.attempt ?? 0) >= attempt ? true : undefined),
        act: () => pipelines.rerunFailed(repository, id),
      });
    }
    return runs.length > 0 ? 'rerun' : 'nothing';
  }

  /** The head of a branch, if there is one. */
  async function headOf({ repository, branch }: { repository: Repository; branch: string }): Promise<Sha | undefined> {
    return branches.find(repository, branch);
  }

  return { pipeline, adoptPullRequest, base, headOf, rerunFailed: beating(rerunFailed) };
}

function isRed(checks: readonly Check[], called: string): boolean {
  return checks.some((check) => isCalled(check, called) && check.state === 'red');
}
