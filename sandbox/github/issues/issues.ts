import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { labelNames, labelNamed, renderLabel } from './labels.ts';
import { milestoneNumbered, renderMilestoneOf } from './milestones.ts';
import { notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { Call, Handlers } from '../call.ts';
import type { Issue, Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

export const issueHandlers = {
  'issues/get': (call) => json(200, renderIssue(call.world, call.repository, issueOf(call))),
  'issues/create': create,
  'issues/update': update,
  'issues/list-for-repo': list,
  'issues/add-assignees': assign,
} satisfies Handlers<'issues/add-assignees' | 'issues/get' | 'issues/create' | 'issues/update' | 'issues/list-for-repo'>;

/** @throws Refusal 404 when there is no such issue or pull request */
export function issueOf(call: Call): Issue {
  const issue = call.repository.issues.get(numberParam(call, 'issue_number'));
  if (issue === undefined) throw notFound();
  return issue;
}

export function addIssue(
  world: World,
  repository: Repository,
  { author, ...given }: Pick<Issue, 'title' | 'body'> & Partial<Pick<Issue, 'labels' | 'assignees' | 'milestone' | 'pull'>> & { author: User },
): Issue {
  const at = world.clock.now();
  const issue: Issue = {
    labels: [], assignees: [], milestone: undefined, ...given,
    id: world.nextId(), number: repository.issues.size + 1, author: author.login, state: 'open', reason: null,
    comments: [], createdAt: at, updatedAt: at, closedAt: undefined, closedBy: undefined,
  };
  repository.issues.set(issue.number, issue);
  return issue;
}

export function closeIssue(world: World, issue: Issue, by: User): void {
  const at = world.clock.now();
  Object.assign(issue, { state: 'closed', closedAt: at, closedBy: by.login, updatedAt: at });
}

export function reopenIssue(world: World, issue: Issue): void {
  Object.assign(issue, { state: 'open', closedAt: undefined, closedBy: undefined, updatedAt: world.clock.now() });
}

/** The journal key of an act on an issue: `comment gitlab-org/gitlab#1 <what>`. */
export function textKey(verb: string, repository: Repository, issue: Issue, what: string): string {
  return `${verb} ${repository.fullName}#${issue.number} ${what}`;
}

async function create(call: Call<'issues/create'>) {
  const { world, repository, user, body } = call;
  const labels = labelNames(repository, body.labels ?? []);
  const milestone = body.milestone == null ? undefined : milestoneNumbered(repository, Number(body.milestone)).number;
  const issue = await perform(call, () =>
    effect(`issue ${repository.fullName} ${body.title}`, () => {
      for (const name of labels) labelNamed(world, repository, name);
      return addIssue(world, repository, { title: String(body.title), body: body.body ?? null, labels, assignees: body.assignees ?? [], milestone, author: user });
    }),
  );
  return { ...json(201, renderIssue(world, repository, issue)), headers: { location: issueUrl(world, repository, issue) } };
}

async function update(call: Call<'issues/update'>) {
  const { world, repository, user } = call;
  const body = call.body ?? {};
  await perform(call, () => {
    const issue = issueOf(call);
    const wanted = {
      title: body.title == null ? issue.title : String(body.title),
      body: body.body === undefined ? issue.body : body.body,
      state: body.state === 'open' || body.state === 'closed' ? body.state : issue.state,
      labels: body.labels === undefined ? issue.labels : labelNames(repository, body.labels),
      assignees: body.assignees ?? issue.assignees,
      milestone: body.milestone === undefined ? issue.milestone : body.milestone === null ? undefined : milestoneNumbered(repository, Number(body.milestone)).number,
    };
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((field) => !sameValue(wanted[field], issue[field]));
    if (changed.length === 0) return unchanged(undefined);
    const what = changed.map((field) => (field === 'state' ? wanted.state : field)).join(',');
    return effect(textKey('edit', repository, issue, what), () => {
      for (const name of wanted.labels) labelNamed(world, repository, name);
      const { state, ...fields } = wanted;
      Object.assign(issue, fields, { updatedAt: world.clock.now() });
      if (state !== issue.state && state === 'closed') closeIssue(world, issue, user);
      if (state !== issue.state && state === 'open') reopenIssue(world, issue);
      if (changed.includes('state')) issue.reason = body.state_reason ?? (state === 'closed' ? 'completed' : 'reopened');
    });
  });
  return json(200, renderIssue(world, repository, issueOf(call)));
}

/** Whoever may not write is left out without a word. */
async function assign(call: Call<'issues/add-assignees'>) {
  const { world, repository } = call;
  await perform(call, () => {
    const issue = issueOf(call);
    const added = (call.body.assignees ?? []).map((one) => (typeof one === 'string' ? one : one.login)).filter((login) => !issue.assignees.includes(login));
    if (added.length === 0) return unchanged(undefined);
    return effect(textKey('assign', repository, issue, added.join(',')), () => {
      Object.assign(issue, { assignees: [...issue.assignees, ...added], updatedAt: world.clock.now() });
    });
  });
  return json(201, renderIssue(world, repository, issueOf(call)));
}

function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function list(call: Call<'issues/list-for-repo'>) {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const labels = labelNames(repository, query.get('labels')?.split(',') ?? []);
  const milestone = query.get('milestone');
  const wanted = [...repository.issues.values()]
    .filter((issue) => state === 'all' || issue.state === state)
    .filter((issue) => labels.every((label) => issue.labels.includes(label)))
    .filter((issue) => !query.has('creator') || query.get('creator') === issue.author)
    .filter((issue) => milestone === null || milestone === '*' || milestone === String(issue.milestone ?? 'none'))
    .filter((issue) => !query.has('since') || issue.updatedAt >= (query.get('since') ?? ''))
    .toSorted((one, other) => (query.get('direction') === 'asc' ? one.number - other.number : other.number - one.number));
  const { page, headers } = paginate(call, wanted);
  return { ...json(200, page.map((issue) => renderIssue(world, repository, issue))), headers };
}

export function issueUrl(world: World, repository: Repository, issue: Issue): string {
  return `${apiUrl(world, repository)}/issues/${issue.number}`;
}

export function renderLabels(world: World, repository: Repository, issue: Issue) {
  return issue.labels.map((name) => renderLabel(world, repository, labelNamed(world, repository, name)));
}

export function renderMilestone(world: World, repository: Repository, number: number | undefined) {
  return number === undefined ? null : renderMilestoneOf(world, repository, milestoneNumbered(repository, number));
}

export function renderIssue(world: World, repository: Repository, issue: Issue) {
  const url = issueUrl(world, repository, issue);
  const html = `${htmlUrl(world, repository)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}`;
  const pullUrl = `${apiUrl(world, repository)}/pulls/${issue.number}`;
  const assignees = issue.assignees.map((login) => renderUser(world, userNamed(world, login)));
  return {
    id: issue.id,
    node_id: nodeId('I', issue.id),
    url,
    repository_url: apiUrl(world, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    number: issue.number,
    state: issue.state,
    state_reason: issue.reason,
    title: issue.title,
    body: issue.body,
    user: renderUser(world, userNamed(world, issue.author)),
    labels: renderLabels(world, repository, issue),
    assignee: assignees[0] ?? null,
    assignees,
    milestone: renderMilestone(world, repository, issue.milestone),
    locked: false,
    active_lock_reason: null,
    comments: issue.comments.length,
    closed_at: issue.closedAt ?? null,
    closed_by: issue.closedBy === undefined ? null : renderUser(world, userNamed(world, issue.closedBy)),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: 'MEMBER',
    ...(issue.pull === undefined ? {} : { pull_request: { url: pullUrl, html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch`, merged_at: issue.pull.merged?.at ?? null } }),
  };
}
