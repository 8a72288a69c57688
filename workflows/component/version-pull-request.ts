import { workflowInfo } from '@temporalio/workflow';
import type { Edited, Foreign } from '../../activities/component/pipelines.ts';
import type { Opened, Withdrawal } from '../../activities/component/opening.ts';
import type { VersionChange } from '../../activities/component/version-change.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { passageOf } from '../../domain/component/plan.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { OpenChange } from '../changes/change.ts';
import type { Release } from './release.ts';
import { Stop } from '../release/stop.ts';

/** The version pull request as the release knows it, and what it carries. */
export interface Draft extends OpenChange {
  readonly plan: ReleasePlan;
  readonly pull: Opened;
  /** What it has carried: a newer commit has to come after each. Of commits that follow one another only the last. */
  readonly carried: readonly Sha[];
  /** A person wants to wait for a fix: it is taken without asking. */
  readonly waitsForFix?: true;
  /** What somebody has pushed besides, for people to decide on. */
  readonly foreign?: Foreign;
}

/** Opens the version pull request, or adopts the one that is open. */
export async function open({ status, work, reporter }: Release, plan: ReleasePlan, { after, carried = [plan.candidate] }: { readonly after: number; readonly carried?: readonly Sha[] }): Promise<Draft> {
  status.enter('opening', { next: 'open the pull request' });
  const pull = await work.openPullRequest(versionChange(plan, { after }), `open ${plan.pin.title}`);
  status.change({ pullRequest: { number: pull.number, url: pull.url } });
  if (pull.unlabelled !== undefined) status.owe(`label #${pull.number} as ${plan.pin.labels.join(', ')}: ${pull.unlabelled}`);
  if (pull.closedBy) throw new Stop({ kind: 'closed', by: pull.closedBy });
  reporter.tell({ name: 'opened', line: `opened ${pull.url}` });
  return { plan, pull, carried, attempt: 1 };
}

/** Makes it carry a newer commit: the same pull request, a new head, whose pipeline runs anew. */
export async function amend(release: Release, draft: Draft, { sha, notBefore, why = 'a newer green commit' }: { readonly sha: Sha; readonly notBefore: readonly Sha[]; readonly why?: string }): Promise<Draft> {
  const { work, status } = release;
  const { plan, pull } = draft;
  const result = await work.amendPullRequest({ change: versionChangeOf(draft), number: pull.number, head: pull.head, sha, notBefore }, `amend to ${shortSha(sha)}`);
  if (result.kind === 'moved') return draft;
  if (result.kind === 'refused') {
    status.refuse('candidate', result.why);
    return draft;
  }
  const { head, date, silent } = result;
  const { chosenBy: _, ...known } = pull;
  const { silent: __, ...agreed } = plan;
  const carried = [sha, ...draft.carried.filter((before) => before !== sha && !notBefore.includes(before))];
  return carry(release, { plan: { ...agreed, candidate: sha, date, ...(silent && { silent }) }, pull: { ...known, head, carries: sha }, carried, attempt: 1 }, why);
}

/** Makes it contain its base as that is now: the same version, a new head, whose pipeline runs anew. */
export async function update({ work, status, reporter }: Release, draft: Draft, { base }: { readonly base: Sha }): Promise<Draft> {
  const { plan, pull, carried } = draft;
  const { branch } = plan.pin;
  const result = await work.updatePullRequest({ change: versionChangeOf(draft), head: pull.head, base }, `update to ${branch} at ${shortSha(base)}`);
  const next: Draft = { plan, pull, carried, attempt: 1 };
  if (result.kind === 'moved') return next;
  status.enter('pipeline', { waitingFor: { what: `the pipeline of #${pull.number}, now that it contains ${branch}` }, next: 'merge when green' });
  reporter.tell({ name: `updated-${shortSha(result.head)}`, line: `brought #${pull.number} up to date with ${branch}, which has moved on` });
  return { ...next, pull: { ...pull, head: result.head } };
}

/** Carries what was put into it: its body follows, and it is recorded who did it, where that was a person. */
export async function follow(release: Release, draft: Draft, { head, candidate, date, by }: Edited): Promise<Draft> {
  const { plan, pull: { chosenBy: _, ...pull }, carried } = draft;
  const before = carried.filter((sha) => sha !== candidate);
  const { silent, ...agreed } = plan;
  const next: Draft = { plan: { ...agreed, candidate, date, ...(silent && candidate === plan.candidate && { silent }) }, pull: { ...pull, head, carries: candidate, ...(by && { chosenBy: by }) }, carried: [candidate, ...before], attempt: 1 };
  if (candidate === plan.candidate) return next;
  await release.work.describePullRequest({ change: versionChangeOf(next), number: pull.number }, `describe #${pull.number}`);
  if (by !== undefined) release.status.record({ message: 'edit', by, reason: `set the version of #${pull.number} to ${candidate}` });
  return carry(release, next, by === undefined ? 'its pull request does' : `${by} has edited the version`);
}

function carry({ status, approvals, questions, reporter }: Release, draft: Draft, why: string): Draft {
  const { plan } = draft;
  questions.withdraw();
  approvals.carries(passageOf(plan));
  status.carries(plan);
  reporter.tell({ name: `carries-${shortSha(plan.candidate)}`, line: `carries ${shortSha(plan.candidate)} now: ${why}` });
  return draft;
}

/** Closes it, and opens another one against the base as it is now. */
export async function renew(release: Release, draft: Draft, why: string): Promise<Draft> {
  const { work, reporter, questions, status } = release;
  const { repository, branch, head } = draft.plan.pin;
  const { number } = draft.pull;
  const now = await work.headOf({ repository, branch: head }, `look at ${head}`);
  // Somebody's work is looked at before anything is closed.
  if (now !== undefined && now !== draft.pull.head) return draft;
  questions.withdraw();
  reporter.tell({ name: `renewed-${number}`, line: `closes #${number} for a new one: ${why}` });
  status.enter('opening', { next: `close #${number}, and open a new one` });
  const withdrawn = await work.withdrawPullRequest(withdrawal(draft), `close #${number}: ${why}`);
  if (withdrawn.kind === 'merged') return draft;
  const base = await work.headOf({ repository, branch }, `look at ${branch}`);
  if (base === undefined) throw new Stop({ kind: 'mergeRefused', reason: `${repository} has no branch ${branch} any more` });
  const next = await open(release, { ...draft.plan, base }, { after: number, carried: draft.carried });
  const { chosenBy } = draft.pull;
  return chosenBy === undefined ? next : { ...next, pull: { ...next.pull, chosenBy } };
}

/** What is taken back when the release ends before the merge, and what has to stay. */
export async function withdraw({ work, status }: Release, change: Withdrawal): Promise<{ readonly stays?: string }> {
  const result = await work.withdrawPullRequest(change, 'close the pull request, and remove its branch');
  if (result.kind === 'merged') return { stays: `#${result.number} is merged` };
  if (result.unremoved !== undefined) status.owe(`remove the branch ${change.head} of ${change.repository}: ${result.unremoved}`);
  return result.branchStays ? { stays: `the branch ${change.head} is at ${shortSha(result.branchStays)}, which is somebody else's` } : {};
}

/** The change that a draft stands for. A pull request that it has replaced no longer counts. */
export function versionChangeOf({ plan, pull }: Pick<Draft, 'plan' | 'pull'>): VersionChange {
  return versionChange(plan, { after: pull.number - 1 });
}

export function withdrawal(draft: Draft): Withdrawal {
  const { pull: { head, number }, foreign } = draft;
  // Whoever closes it has been told of what else it holds, which its pull request still shows.
  return { ...versionChangeOf(draft), followed: foreign?.head ?? head, number };
}

export function versionChange({ isBack, stages, id, component, mirror, mirrorBranch, mirrorChecks, mirrorIgnores, pinned, pinnedAs, candidate, date, base, pin, pace }: ReleasePlan, { after }: { readonly after: number }): VersionChange {
  const { repository, branch, head, versionFile, title, labels, runbook, signoff } = pin;
  const since = workflowInfo().startTime.toISOString();
  return { release: id, component, mirror, mirrorBranch, mirrorChecks, ...(mirrorIgnores && { mirrorIgnores }), patience: pace.patience, pinned, ...(pinnedAs !== undefined && { pinnedAs }), candidate, date, repository, branch, base, head, file: versionFile, title, labels, since, after, environments: [...new Set(stages.map(({ environment }) => environment))], ...(runbook && { runbook }), ...(isBack && { isBack }), ...(signoff && { signoff }) };
}
