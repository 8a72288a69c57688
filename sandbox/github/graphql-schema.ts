import { buildSchema } from 'graphql';

export interface RevertPull extends PullRequestInput {
  readonly title?: string;
  readonly body?: string;
}

export interface PullRequestInput {
  readonly pullRequestId: string;
}

export interface EnableAutoMerge extends PullRequestInput {
  readonly mergeMethod: string;
  readonly commitHeadline?: string;
  readonly commitBody?: string;
  readonly expectedHeadOid?: string;
}

export interface Enqueue extends PullRequestInput {
  readonly expectedHeadOid?: string;
}

export interface Dequeue {
  /** Of the pull request. */
  readonly id: string;
}

export interface UpdateRefs {
  readonly repositoryId: string;
  readonly refUpdates: readonly RefUpdate[];
}

/** Forty zeros stand for no object: a ref to be made, or to be deleted. */
export interface RefUpdate {
  readonly name: string;
  readonly afterOid: string;
  readonly beforeOid?: string;
  readonly force: boolean;
}

/** The part of GitHub's schema that the sandbox holds, in GitHub's own words. */
export const schema = buildSchema(`
  scalar DateTime
  scalar GitObjectID
  scalar GitRefname
  scalar URI
  enum PullRequestMergeMethod { MERGE REBASE SQUASH }
  enum PullRequestState { OPEN CLOSED MERGED }
  interface Node { id: ID! }
  type PullRequestReview implements Node { id: ID! body: String! lastEditedAt: DateTime }
  enum MergeQueueEntryState { AWAITING_CHECKS LOCKED MERGEABLE QUEUED UNMERGEABLE }
  enum PullRequestTimelineItemsItemType { REMOVED_FROM_MERGE_QUEUE_EVENT }
  type Query { viewer: Actor! node(id: ID!): Node repository(owner: String!, name: String!): Repository }
  type Repository { pullRequest(number: Int!): PullRequest }
  type Commit { oid: GitObjectID! }
  type MergeQueueEntry { state: MergeQueueEntryState! position: Int! enqueuedAt: DateTime! }
  type RemovedFromMergeQueueEvent { id: ID! createdAt: DateTime! reason: String beforeCommit: Commit }
  union PullRequestTimelineItems = RemovedFromMergeQueueEvent
  type PullRequestTimelineItemsConnection { nodes: [PullRequestTimelineItems] }
  type Actor { login: String! }
  type AutoMergeRequest { mergeMethod: PullRequestMergeMethod! enabledBy: Actor }
  type PullRequest {
    id: ID! number: Int! state: PullRequestState! title: String! url: URI! isDraft: Boolean! merged: Boolean!
    headRefName: String! headRefOid: GitObjectID! baseRefName: String! autoMergeRequest: AutoMergeRequest
    isInMergeQueue: Boolean! mergeQueueEntry: MergeQueueEntry
    timelineItems(last: Int, itemTypes: [PullRequestTimelineItemsItemType!]): PullRequestTimelineItemsConnection!
  }
  input EnablePullRequestAutoMergeInput {
    pullRequestId: ID! mergeMethod: PullRequestMergeMethod = MERGE commitHeadline: String commitBody: String
    authorEmail: String expectedHeadOid: GitObjectID clientMutationId: String
  }
  input DisablePullRequestAutoMergeInput { pullRequestId: ID! clientMutationId: String }
  input EnqueuePullRequestInput { pullRequestId: ID! expectedHeadOid: GitObjectID jump: Boolean clientMutationId: String }
  input DequeuePullRequestInput { id: ID! clientMutationId: String }
  input MarkPullRequestReadyForReviewInput { pullRequestId: ID! clientMutationId: String }
  input RefUpdate { name: GitRefname! afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false }
  input RevertPullRequestInput { pullRequestId: ID! title: String body: String draft: Boolean = false clientMutationId: String }
  type RevertPullRequestPayload { pullRequest: PullRequest revertPullRequest: PullRequest clientMutationId: String }
  input UpdateRefsInput { repositoryId: ID! refUpdates: [RefUpdate!]! clientMutationId: String }
  type PullRequestPayload { actor: Actor pullRequest: PullRequest clientMutationId: String }
  type MergeQueuePayload { mergeQueueEntry: MergeQueueEntry clientMutationId: String }
  type UpdateRefsPayload { clientMutationId: String }
  type Mutation {
    enablePullRequestAutoMerge(input: EnablePullRequestAutoMergeInput!): PullRequestPayload
    disablePullRequestAutoMerge(input: DisablePullRequestAutoMergeInput!): PullRequestPayload
    enqueuePullRequest(input: EnqueuePullRequestInput!): MergeQueuePayload
    dequeuePullRequest(input: DequeuePullRequestInput!): MergeQueuePayload
    revertPullRequest(input: RevertPullRequestInput!): RevertPullRequestPayload
    markPullRequestReadyForReview(input: MarkPullRequestReadyForReviewInput!): PullRequestPayload
    updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
  }
`);
