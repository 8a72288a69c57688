import { canonicalObjects } from '../gcs/objects.ts';
import { canonicalText } from '../http/canonical-text.ts';
import { messageKey } from '../slack/channels.ts';
import type { Channel } from '../slack/channels.ts';
import type { Issue, Repository } from '../github/state.ts';
import type { World } from '../world/state.ts';

/** What the world looks like, without server ids and times: two runs that did the same give the same snapshot. */
export async function snapshot(world: World) {
  const view = {
    repositories: mapValues(world.state.repositories, describeRepository),
    chat: mapValues(world.state.channels, describeChannel),
    environments: mapValues(world.state.environments, (running) => running),
    flags: mapValues(world.state.features, (features) => mapValues(features, (gates) => gates)),
    objects: world.gcs.started ? await canonicalObjects(await world.gcs.emulator()) : {},
  };
  return JSON.parse(canonicalText(JSON.stringify(view), world.url)) as typeof view;
}

function describeRepository(repository: Repository) {
  const issues = [...repository.issues.values()];
  return {
    refs: Object.fromEntries([...repository.refs].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    pulls: sorted(issues.flatMap((issue) => (issue.pull === undefined ? [] : [{ ...describeIssue(repository, issue), ...describePull(issue.pull, issue.state) }]))),
    issues: sorted(issues.flatMap((issue) => (issue.pull === undefined ? [describeIssue(repository, issue)] : []))),
    runs: sorted(repository.runs.map(({ workflow, title, sha, status, conclusion, attempt, inputs }) => ({
      workflow: workflow.file, name: title, sha, status, conclusion: conclusion ?? null, attempt, inputs: withoutTry(inputs),
    }))),
    statuses: sorted(repository.statuses.filter(({ state }) => state !== 'pending').map(({ sha, context, state }) => ({ sha, context, state }))),
    deployments: sorted(repository.deployments.map(({ sha, ref, task, environment, payload, description, statuses }) => ({
      environment, task, sha, ref, payload: withoutTry(payload), description, status: statuses.at(-1)?.state ?? null,
    }))),
    releases: sorted(repository.releases.map(({ tag, target, name, body, draft, prerelease, makeLatest }) => ({ tag, target, name, body, draft, prerelease, makeLatest }))),
    milestones: sorted([...repository.milestones.values()].map(({ title, description, state, dueOn }) => ({ title, description, state, dueOn }))),
    labels: [...repository.labels.values()].map(({ name }) => name).toSorted(),
  };
}

/** Which try it was that came through is no difference in what came of it. */
function withoutTry(sent: unknown): unknown {
  return typeof sent === 'object' && sent !== null && 'attempt' in sent ? { ...sent, attempt: '<try>' } : sent;
}

function describeIssue(repository: Repository, { title, body, state, labels, assignees, author, closedBy, milestone, comments }: Issue) {
  return {
    title, body, state, author,
    closedBy: closedBy ?? null,
    labels: labels.toSorted(),
    assignees: assignees.toSorted(),
    milestone: milestone === undefined ? null : (repository.milestones.get(milestone)?.title ?? null),
    comments: sorted(comments.map((comment) => ({ author: comment.author, body: comment.body }))),
  };
}

function describePull({ head, headSha, base, draft, merged, autoMerge, queued, reviews }: NonNullable<Issue['pull']>, state: Issue['state']) {
  return {
    state: merged === undefined ? state : 'merged',
    head, headSha, base, draft,
    merged: merged?.sha ?? null,
    autoMerge: autoMerge?.method ?? null,
    queued: queued !== undefined,
    reviews: sorted(reviews.map(({ author, state, sha, body }) => ({ author, state, sha, body }))),
  };
}

function describeChannel({ messages }: Channel) {
  const parents = new Map(messages.map((message) => [message.ts, messageKey(message)]));
  return sorted(messages.map((message) => ({
    key: messageKey(message),
    thread: message.threadTs === undefined ? null : (parents.get(message.threadTs) ?? null),
    text: message.text,
    blocks: message.blocks ?? null,
  })));
}

function sorted<T>(items: readonly T[]): T[] {
  return items.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

function mapValues<T, U>(map: ReadonlyMap<string, T>, describe: (value: T) => U): Record<string, U> {
  return Object.fromEntries([...map].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => [key, describe(value)]));
}
