import { changedFiles, countCommits, isAncestor, mergeBase } from '../../git/history.ts';
import { numberParam } from '../call.ts';
import { closeIssue, renderLabels, renderMilestone } from '../issues/issues.ts';
import { isOpenPull, mergeability } from './mergeability.ts';
import { notFound } from '../refusal.ts';
import { apiUrl, htmlUrl, renderRepository } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import { notify } from '../webhooks.ts';
import type { Call } from '../call.ts';
import type { Issue, Pull, PullRequest, Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

/** @throws Refusal 404 when the number is no pull request's */
export function pullOf(call: Call): PullRequest {
  const issue = call.repository.issues.get(numberParam(call, 'pull_number'));
  if (issue?.pull === undefined) throw notFound();
  return issue as PullRequest;
}

export async function markMerged(world: World, repository: Repository, issue: PullRequest, merge: { sha: string; baseSha: string; by: User }): Promise<void> {
  issue.pull.merged = { sha: merge.sha, at: world.clock.now(), by: merge.by.login };
  issue.pull.baseSha = merge.baseSha;
  await closePull(world, repository, issue, merge.by);
}

/** What a moved or deleted branch means for the pull requests from it and to it. */
export async function followRefs(world: World, repository: Repository, move: { branch: string; to: string | undefined; by: User }): Promise<void> {
  for (const issue of repository.issues.values()) {
    if (!isOpenPull(issue)) continue;
    const { pull } = issue;
    if (pull.head === move.branch && move.to === undefined) await closePull(world, repository, issue, move.by);
    else if (pull.head === move.branch && move.to !== undefined) await synchronize(world, repository, issue, { to: move.to, by: move.by });
    else if (pull.base === move.branch && move.to !== undefined && (await isAncestor(repository.gitDir, pull.headSha, move.to))) {
      await markMerged(world, repository, issue, { sha: move.to, baseSha: move.to, by: move.by });
    }
  }
}

/** Nothing, if it is in none. */
export function leaveQueue(world: World, pull: Pull, reason: string): void {
  if (pull.queued === undefined) return;
  pull.removals.push({ id: world.nextId(), at: world.clock.now(), reason, tried: pull.queued.trial?.sha });
  pull.queued = undefined;
}

async function synchronize(world: World, repository: Repository, issue: PullRequest, { to, by }: { to: string; by: User }): Promise<void> {
  const { pull } = issue;
  pull.headSha = to;
  leaveQueue(world, pull, 'branch_changed');
  issue.updatedAt = world.clock.now();
  if (repository.protections.get(pull.base)?.dismissStaleReviews) {
    for (const review of pull.reviews) if (review.state === 'APPROVED') review.state = 'DISMISSED';
  }
  await notifyPull(world, repository, issue, { action: 'synchronize', sender: by });
}

export async function closePull(world: World, repository: Repository, issue: PullRequest, by: User): Promise<void> {
  issue.pull.baseSha ??= repository.refs.get(`refs/heads/${issue.pull.base}`);
  issue.pull.autoMerge = undefined;
  leaveQueue(world, issue.pull, issue.pull.merged ? 'merged' : 'manual');
  closeIssue(world, issue, by);
  await notifyPull(world, repository, issue, { action: 'closed', sender: by });
}

export async function notifyPull(
  world: World,
  repository: Repository,
  issue: PullRequest,
  { event = 'pull_request', ...what }: { event?: string; action: string; sender: User; review?: unknown },
): Promise<void> {
  if (!world.webhooks.isWanted()) return;
  notify(world, repository, event, { ...what, number: issue.number, pull_request: await renderPull(world, repository, issue) });
}

export async function filesOf(repository: Repository, pull: Pull) {
  const base = baseOf(repository, pull);
  if (base === undefined) return [];
  return changedFiles(repository.gitDir, (await mergeBase(repository.gitDir, base, pull.headSha)) ?? base, pull.headSha);
}

export function baseOf(repository: Repository, pull: Pull): string | undefined {
  return pull.baseSha ?? repository.refs.get(`refs/heads/${pull.base}`);
}

export function pullUrl(world: World, repository: Repository, issue: Issue): string {
  return `${apiUrl(world, repository)}/pulls/${issue.number}`;
}

/** GitHub's `pull-request-simple`: a pull request in a list. */
export function renderSimplePull(world: World, repository: Repository, issue: PullRequest) {
  const { pull, number } = issue;
  const url = pullUrl(world, repository, issue);
  const issueUrl = `${apiUrl(world, repository)}/issues/${number}`;
  const html = `${htmlUrl(world, repository)}/pull/${number}`;
  const statuses = `${apiUrl(world, repository)}/statuses/${pull.headSha}`;
  const assignees = issue.assignees.map((login) => renderUser(world, userNamed(world, login)));
  return {
    url,
    id: pull.id,
    node_id: nodeId('PR', pull.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${apiUrl(world, repository)}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statuses,
    number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: renderUser(world, userNamed(world, issue.author)),
    body: issue.body,
    labels: renderLabels(world, repository, issue),
    milestone: renderMilestone(world, repository, issue.milestone),
    active_lock_reason: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt ?? null,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: pull.merged?.sha ?? null,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: [],
    requested_teams: [],
    head: renderSide(world, repository, pull.head, pull.headSha),
    base: renderSide(world, repository, pull.base, baseOf(repository, pull) ?? pull.headSha),
    _links: {
      self: { href: url }, html: { href: html }, issue: { href: issueUrl }, comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` }, review_comment: { href: `${apiUrl(world, repository)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` }, statuses: { href: statuses },
    },
    author_association: 'MEMBER',
    auto_merge: pull.autoMerge === undefined ? null : renderAutoMerge(world, pull.autoMerge),
    draft: pull.draft,
  };
}

/** GitHub's `pull-request`: alone, with what takes a merge to find out. */
export async function renderPull(world: World, repository: Repository, issue: PullRequest) {
  const { pull } = issue;
  const files = await filesOf(repository, pull);
  const merge = isOpenPull(issue) ? await mergeability(repository, issue) : undefined;
  return {
    ...renderSimplePull(world, repository, issue),
    merged: pull.merged !== undefined,
    mergeable: merge === undefined ? null : merge.state !== 'dirty',
    rebaseable: merge === undefined ? null : merge.state !== 'dirty',
    mergeable_state: merge?.state ?? 'unknown',
    merged_by: pull.merged === undefined ? null : renderUser(world, userNamed(world, pull.merged.by)),
    comments: issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: await countCommits(repository.gitDir, { from: pull.headSha, excluding: baseOf(repository, pull) }),
    additions: files.reduce((total, file) => total + file.additions, 0),
    deletions: files.reduce((total, file) => total + file.deletions, 0),
    changed_files: files.length,
  };
}

function renderSide(world: World, repository: Repository, ref: string, sha: string) {
  const user = renderUser(world, userNamed(world, repository.owner));
  return { label: `${repository.owner}:${ref}`, ref, sha, user, repo: renderRepository(world, repository) };
}

function renderAutoMerge(world: World, { by, method, title, message }: NonNullable<Pull['autoMerge']>) {
  return { enabled_by: renderUser(world, userNamed(world, by)), merge_method: method, commit_title: title ?? '', commit_message: message ?? '' };
}
