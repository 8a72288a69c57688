import { asSha } from '../../../domain/code/commit.ts';
import { hindrance } from '../../../domain/changes/merge-refusal.ts';
import { neverRetry, tryAgain } from '../../failures.ts';
import type { Merging, QueuePlace } from '../merging.ts';
import type { PullRequests } from '../pull-requests.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal } from './connection/failures.ts';
import { asked } from './connection/graphql.ts';

const enableAutoMerge = `mutation ($pull: ID!, $sha: GitObjectID!, $by: PullRequestMergeMethod!) {
  enablePullRequestAutoMerge(input: { pullRequestId: $pull, expectedHeadOid: $sha, mergeMethod: $by }) { clientMutationId }
}`;

const disableAutoMerge = `mutation ($pull: ID!) {
  disablePullRequestAutoMerge(input: { pullRequestId: $pull }) { clientMutationId }
}`;

const dequeuePullRequest = `mutation ($pull: ID!) {
  dequeuePullRequest(input: { id: $pull }) { clientMutationId }
}`;

const enqueuePullRequest = `mutation ($pull: ID!, $sha: GitObjectID!) {
  enqueuePullRequest(input: { pullRequestId: $pull, expectedHeadOid: $sha }) { clientMutationId }
}`;

/** A removal is known by its id: its time has whole seconds, in which a pull request may be queued again. */
const placeInQueue = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      isInMergeQueue
      timelineItems(last: 1, itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT]) {
        nodes { ... on RemovedFromMergeQueueEvent { id reason beforeCommit { oid } } }
      }
    }
  }
}`;

interface QueueAnswer {
  readonly repository: {
    readonly pullRequest: {
      readonly isInMergeQueue: boolean;
      readonly timelineItems: { readonly nodes: readonly { readonly id: string; readonly reason: string | null; readonly beforeCommit: { readonly oid: string } | null }[] };
    };
  };
}

/** Only GraphQL knows of automatic merges and of merge queues. */
export function githubMerging(github: GitHub, { get }: Pick<PullRequests, 'get'>): Merging {
  const { rest, paginate } = github;

  async function lacksBase(repository: string, number: number): Promise<boolean> {
    const { data } = await rest.pulls.get({ ...at(repository), pull_number: number });
    const compared = await rest.repos.compareCommitsWithBasehead({ ...at(repository), basehead: `${data.base.ref}...${data.head.sha}`, per_page: 1 });
    return compared.data.behind_by > 0;
  }

  async function queuePlace(repository: string, number: number): Promise<QueuePlace> {
    const { data, refused } = await asked<QueueAnswer>(github, placeInQueue, { ...at(repository), number });
    if (!data) throw tryAgain('Unavailable', `GitHub does not tell of ${repository}#${number} and its merge queue: ${refused}`, { answer: { reason: refused ?? 'nothing' } });
    const { pullRequest } = data.repository;
    const [last] = pullRequest.timelineItems.nodes;
    return {
      waits: pullRequest.isInMergeQueue,
      ...(last && { lastRemoval: { id: last.id, reason: last.reason ?? 'no reason given', ...(last.beforeCommit && { tried: asSha(last.beforeCommit.oid) }) } }),
    };
  }

  return {
    async merge(repository, number, sha, method) {
      try {
        const { data } = await rest.pulls.merge({ ...at(repository), pull_number: number, sha, merge_method: method });
        return { kind: 'merged', sha: asSha(data.sha) };
      } catch (error) {
        const { status, reason = '' } = refusal(error) ?? {};
        if (status !== 405 && status !== 409 && status !== 422) throw error;
        // These cover what passes by itself, what doesn't, and a pull request that is merged already: look.
        const now = await get(repository, number);
        if (now?.mergeSha && now.head === sha) return { kind: 'merged', sha: now.mergeSha };
        if (status === 409 || (now && now.head !== sha)) return { kind: 'moved' };
        const kind = hindrance(reason, { conflicts: now?.conflicts });
        if (kind === 'conflicts' || kind === 'queueRequired') return { kind, reason };
        // A head that lacks commits of a strict base is refused as if its checks were missing, however green they are.
        if (now?.behind || (/status checks? .*expected|up[ -]to[ -]date/i.test(reason) && (await lacksBase(repository, number)))) return { kind: 'behind', reason };
        return kind === 'refused' && now?.blocked ? { kind, reason, isBlocked: true } : { kind, reason };
      }
    },

    async mergeWhenReady(repository, number, sha, method) {
      const { data } = await rest.pulls.get({ ...at(repository), pull_number: number });
      if (data.head.sha !== sha) return 'moved';
      if (data.auto_merge) return 'waits';
      const { refused } = await asked(github, enableAutoMerge, { pull: data.node_id, sha, by: method.toUpperCase() });
      if (refused === undefined) return 'waits';
      const now = await get(repository, number);
      if (now?.head !== sha) return 'moved';
      if (now.state !== 'open' || /(clean|unstable|has_hooks) status/i.test(refused)) return 'mergeable';
      throw neverRetry('Refused', `GitHub won't merge ${repository}#${number} by itself: ${refused}`, { reason: refused });
    },

    async keepFromMerging(repository, number) {
      const { data } = await rest.pulls.get({ ...at(repository), pull_number: number });
      const pull = data.node_id;
      const refusals: string[] = [];
      if (data.auto_merge) {
        const { refused } = await asked(github, disableAutoMerge, { pull });
        // So is what has just been merged.
        if (refused !== undefined && (await get(repository, number))?.mergesItself) refusals.push(refused);
      }
      if ((await queuePlace(repository, number)).waits) {
        const { refused } = await asked(github, dequeuePullRequest, { pull });
        if (refused !== undefined && (await queuePlace(repository, number)).waits) refusals.push(refused);
      }
      if (refusals.length > 0) throw neverRetry('Refused', `GitHub won't be kept from merging ${repository}#${number} by itself: ${refusals.join('; ')}`, { reason: refusals.join('; ') });
    },

    queuePlace,

    async enterQueue(repository, number, sha) {
      const { data } = await rest.pulls.get({ ...at(repository), pull_number: number });
      if (data.state !== 'open' || data.head.sha !== sha) return 'moved';
      const { refused } = await asked(github, enqueuePullRequest, { pull: data.node_id, sha });
      if (refused === undefined) return 'waits';
      // "Already in the queue" is a refusal, too, and so is a head that has moved meanwhile: look.
      const now = await rest.pulls.get({ ...at(repository), pull_number: number });
      if (now.data.state !== 'open' || now.data.head.sha !== sha) return 'moved';
      if ((await queuePlace(repository, number)).waits) return 'waits';
      throw neverRetry('Refused', `GitHub won't take ${repository}#${number} into the merge queue: ${refused}`, { reason: refused });
    },

    async waiting(repository, base) {
      const found = await paginate(rest.pulls.list, { ...at(repository), base, state: 'open', sort: 'created', direction: 'desc', per_page: 100 });
      return found
        .filter((pull) => pull.base.ref === base)
        .map(({ number, title, body, head, draft, assignees }) => ({ number, title, body: body ?? '', head: asSha(head.sha), isDraft: draft === true, assignees: (assignees ?? []).map(({ login }) => login) }));
    },
  };
}
