import { z } from 'zod';
import { writtenVotes } from '../../domain/people/written-vote.ts';
import type { NamedRelease } from '../../domain/release/kinds.ts';
import { markedRelease, namedRelease } from '../../domain/release/kinds.ts';

/** What a webhook says has happened. It is a claim: it decides who looks, never what is true. */
export interface News {
  /** "check_suite" */
  readonly event: string;
  readonly repository: string;
  /** "check_suite on org/product release/gitaly" */
  readonly what: string;
  /** The branches that it is about. */
  readonly branches: readonly string[];
  /** The release that it is about, where it carries a key of ours. */
  readonly release?: NamedRelease | undefined;
  /** What has been tagged. */
  readonly tag?: string;
  /** Where something has been deployed. */
  readonly environment?: string;
  /** The tag whose page has changed: something in it may be ticked. */
  readonly page?: string;
  /** Of the issue tracker, where a ticket has changed. */
  readonly project?: string;
}

export type Reading = { readonly kind: 'news'; readonly news: News } | { readonly kind: 'nothing' } | { readonly kind: 'malformed' };

/** Undefined where nobody waits for it. */
type Subject = Pick<News, 'branches' | 'release' | 'environment' | 'tag' | 'page'> | undefined;

/** Where a push makes or removes a branch. */
const absent = '0'.repeat(40);

const action = z.string();
const deployment = z.object({ task: z.string(), environment: z.string() });
const pullRequest = z.object({ body: z.string().nullable(), head: z.object({ ref: z.string() }) });

/**
 * The events that a release can wait for, each with what only its payload has: GitHub signs the body, not the header that names the
 * event. Single check runs are left out, because their suite follows when all have ended.
 */
const events: Readonly<Record<string, (payload: unknown) => Subject | 'malformed'>> = {
  push: event({ ref: z.string(), before: z.string(), after: z.string() }, ({ ref, before, after }) => {
    const [, tag] = /^refs\/tags\/(.+)$/.exec(ref) ?? [];
    if (tag !== undefined) return after === absent ? undefined : { branches: [], tag };
    return before === absent || after === absent ? undefined : onBranch(ref.replace(/^refs\/heads\//, ''));
  }),
  check_suite: event({ action, check_suite: z.object({ head_branch: z.string().nullable() }) }, ({ action, check_suite }) =>
    action === 'completed' && check_suite.head_branch !== null ? onBranch(check_suite.head_branch) : undefined,
  ),
  status: event({ sha: z.string(), context: z.string(), state: z.string(), branches: z.array(z.object({ name: z.string() })) }, ({ state, branches }) =>
    state === 'pending' ? undefined : onBranch(...branches.map(({ name }) => name)),
  ),
  release: event({ action, release: z.object({ tag_name: z.string() }) }, ({ action, release }) => (['edited', 'published', 'released'].includes(action) ? { branches: [], page: release.tag_name } : undefined)),
  workflow_run: event({ action, workflow_run: z.object({ display_title: z.string() }) }, ({ action, workflow_run }) =>
    action === 'completed' ? ofRelease(namedRelease(workflow_run.display_title)) : undefined,
  ),
  deployment_status: event({ deployment, deployment_status: z.object({ state: z.string() }) }, ({ deployment: { task, environment }, deployment_status: { state } }) => {
    if (state === 'success') return { branches: [], environment, release: namedRelease(task) };
    return ['queued', 'pending', 'in_progress'].includes(state) ? undefined : ofRelease(namedRelease(task));
  }),
  pull_request: event({ action, number: z.number(), pull_request: pullRequest }, ({ action, pull_request }) =>
    ['closed', 'dequeued', 'reopened', 'synchronize'].includes(action) ? ofPullRequest(pull_request) : undefined,
  ),
  issue_comment: event({ action, issue: z.object({ body: z.string().nullable() }), comment: z.object({ body: z.string() }) }, ({ action, issue, comment }) =>
    action === 'created' && writtenVotes({ text: comment.body }, []).length > 0 ? ofRelease(markedRelease(issue.body ?? '')) : undefined,
  ),
  pull_request_review: event({ action, review: z.object({ state: z.string() }), pull_request: pullRequest }, ({ pull_request }) => ofPullRequest(pull_request)),
};

const origin = z.object({ repository: z.object({ full_name: z.string() }) });

/** Reads the payload of an event; events that no release waits for are nothing, whatever they carry. */
export function readNews(name: string, payload: unknown): Reading {
  const subjectOf = Object.hasOwn(events, name) ? events[name] : undefined;
  if (!subjectOf) return { kind: 'nothing' };
  const from = origin.safeParse(payload);
  const subject = subjectOf(payload);
  if (!from.success || subject === 'malformed') return { kind: 'malformed' };
  if (!subject) return { kind: 'nothing' };
  const repository = from.data.repository.full_name;
  const what = [name, 'on', repository, ...subject.branches, subject.tag ?? '', subject.page ?? '', subject.environment ?? '', subject.release?.id ?? ''].filter(Boolean).join(' ').slice(0, 200);
  return { kind: 'news', news: { event: name, repository, what, ...subject } };
}

function event<Shape extends z.ZodRawShape>(shape: Shape, subjectOf: (payload: z.output<z.ZodObject<Shape>>) => Subject) {
  const schema = z.object(shape);
  return (payload: unknown) => {
    const { success, data } = schema.safeParse(payload);
    return success ? subjectOf(data) : 'malformed';
  };
}

function onBranch(...branches: string[]): Subject {
  return { branches };
}

function ofRelease(release: NamedRelease | undefined): Subject {
  return release === undefined ? undefined : { branches: [], release };
}

function ofPullRequest({ body, head }: z.output<typeof pullRequest>): Subject {
  return ofRelease(markedRelease(body ?? '')) ?? onBranch(head.ref);
}
