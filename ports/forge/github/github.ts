import { z } from 'zod';
import { secret, settings } from '../../adapter.ts';
import type { Variables } from '../../adapter.ts';
import type { Forge } from '../forge.ts';
import { githubAccess } from './access.ts';
import { githubBranches } from './branches.ts';
import { githubClient } from './connection/client.ts';
import type { GitHubSettings, Token } from './connection/client.ts';
import { githubCommits } from './code/commits.ts';
import { credentials } from './connection/credentials.ts';
import { githubDeployments } from './deployments.ts';
import { githubDiscussions } from './discussions.ts';
import { githubIssues } from './issues.ts';
import { githubMerging } from './merging.ts';
import { githubMilestones } from './milestones.ts';
import { githubPipelines } from './code/pipelines.ts';
import { githubPullRequests } from './pull-requests.ts';
import { githubReleases } from './releases.ts';
import { githubReviewer } from './reviewer.ts';
import { githubTags } from './tags.ts';
import { githubWorkflowRuns } from './workflow-runs.ts';

/** GitHub, or GitHub Enterprise Server. Share one connection per token: it holds the pace of writes and the known answers. */
export function connectGitHub({ reviewerToken, ...settings }: GitHubSettings & { readonly reviewerToken?: Token | undefined }): Forge {
  const github = githubClient(settings);
  const pullRequests = githubPullRequests(github);
  return {
    commits: githubCommits(github),
    branches: githubBranches(github, settings),
    pullRequests,
    merging: githubMerging(github, pullRequests),
    discussions: githubDiscussions(github),
    pipelines: githubPipelines(github),
    workflowRuns: githubWorkflowRuns(github),
    deployments: githubDeployments(github),
    issues: githubIssues(github),
    milestones: githubMilestones(github),
    tags: githubTags(github),
    releases: githubReleases(github),
    access: githubAccess(github, settings),
    ...(reviewerToken && { reviewer: githubReviewer(githubClient({ ...settings, token: reviewerToken })) }),
  };
}

export function fromEnvironment(environment: Variables): Forge {
  const { GITHUB_API_URL: baseUrl, GITHUB_TIMEOUT_MS: timeoutMs, GITHUB_WRITE_INTERVAL_MS: writeIntervalMs } = settings(environment, {
    GITHUB_API_URL: z.url().optional(),
    GITHUB_TIMEOUT_MS: z.coerce.number().int().positive().default(20_000),
    GITHUB_WRITE_INTERVAL_MS: z.coerce.number().int().min(0).optional(),
  });
  return connectGitHub({
    token: credentials(environment, { baseUrl, timeoutMs }),
    signs: environment['GITHUB_APP_ID'] !== undefined,
    reviewerToken: secret(environment, 'GITHUB_REVIEWER_TOKEN'),
    baseUrl,
    timeoutMs,
    writeIntervalMs,
  });
}
