import type { components } from '@octokit/openapi-types';
import { shaOf } from '../shas.ts';

type Schemas = components['schemas'];
type Part<T> = T extends object ? { readonly [Key in keyof T]?: Part<T[Key]> } : T;

const from = (full_name: string) => ({ repository: { full_name } });

/** What of GitHub's payloads counts, held against GitHub's own description of them. */
export const githubEvents = {
  push: (repository: string, branch: string) =>
    ({ ...from(repository), ref: `refs/heads/${branch}`, before: shaOf('a'), after: shaOf('b') }) satisfies Part<Schemas['webhook-push']>,

  suite: (repository: string, head_branch: string | null, action: 'completed' = 'completed') =>
    ({ ...from(repository), action, check_suite: { head_branch } }) satisfies Part<Schemas['webhook-check-suite-completed']>,

  status: (repository: string, branch: string, state: 'success' | 'pending' | 'failure' = 'success') =>
    ({ ...from(repository), sha: shaOf('b'), context: 'ci', state, branches: [{ name: branch }] }) satisfies Part<Schemas['webhook-status']>,

  run: (repository: string, display_title: string) =>
    ({ ...from(repository), action: 'completed', workflow_run: { display_title } }) satisfies Part<Schemas['webhook-workflow-run-completed']>,

  deployment: (repository: string, task: string, state: 'success' | 'in_progress' | 'failure' = 'success', environment = 'canary') =>
    ({ ...from(repository), deployment: { task, environment }, deployment_status: { state } }) satisfies Part<Schemas['webhook-deployment-status-created']>,

  pullRequest: (repository: string, ref: string, body: string | null = null) =>
    ({ ...from(repository), action: 'closed', number: 7, pull_request: { body, head: { ref } } }) satisfies Part<Schemas['webhook-pull-request-closed']>,

  comment: (repository: string, body: string, text: string) =>
    ({ ...from(repository), action: 'created', issue: { body }, comment: { body: text } }) satisfies Part<Schemas['webhook-issue-comment-created']>,

  review: (repository: string, ref: string, body: string | null = null) =>
    ({ ...from(repository), action: 'submitted', review: { state: 'approved' }, pull_request: { body, head: { ref } } }) satisfies Part<Schemas['webhook-pull-request-review-submitted']>,
} as const;
