import { buildSchema } from 'graphql';

export interface PullRequestInput {
  readonly pullRequestId: string;
}

export interface EnableAutoMerge extends PullRequestInput {
  readonly mergeMethod: string;
  readonly commitHeadline?: string;
  readonly commitBody?: string;
  readonly expectedHeadOid?: string;
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
  type Query { viewer: Actor! node(id: ID!): Node }
  type PullRequestReview implements Node { id: ID! body: String! lastEditedAt: DateTime }
  type Actor { login: String! }
  type AutoMergeRequest { mergeMethod: PullRequestMergeMethod! enabledBy: Actor }
  type PullRequest {
    id: ID! number: Int! state: PullRequestState! title: String! url: URI! isDraft: Boolean! merged: Boolean!
    headRefName: String! headRefOid: GitObjectID! baseRefName: String! autoMergeRequest: AutoMergeRequest
  }
  input EnablePullRequestAutoMergeInput {
    pullRequestId: ID! mergeMethod: PullRequestMergeMethod = MERGE commitHeadline: String commitBody: String
    authorEmail: String expectedHeadOid: GitObjectID clientMutationId: String
  }
  input DisablePullRequestAutoMergeInput { pullRequestId: ID! clientMutationId: String }
  input MarkPullRequestReadyForReviewInput { pullRequestId: ID! clientMutationId: String }
  input RefUpdate { name: GitRefname! afterOid: GitObjectID! beforeOid: GitObjectID force: Boolean = false }
  input UpdateRefsInput { repositoryId: ID! refUpdates: [RefUpdate!]! clientMutationId: String }
  type PullRequestPayload { actor: Actor pullRequest: PullRequest clientMutationId: String }
  type UpdateRefsPayload { clientMutationId: String }
  type Mutation {
    enablePullRequestAutoMerge(input: EnablePullRequestAutoMergeInput!): PullRequestPayload
    disablePullRequestAutoMerge(input: DisablePullRequestAutoMergeInput!): PullRequestPayload
    markPullRequestReadyForReview(input: MarkPullRequestReadyForReviewInput!): PullRequestPayload
    updateRefs(input: UpdateRefsInput!): UpdateRefsPayload
  }
`);
