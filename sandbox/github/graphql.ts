import { GraphQLError, graphql, parse } from 'graphql';
import { isAncestor } from '../git/history.ts';
import { objectExists } from '../git/objects.ts';
import { json, parseJson, ReplyLost } from '../http/exchange.ts';
import { FaultReply } from '../http/fault-reply.ts';
import { effect, unchanged, write } from '../http/write.ts';
import { schema } from './graphql-schema.ts';
import { textKey } from './issues/issues.ts';
import { githubFault } from './limits.ts';
import { isOpenPull, mergeability } from './pulls/mergeability.ts';
import { joinQueue } from './pulls/merge-queue.ts';
import { settlePulls } from './pulls/merging.ts';
import { planRevert } from './pulls/reverting.ts';
import { leaveQueue } from './pulls/pull-request.ts';
import { assertUpdateAllowed } from './code/protection.ts';
import { moveRef, refKey } from './code/refs.ts';
import { Refusal, refusalReply } from './refusal.ts';
import { htmlUrl } from './code/repository.ts';
import { identify, nodeId } from './people/users.ts';
import type { DocumentNode } from 'graphql';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Visit } from '../http/visit.ts';
import type { Plan } from '../http/write.ts';
import type { Dequeue, EnableAutoMerge, Enqueue, PullRequestInput, RefUpdate, RevertPull, UpdateRefs } from './graphql-schema.ts';
import type { MergeMethod, PullRequest, Repository, User } from './state.ts';
import type { World } from '../world/state.ts';

interface Context {
  readonly world: World;
  readonly user: User;
}

const none = '0'.repeat(40);

const resolvers = {
  /** Of all nodes only reviews are held. */
  node: ({ id }: { id: string }, { world }: Context) => reviewById(world, id),
  viewer: (_: unknown, { user }: Context) => ({ login: user.login }),

  async enablePullRequestAutoMerge({ input }: { input: EnableAutoMerge }, context: Context) {
    return changePull(context, input, async (repository, issue) => {
      if (!isOpenPull(issue)) throw unprocessable('Pull request is closed');
      if (input.expectedHeadOid !== undefined && input.expectedHeadOid !== issue.pull.headSha) throw unprocessable('Head sha did not match expected head oid');
      const { state } = await mergeability(repository, issue);
      if (state === 'clean' || state === 'unstable' || state === 'dirty') throw unprocessable(`Pull request Pull request is in ${state} status`);
      const autoMerge = { by: context.user.login, method: input.mergeMethod.toLowerCase() as MergeMethod, title: input.commitHeadline, message: input.commitBody };
      if (JSON.stringify(autoMerge) === JSON.stringify(issue.pull.autoMerge)) return unchanged(undefined);
      return effect(textKey('auto-merge', repository, issue, 'on'), () => {
        issue.pull.autoMerge = autoMerge;
      });
    });
  },

  async disablePullRequestAutoMerge({ input }: { input: PullRequestInput }, context: Context) {
    return changePull(context, input, (repository, issue) => {
      if (issue.pull.autoMerge === undefined) throw unprocessable("Can't disable auto-merge for this pull request.");
      return effect(textKey('auto-merge', repository, issue, 'off'), () => {
        issue.pull.autoMerge = undefined;
      });
    });
  },

  repository({ owner, name }: { owner: string; name: string }, { world }: Context) {
    const repository = world.state.repositories.get(`${owner}/${name}`);
    if (repository === undefined) throw unresolvedNamed(`repository with the name '${owner}/${name}'`);
    return {
      pullRequest({ number }: { number: number }) {
        const issue = repository.issues.get(number);
        if (issue?.pull === undefined) throw unresolvedNamed(`PullRequest with the number of ${number}`);
        return renderPull(world, repository, issue as PullRequest);
      },
    };
  },

  async enqueuePullRequest({ input }: { input: Enqueue }, context: Context) {
    return changePull(context, input, async (repository, issue) => {
      if (!isOpenPull(issue)) throw unprocessable('Pull request is closed');
      if (input.expectedHeadOid !== undefined && input.expectedHeadOid !== issue.pull.headSha) throw unprocessable('Head sha did not match expected head oid');
      if (!repository.protections.get(issue.pull.base)?.mergeQueue) throw unprocessable('Pull request is not in a branch with a merge queue');
      if (issue.pull.queued) throw unprocessable('Pull request is already in the queue');
      const [refusal] = (await mergeability(repository, issue)).refusals;
      if (refusal !== undefined) throw unprocessable(refusal);
      return effect(textKey('enqueue', repository, issue, issue.pull.headSha), () => joinQueue(context.world, repository, issue, context.user));
    });
  },

  async dequeuePullRequest({ input }: { input: Dequeue }, context: Context) {
    return changePull(context, { pullRequestId: input.id }, (repository, issue) => {
      if (!issue.pull.queued) throw unprocessable('Pull request is not in the queue');
      return effect(textKey('dequeue', repository, issue, issue.pull.headSha), () => leaveQueue(context.world, issue.pull, 'manual'));
    });
  },

  async revertPullRequest({ input }: { input: RevertPull }, { world, user }: Context) {
    const { repository, issue } = pullById(world, input.pullRequestId);
    const reverting = { repository, issue, title: input.title, body: input.body, by: user };
    const revert = await write(world, origin(repository, 'pulls'), async () => {
      const plan = await planRevert(world, reverting);
      if (!plan) throw unprocessable("Sorry, this pull request couldn't be reverted automatically. It may have already been reverted, or the content may have changed since it was merged.");
      return plan;
    });
    return { pullRequest: renderPull(world, repository, issue), revertPullRequest: renderPull(world, repository, revert) };
  },

  async markPullRequestReadyForReview({ input }: { input: PullRequestInput }, context: Context) {
    return changePull(context, input, (repository, issue) => {
      if (!issue.pull.draft) return unchanged(undefined);
      return effect(textKey('ready', repository, issue, 'for review'), () => {
        issue.pull.draft = false;
        return settlePulls(context.world, repository);
      });
    });
  },

  /** All or nothing, each ref only if it is where the caller believes it to be. */
  async updateRefs({ input }: { input: UpdateRefs }, { world, user }: Context) {
    const repository = [...world.state.repositories.values()].find(({ id }) => nodeId('R', id) === input.repositoryId);
    if (repository === undefined) throw unresolved(input.repositoryId);
    await write(world, origin(repository, 'git'), async (): Promise<Plan<void>> => {
      for (const update of input.refUpdates) await assertRefUpdate(repository, update);
      const moves = input.refUpdates.filter(({ name, afterOid }) => (repository.refs.get(name) ?? none) !== afterOid);
      if (moves.length === 0) return unchanged(undefined);
      return {
        kind: 'effect',
        keys: moves.map(({ name }) => refKey(repository, name)),
        commit: async () => {
          for (const { name, afterOid } of moves) await moveRef(world, repository, { ref: name, to: afterOid === none ? undefined : afterOid, by: user });
        },
      };
    });
    return {};
  },
};

/** One GraphQL request. Octokit finds this address by itself, next to `/api/v3`. */
export function visitGraphql(world: World, exchange: Exchange): Visit {
  const user = identify(world, exchange.headers);
  const request = parsed(exchange);
  const fields = request.document === undefined ? [] : rootFields(request.document);

  async function answer(): Promise<Reply> {
    if (user === undefined) return refusalReply({ status: 401, message: 'Bad credentials', errors: [] });
    const unknown = fields.find((field) => !(field in resolvers));
    if (unknown !== undefined) return json(501, { message: `The sandbox does not hold GraphQL's ${unknown}.` });
    const result = await graphql({ schema, source: request.query, rootValue: resolvers, contextValue: { world, user }, variableValues: request.variables });
    for (const { originalError } of result.errors ?? []) {
      if (originalError instanceof FaultReply || originalError instanceof ReplyLost) throw originalError;
    }
    const errors = result.errors?.map((error) => ({ type: error.extensions['type'], path: error.path, locations: error.locations, message: error.message }));
    return { ...json(200, { data: result.data ?? null, ...(errors ? { errors } : {}) }), headers: world.limits.headers(user.login) };
  }

  return {
    route: 'POST /graphql', operation: fields.join(','), scope: 'graphql', credential: user?.login ?? '', answer,
    fault: (fault) => githubFault(fault, user?.login ?? ''),
  };
}

async function changePull(
  { world, user }: Context,
  { pullRequestId }: PullRequestInput,
  plan: (repository: Repository, issue: PullRequest) => Promise<Plan<void>> | Plan<void>,
) {
  const { repository, issue } = pullById(world, pullRequestId);
  await write(world, origin(repository, 'pulls'), () => plan(repository, issue));
  const pullRequest = renderPull(world, repository, issue);
  return { actor: { login: user.login }, pullRequest, mergeQueueEntry: pullRequest.mergeQueueEntry };
}

function pullById(world: World, id: string): { repository: Repository; issue: PullRequest } {
  for (const repository of world.state.repositories.values()) {
    const issue = [...repository.issues.values()].find(({ pull }) => pull !== undefined && nodeId('PR', pull.id) === id);
    if (issue) return { repository, issue: issue as PullRequest };
  }
  throw unresolved(id);
}

function reviewById(world: World, id: string) {
  for (const { issues } of world.state.repositories.values()) {
    for (const { pull } of issues.values()) {
      const review = pull?.reviews.find((one) => nodeId('PRR', one.id) === id);
      if (review) return { __typename: 'PullRequestReview', id, body: review.body, lastEditedAt: review.editedAt ?? null };
    }
  }
  throw unresolved(id);
}

async function assertRefUpdate(repository: Repository, { name, afterOid, beforeOid, force }: RefUpdate): Promise<void> {
  const from = repository.refs.get(name);
  if (beforeOid !== undefined && beforeOid !== (from ?? none)) throw unprocessable(`Reference ${name} is not at the expected object ${beforeOid}`);
  if (afterOid === none) return;
  if (!/^[0-9a-f]{40}$/.test(afterOid) || !(await objectExists(repository.gitDir, afterOid))) throw unprocessable(`Object ${afterOid} does not exist`);
  if (!force && from !== undefined && !(await isAncestor(repository.gitDir, from, afterOid))) throw unprocessable(`Update of ${name} is not a fast forward`);
  try {
    assertUpdateAllowed(repository, name, afterOid);
  } catch (error) {
    throw error instanceof Refusal ? unprocessable(error.message) : error;
  }
}

function renderPull(world: World, repository: Repository, { number, title, state, pull }: PullRequest) {
  const { autoMerge, queued, removals } = pull;
  return {
    id: nodeId('PR', pull.id), number, title, url: `${htmlUrl(world, repository)}/pull/${number}`, isDraft: pull.draft,
    state: pull.merged ? 'MERGED' : state.toUpperCase(), merged: pull.merged !== undefined,
    headRefName: pull.head, headRefOid: pull.headSha, baseRefName: pull.base,
    isInMergeQueue: queued !== undefined,
    mergeQueueEntry: queued ? { state: queued.trial ? 'AWAITING_CHECKS' : 'QUEUED', position: 1, enqueuedAt: queued.at } : null,
    timelineItems: ({ last = removals.length }: { last?: number }) => ({ nodes: removals.slice(-last).map(renderRemoval) }),
    autoMergeRequest: autoMerge ? { mergeMethod: autoMerge.method.toUpperCase(), enabledBy: { login: autoMerge.by } } : null,
  };
}

function renderRemoval({ id, at, reason, tried }: PullRequest['pull']['removals'][number]) {
  const beforeCommit = tried === undefined ? null : { oid: tried };
  return { __typename: 'RemovedFromMergeQueueEvent', id: nodeId('RFMQE', id), createdAt: at, reason, beforeCommit };
}

function parsed(exchange: Exchange): { query: string; variables: Record<string, unknown>; document: DocumentNode | undefined } {
  try {
    const { query = '', variables = {} } = parseJson(exchange) as { query?: string; variables?: Record<string, unknown> };
    return { query, variables, document: parse(query) };
  } catch {
    return { query: '', variables: {}, document: undefined };
  }
}

function rootFields(document: DocumentNode): string[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition' ? definition.selectionSet.selections.flatMap((one) => (one.kind === 'Field' ? one.name.value : [])) : [],
  );
}

function origin(repository: Repository, resource: string) {
  return { method: 'POST', route: 'POST /graphql', scope: `${repository.fullName} ${resource}` };
}

function unprocessable(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type: 'UNPROCESSABLE' } });
}

function unresolved(id: string): GraphQLError {
  return unresolvedNamed(`node with the global id of '${id}'`);
}

function unresolvedNamed(what: string): GraphQLError {
  return new GraphQLError(`Could not resolve to a ${what}.`, { extensions: { type: 'NOT_FOUND' } });
}

