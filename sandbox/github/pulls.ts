import { changedFiles, countCommits, isAncestor, log, mergeBase } from '../git/history.ts';
import { json } from '../exchange.ts';
import { effect, unchanged } from '../world.ts';
import { linkHeader, numberParam, paginate, perform, window } from './call.ts';
import { renderCommit, renderFile } from './commits.ts';
import { addIssue, closeIssue, renderLabels, renderMilestone, reopenIssue, textKey } from './issues.ts';
import { isOpenPull, mergeability } from './merging.ts';
import { Refusal, invalid, notFound } from './refusal.ts';
import { apiUrl, htmlUrl, renderRepository } from './repository.ts';
import { nodeId, renderUser, userNamed } from './users.ts';
import { notifyPull } from './webhooks.ts';
import type { Call, Handlers } from './call.ts';
import type { Issue } from './issues.ts';
import type { MergeMethod } from './merging.ts';
import type { Plan, World } from '../world.ts';
import type { Repository } from './repository.ts';
import type { Review } from './reviews.ts';
import type { User } from './users.ts';

export interface Pull {
  readonly id: number;
  readonly head: string;
  headSha: string;
  base: string;
  /** The base branch's commit when the pull request was merged or closed; until then it follows the branch. */
  baseSha: string | undefined;
  draft: boolean;
  readonly reviews: Review[];
  autoMerge: { by: string; method: MergeMethod; title?: string | undefined; message?: string | undefined } | undefined;
  merged: { sha: string; at: string; by: string } | undefined;
}

export type PullRequest = Issue & { pull: Pull };

type Operations = 'pulls/list' | 'pulls/create' | 'pulls/get' | 'pulls/update' | 'pulls/list-commits' | 'pulls/list-files';

export const pullHandlers = {
  'pulls/list': list,
  'pulls/create': create,
  'pulls/get': async (call) => json(200, await renderPull(call.world, call.repository, pullOf(call))),
  'pulls/update': update,
  'pulls/list-commits': listCommits,
  'pulls/list-files': listFiles,
} satisfies Handlers<Operations>;

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

async function synchronize(world: World, repository: Repository, issue: PullRequest, { to, by }: { to: string; by: User }): Promise<void> {
  const { pull } = issue;
  pull.headSha = to;
  issue.updatedAt = world.clock.now();
  if (repository.protections.get(pull.base)?.dismissStaleReviews) {
    for (const review of pull.reviews) if (review.state === 'APPROVED') review.state = 'DISMISSED';
  }
  await notifyPull(world, repository, issue, { action: 'synchronize', sender: by });
}

async function closePull(world: World, repository: Repository, issue: PullRequest, by: User): Promise<void> {
  issue.pull.baseSha ??= repository.refs.get(`refs/heads/${issue.pull.base}`);
  issue.pull.autoMerge = undefined;
  closeIssue(world, issue, by);
  await notifyPull(world, repository, issue, { action: 'closed', sender: by });
}

async function list(call: Call<'pulls/list'>) {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head')?.split(':');
  const pulls = [...repository.issues.values()]
    .filter((issue): issue is PullRequest => issue.pull !== undefined)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter(({ pull }) => !query.has('base') || query.get('base') === pull.base)
    // GitHub ignores a head that doesn't say whose branch it is.
    .filter(({ pull }) => head?.[1] === undefined || (head[0] === repository.owner && head[1] === pull.head));
  const { page, headers } = paginate(call, sorted(pulls, query));
  return { ...json(200, page.map((issue) => renderSimplePull(world, repository, issue))), headers };
}

function sorted(pulls: PullRequest[], query: URLSearchParams): PullRequest[] {
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') ?? (query.has('sort') ? 'asc' : 'desc');
  const ascending = pulls.toSorted((one, other) =>
    sort === 'updated' ? one.updatedAt.localeCompare(other.updatedAt) || one.number - other.number : one.number - other.number,
  );
  return direction === 'asc' ? ascending : ascending.toReversed();
}

async function create(call: Call<'pulls/create'>) {
  const { world, repository } = call;
  const issue = await perform(call, () => planCreation(call));
  return { ...json(201, await renderPull(world, repository, issue)), headers: { location: pullUrl(world, repository, issue) } };
}

async function planCreation({ world, repository, user, body }: Call<'pulls/create'>): Promise<Plan<PullRequest>> {
  const head = body.head.replace(`${repository.owner}:`, '');
  const headSha = repository.refs.get(`refs/heads/${head}`);
  const baseSha = repository.refs.get(`refs/heads/${body.base}`);
  if (headSha === undefined) throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  if (baseSha === undefined) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  assertNoTwin(repository, { head, base: body.base });
  if ((await countCommits(repository.gitDir, { from: headSha, excluding: baseSha })) === 0) {
    throw invalid({ resource: 'PullRequest', code: 'custom', message: `No commits between ${body.base} and ${head}` });
  }
  return {
    kind: 'effect',
    keys: [`pull ${repository.fullName} ${head}→${body.base}`],
    commit: async () => {
      const pull: Pull = {
        id: world.nextId(), head, headSha, base: body.base, baseSha: undefined, draft: body.draft ?? false,
        reviews: [], autoMerge: undefined, merged: undefined,
      };
      const issue = addIssue(world, repository, { title: body.title ?? '', body: body.body ?? null, author: user, pull }) as PullRequest;
      await notifyPull(world, repository, issue, { action: 'opened', sender: user });
      return issue;
    },
  };
}

function assertNoTwin(repository: Repository, { head, base }: Pick<Pull, 'head' | 'base'>): void {
  const twin = [...repository.issues.values()].some((issue) => isOpenPull(issue) && issue.pull.head === head && issue.pull.base === base);
  if (twin) throw invalid({ resource: 'PullRequest', code: 'custom', message: `A pull request already exists for ${repository.owner}:${head}.` });
}

async function update(call: Call<'pulls/update'>) {
  const { world, repository, user, body } = call;
  await perform(call, () => {
    const issue = pullOf(call);
    const { pull } = issue;
    const changed = [
      ...(body.title !== undefined && body.title !== issue.title ? ['title'] : []),
      ...(body.body !== undefined && body.body !== issue.body ? ['body'] : []),
      ...(body.base !== undefined && body.base !== pull.base ? [`base ${body.base}`] : []),
      ...(body.state !== undefined && body.state !== issue.state ? [body.state] : []),
    ];
    if (changed.length === 0) return unchanged(undefined);
    if (body.state === 'open' && issue.state === 'closed') assertReopenable(repository, issue);
    if (body.base !== undefined && !repository.refs.has(`refs/heads/${body.base}`)) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    return effect(textKey('edit', repository, issue, changed.join(',')), async () => {
      issue.title = body.title ?? issue.title;
      issue.body = body.body === undefined ? issue.body : body.body;
      pull.base = body.base ?? pull.base;
      issue.updatedAt = world.clock.now();
      if (changed.includes('closed')) return closePull(world, repository, issue, user);
      if (changed.includes('open')) reopenIssue(world, issue);
      await notifyPull(world, repository, issue, { action: changed.includes('open') ? 'reopened' : 'edited', sender: user });
    });
  });
  return json(200, await renderPull(world, repository, pullOf(call)));
}

function assertReopenable(repository: Repository, { pull }: PullRequest): void {
  const reason = pull.merged
    ? 'The pull request cannot be reopened.'
    : repository.refs.has(`refs/heads/${pull.head}`)
      ? undefined
      : `The ${pull.head} branch has been deleted.`;
  if (reason !== undefined) throw invalid({ resource: 'PullRequest', field: 'state', code: 'invalid', message: `state cannot be changed. ${reason}` });
  assertNoTwin(repository, pull);
}

async function listCommits(call: Call<'pulls/list-commits'>) {
  const { world, repository } = call;
  const { pull } = pullOf(call);
  const range = { from: pull.headSha, excluding: baseOf(repository, pull) };
  const total = await countCommits(repository.gitDir, range);
  const { skip, limit } = window(call);
  const start = Math.max(total - skip - limit, 0);
  const commits = await log(repository.gitDir, { ...range, skip: start, limit: Math.max(total - skip - start, 0) });
  return { ...json(200, commits.toReversed().map((commit) => renderCommit(world, repository, commit))), headers: linkHeader(call, total) };
}

async function listFiles(call: Call<'pulls/list-files'>) {
  const { world, repository } = call;
  const { pull } = pullOf(call);
  const { page, headers } = paginate(call, await filesOf(repository, pull));
  return { ...json(200, page.map((file) => renderFile(world, repository, pull.headSha, file))), headers };
}

async function filesOf(repository: Repository, pull: Pull) {
  const base = baseOf(repository, pull);
  if (base === undefined) return [];
  return changedFiles(repository.gitDir, (await mergeBase(repository.gitDir, base, pull.headSha)) ?? base, pull.headSha);
}

function baseOf(repository: Repository, pull: Pull): string | undefined {
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
    assignee: null,
    assignees: [],
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
