import { activityInfo } from '@temporalio/activity';
import type { Obstacle, Seen } from '../../domain/changes/life.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Check } from '../../domain/code/pipeline.ts';
import { isCalled, toldWait } from '../../domain/code/pipeline.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { notYet } from '../../ports/failures.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { reread } from '../doubt.ts';
import { effect } from '../effect.ts';
import { pullRequestReads } from './reads.ts';
import { verdicts } from './verdict.ts';
import { serverTime } from '../server-time.ts';

/** A look at a pull request that is to be merged. */
export interface ChangeLook {
  readonly repository: Repository;
  /** The branch that it is merged into. */
  readonly into: string;
  readonly number: number;
  /** The head that the release knows of. */
  readonly head: Sha;
  readonly required: readonly string[];
  readonly ignored?: readonly string[] | undefined;
  /** How long the checks may take to report, in ms, before people should hear of it. */
  readonly patience: number;
  /** The attempt of the failed runs whose end counts, from 1. */
  readonly attempt: number;
  /** What is known already, and is waited out. */
  readonly known?: Obstacle | undefined;
  /** A commit of the base that had the same checks. */
  readonly like?: Sha | undefined;
}

/** How many commits of the base are looked at for one whose checks have finished. */
const baseDepth = 10;

/** How a pull request is looked at, whatever it carries. */
export function changeLooks(forge: Forge) {
  const { commits, merging, pipelines } = forge;
  const { missingBase, shown } = pullRequestReads(forge);
  const { verdictOf } = verdicts(forge);

  /** How far the one that is open at the known head has come. @throws `NotYet` while nothing has happened */
  async function progressOf(look: ChangeLook, pull: PullRequest): Promise<Seen> {
    if (pull.conflicts) return { kind: 'conflict' };
    return look.known?.kind === 'queued' ? queued(look, look.known) : verdict(look, pull);
  }

  /** The checks of its head don't count any more: the queue has its own, of what it would merge. */
  async function queued({ repository, number, patience }: ChangeLook, known: Extract<Obstacle, { kind: 'queued' }>): Promise<Seen> {
    const { waits, lastRemoval } = await merging.queuePlace(repository, number);
    if (waits) throw notYet(`#${number} is in the merge queue`);
    if (!lastRemoval || lastRemoval.id === known.lastRemoval) {
      if (known.since === undefined || serverTime() - known.since < patience) throw notYet(`#${number} is not shown in the merge queue yet`);
      return { kind: 'ejected', reason: 'it is not shown there', byChecks: false, isLost: true, failed: [] };
    }
    const { reason, tried } = lastRemoval;
    if (/^(already_)?merged?$/i.test(reason)) throw notYet(`#${number} is not shown as merged yet`);
    const checks = tried === undefined ? [] : await pipelines.checks(repository, tried);
    const failed = checks.filter(({ state }) => state === 'red').map(({ name, of, url }) => ({ name, ...(of && { of }), ...(url && { url }) }));
    return { kind: 'ejected', reason, byChecks: failed.length > 0 || /check|ci_|time/i.test(reason), failed };
  }

  async function verdict({ repository, into, number, head, required, ignored = [], patience, attempt, known, like }: ChangeLook, { blocked, behind }: PullRequest): Promise<Seen> {
    if (known?.kind === 'ejected') throw notYet(`#${number} is out of the merge queue`);
    if (attempt > 1) await awaitRerun(repository, head);
    const found = await verdictOf({ repository, sha: head, demand: { required, ignored, patience }, into, ...(like && { like }) });
    if (found.kind === 'pending') {
      const { missing, running, quietSince } = found;
      const since = Math.max(activityInfo().scheduledTimestampMs, running.length > 0 ? (quietSince ?? 0) : 0);
      if (known === undefined && serverTime() - since >= patience) return { kind: 'unreported', missing, ...(running.length > 0 && { running }) };
      throw notYet(`still waiting for ${toldWait(found)}`);
    }
    if (found.kind === 'green') {
      if (known?.kind === 'unreviewed' && blocked) throw notYet(`#${number} has no review yet`);
      if (known?.kind === 'refused' && (known.isBlocked ? blocked : isRecent(patience))) throw notYet(`#${number} is not merged: ${known.reason}`);
      const base = behind || known?.kind === 'behind' ? await missingBase(repository, into, head) : undefined;
      return base === undefined ? found : { kind: 'behind', base };
    }
    if (known?.kind === 'regression') throw notYet(`#${number} is still red`);
    if (known?.kind !== 'brokenBase') return found;
    if ((await isBroken({ repository, branch: into, failed: known.failed })) === 'sound') return { kind: 'baseFixed' };
    throw notYet(`${into} is still red`);
  }

  /** Until a new attempt is under way, the checks are those of the attempt before. */
  async function awaitRerun(repository: Repository, sha: Sha): Promise<void> {
    const runs = await pipelines.runs(repository, sha);
    if (runs.some(({ state }) => state === 'running')) throw notYet('the failed jobs run again');
  }

  /** Whether all these checks are red on the newest commit of the base for which they have ended. */
  async function isBroken({ repository, branch, failed }: { repository: Repository; branch: string; failed: readonly string[] }): Promise<'broken' | 'sound'> {
    for (const { sha } of await commits.mainLine(repository, branch, { limit: baseDepth })) {
      const checks = (await pipelines.checks(repository, sha)).filter((check) => failed.some((called) => isCalled(check, called)));
      if (checks.length === 0 || checks.some(({ state }) => state === 'pending')) continue;
      return failed.every((called) => isRed(checks, called)) ? 'broken' : 'sound';
    }
    return 'sound';
  }

  return { shown, missingBase, progressOf, isBroken };
}

/** What the forge shows no reason for is tried again at such intervals. */
function isRecent(patience: number): boolean {
  return serverTime() - activityInfo().scheduledTimestampMs < patience;
}

function isRed(checks: readonly Check[], called: string): boolean {
  return checks.some((check) => isCalled(check, called) && check.state === 'red');
}

/** What may be asked, and done, about the checks of any pull request. */
export function createChangeLooks({ forge }: Pick<Ports, 'forge'>) {
  const { branches, pipelines, pullRequests } = forge;
  const { isBroken } = changeLooks(forge);

  /** Runs what failed once more, as this attempt (2 is the first rerun). Nothing, where it was not the forge that ran it, or it never can again. */
  async function rerunFailed({ repository, sha, attempt }: { repository: Repository; sha: Sha; attempt: number }): Promise<'rerun' | 'nothing'> {
    const runs = (await pipelines.runs(repository, sha)).filter(({ state, attempt: last }) => state === 'failed' || last >= attempt);
    const begun: boolean[] = [];
    for (const { id } of runs) {
      const runNow = async () => (await pipelines.runs(repository, sha)).find((run) => run.id === id);
      const answer = await effect<'rerun' | 'never'>({
        key: `rerun ${repository} ${sha} ${id} (${attempt})`,
        lagMs: 0,
        probe: async () => (((await runNow())?.attempt ?? 0) >= attempt ? 'rerun' : undefined),
        act: () => pipelines.rerunFailed(repository, id),
      });
      begun.push(answer === 'rerun');
    }
    return begun.includes(true) ? 'rerun' : 'nothing';
  }

  /** The head of a branch, if there is one. */
  async function headOf({ repository, branch }: { repository: Repository; branch: string }): Promise<Sha | undefined> {
    return reread(`the branch ${branch} of ${repository}`, () => branches.find(repository, branch));
  }

  /** Looks once. @throws `NotYet` until the pull request is merged, by whomever */
  async function mergedBySomebody({ repository, number }: { readonly repository: Repository; readonly number: number }): Promise<void> {
    const pull = await pullRequests.get(repository, number);
    if (pull?.state !== 'merged') throw notYet(`#${number} is not merged`);
  }

  return { base: isBroken, headOf, rerunFailed: beating(rerunFailed), mergedBySomebody };
}
