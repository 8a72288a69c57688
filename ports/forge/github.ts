import { z } from 'zod';
import { secret, settings } from '../adapter.ts';
import type { Environment } from '../adapter.ts';
import type { Forge } from './forge.ts';
import { githubAccess } from './github/access.ts';
import { githubBranches } from './github/branches.ts';
import { githubClient } from './github/client.ts';
import type { GitHubSettings, Token } from './github/client.ts';
import { githubCommits } from './github/commits.ts';
import { credentials } from './github/credentials.ts';
import { githubDeployments } from './github/deployments.ts';
import { githubDiscussions } from './github/discussions.ts';
import { githubIssues } from './github/issues.ts';
import { githubMergeQueues } from './github/merge-queue.ts';
import { githubPipelines } from './github/pipelines.ts';
import { githubPullRequests } from './github/pull-requests.ts';
import { githubReviewer } from './github/reviewer.ts';

/** GitHub, or GitHub Enterprise Server. Share one connection per token: it holds the pace of writes and the known answers. */
export function connectGitHub({ reviewerToken, ...settings }: GitHubSettings & { readonly reviewerToken?: Token | undefined }): Forge {
  const github = githubClient(settings);
  return {
    commits: githubCommits(github),
    branches: githubBranches(github),
    pullRequests: githubPullRequests(github),
    mergeQueues: githubMergeQueues(github),
    pipelines: githubPipelines(github),
    deployments: githubDeployments(github),
    issues: githubIssues(github),
    discussions: githubDiscussions(github),
    access: githubAccess(github),
    ...(reviewerToken && { reviewer: githubReviewer(githubClient({ ...settings, token: reviewerToken })) }),
  };
}

export function fromEnvironment(environment: Environment): Forge {
  const { GITHUB_API_URL: baseUrl, GITHUB_TIMEOUT_MS: timeoutMs, GITHUB_WRITE_INTERVAL_MS: writeIntervalMs } = settings(environment, {
    GITHUB_API_URL: z.url().optional(),
    GITHUB_TIMEOUT_MS: z.coerce.number().int().positive().default(20_000),
    GITHUB_WRITE_INTERVAL_MS: z.coerce.number().int().min(0).optional(),
  });
  return connectGitHub({
    token: credentials(environment, { baseUrl, timeoutMs }),
    reviewerToken: secret(environment, 'GITHUB_REVIEWER_TOKEN'),
    baseUrl,
    timeoutMs,
    writeIntervalMs,
  });
}
