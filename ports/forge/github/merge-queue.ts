import { neverRetry, tryAgain } from '../../failures.ts';
import type { MergeQueues, QueuePlace } from '../forge.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { asked } from './connection/graphql.ts';

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

interface Answer {
  readonly repository: {
    readonly pullRequest: {
      readonly isInMergeQueue: boolean;
      readonly timelineItems: { readonly nodes: readonly { readonly id: string; readonly reason: string | null; readonly beforeCommit: { readonly oid: string } | null }[] };
    };
  };
}

/** Only GraphQL knows of merge queues. */
export function githubMergeQueues(github: GitHub): MergeQueues {
  const { rest } = github;

  async function place(repository: string, number: number): Promise<QueuePlace> {
    const { data, refused } = await asked<Answer>(github, placeInQueue, { ...at(repository), number });
    if (!data) throw tryAgain('Unavailable', `GitHub does not tell of ${repository}#${number} and its merge queue: ${refused}`);
    const { pullRequest } = data.repository;
    const [last] = pullRequest.timelineItems.nodes;
    return {
      waits: pullRequest.isInMergeQueue,
      ...(last && { lastRemoval: { id: last.id, reason: last.reason ?? 'no reason given', ...(last.beforeCommit && { tried: last.beforeCommit.oid }) } }),
    };
  }

  return {
    place,

    async enter(repository, number, sha) {
      const { data } = await rest.pulls.get({ ...at(repository), pull_number: number });
      if (data.state !== 'open' || data.head.sha !== sha) return 'moved';
      const { refused } = await asked(github, enqueuePullRequest, { pull: data.node_id, sha });
      if (refused === undefined) return 'waits';
      // "Already in the queue" is a refusal, too, and so is a head that has moved meanwhile: look.
      const now = await rest.pulls.get({ ...at(repository), pull_number: number });
      if (now.data.state !== 'open' || now.data.head.sha !== sha) return 'moved';
      if ((await place(repository, number)).waits) return 'waits';
      throw neverRetry('Refused', `GitHub won't take ${repository}#${number} into the merge queue: ${refused}`);
    },
  };
}
