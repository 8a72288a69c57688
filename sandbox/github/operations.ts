/** GitHub's operations that the sandbox holds, by GitHub's own ids. Everything else is answered with 501. */
export const operations = {
  'actions/cancel-workflow-run': 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel',
  'actions/create-workflow-dispatch': 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches',
  'actions/get-pending-deployments-for-run': 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/pending_deployments',
  'actions/get-workflow': 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}',
  'actions/get-workflow-run': 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
  'actions/list-jobs-for-workflow-run': 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs',
  'actions/list-workflow-runs': 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
  'actions/list-workflow-runs-for-repo': 'GET /repos/{owner}/{repo}/actions/runs',
  'actions/re-run-workflow-failed-jobs': 'POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs',
  'apps/create-installation-access-token': 'POST /app/installations/{installation_id}/access_tokens',
  'checks/get': 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'checks/list-for-ref': 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'checks/list-suites-for-ref': 'GET /repos/{owner}/{repo}/commits/{ref}/check-suites',
  'git/create-blob': 'POST /repos/{owner}/{repo}/git/blobs',
  'git/create-commit': 'POST /repos/{owner}/{repo}/git/commits',
  'git/create-ref': 'POST /repos/{owner}/{repo}/git/refs',
  'git/create-tag': 'POST /repos/{owner}/{repo}/git/tags',
  'git/create-tree': 'POST /repos/{owner}/{repo}/git/trees',
  'git/delete-ref': 'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
  'git/get-blob': 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
  'git/get-commit': 'GET /repos/{owner}/{repo}/git/commits/{commit_sha}',
  'git/get-ref': 'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'git/get-tag': 'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
  'git/get-tree': 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
  'git/list-matching-refs': 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
  'git/update-ref': 'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
  'issues/add-assignees': 'POST /repos/{owner}/{repo}/issues/{issue_number}/assignees',
  'issues/add-labels': 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
  'issues/create': 'POST /repos/{owner}/{repo}/issues',
  'issues/create-comment': 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'issues/create-label': 'POST /repos/{owner}/{repo}/labels',
  'issues/create-milestone': 'POST /repos/{owner}/{repo}/milestones',
  'issues/get': 'GET /repos/{owner}/{repo}/issues/{issue_number}',
  'issues/get-comment': 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'issues/get-label': 'GET /repos/{owner}/{repo}/labels/{name}',
  'issues/list-comments': 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'issues/list-for-repo': 'GET /repos/{owner}/{repo}/issues',
  'issues/list-labels-on-issue': 'GET /repos/{owner}/{repo}/issues/{issue_number}/labels',
  'issues/list-milestones': 'GET /repos/{owner}/{repo}/milestones',
  'issues/remove-label': 'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}',
  'issues/set-labels': 'PUT /repos/{owner}/{repo}/issues/{issue_number}/labels',
  'issues/update': 'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
  'issues/update-comment': 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'issues/update-milestone': 'PATCH /repos/{owner}/{repo}/milestones/{milestone_number}',
  'pulls/create': 'POST /repos/{owner}/{repo}/pulls',
  'pulls/create-review': 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'pulls/get': 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'pulls/list': 'GET /repos/{owner}/{repo}/pulls',
  'pulls/list-commits': 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
  'pulls/list-files': 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
  'pulls/list-reviews': 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'pulls/merge': 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
  'pulls/update-review': 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}',
  'pulls/update': 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
  'rate-limit/get': 'GET /rate_limit',
  'repos/compare-commits-with-basehead': 'GET /repos/{owner}/{repo}/compare/{basehead}',
  'repos/create-commit-status': 'POST /repos/{owner}/{repo}/statuses/{sha}',
  'repos/create-deployment': 'POST /repos/{owner}/{repo}/deployments',
  'repos/create-deployment-status': 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'repos/create-release': 'POST /repos/{owner}/{repo}/releases',
  'repos/get': 'GET /repos/{owner}/{repo}',
  'repos/get-branch': 'GET /repos/{owner}/{repo}/branches/{branch}',
  'repos/get-branch-protection': 'GET /repos/{owner}/{repo}/branches/{branch}/protection',
  'repos/get-branch-rules': 'GET /repos/{owner}/{repo}/rules/branches/{branch}',
  'repos/get-combined-status-for-ref': 'GET /repos/{owner}/{repo}/commits/{ref}/status',
  'repos/get-commit': 'GET /repos/{owner}/{repo}/commits/{ref}',
  'repos/get-content': 'GET /repos/{owner}/{repo}/contents/{path}',
  'repos/get-deployment': 'GET /repos/{owner}/{repo}/deployments/{deployment_id}',
  'repos/get-latest-release': 'GET /repos/{owner}/{repo}/releases/latest',
  'repos/get-release': 'GET /repos/{owner}/{repo}/releases/{release_id}',
  'repos/get-release-by-tag': 'GET /repos/{owner}/{repo}/releases/tags/{tag}',
  'repos/list-activities': 'GET /repos/{owner}/{repo}/activity',
  'repos/list-commit-statuses-for-ref': 'GET /repos/{owner}/{repo}/commits/{ref}/statuses',
  'repos/list-commits': 'GET /repos/{owner}/{repo}/commits',
  'repos/list-deployment-statuses': 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'repos/list-deployments': 'GET /repos/{owner}/{repo}/deployments',
  'repos/list-pull-requests-associated-with-commit': 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'repos/list-releases': 'GET /repos/{owner}/{repo}/releases',
  'repos/merge': 'POST /repos/{owner}/{repo}/merges',
  'repos/update-release': 'PATCH /repos/{owner}/{repo}/releases/{release_id}',
  'teams/get-membership-for-user-in-org': 'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
  'teams/list-members-in-org': 'GET /orgs/{org}/teams/{team_slug}/members',
  'users/get-authenticated': 'GET /user',
} as const;

export type OperationId = keyof typeof operations;

/** The operations that belong to an account, not to a repository. */
export type AccountOperationId =
  | 'apps/create-installation-access-token'
  | 'rate-limit/get'
  | 'teams/get-membership-for-user-in-org'
  | 'teams/list-members-in-org'
  | 'users/get-authenticated';

export type RepositoryOperationId = Exclude<OperationId, AccountOperationId>;

export interface Route<Id extends string = string> {
  readonly id: Id;
  /** `METHOD /path/{parameter}` */
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
}

export type Router<Id extends string> = (method: string, path: string) => Route<Id> | undefined;

/** These parameters may hold slashes. */
const greedy = new Set(['basehead', 'branch', 'path', 'ref', 'tag', 'workflow_id']);

/** Finds an operation for a percent-encoded path; of several templates the one with the most literal segments wins. */
export function createRouter<Id extends string>(table: Readonly<Record<Id, string>>): Router<Id> {
  const routes = (Object.entries(table) as [Id, string][])
    .map(([id, route]) => {
      const [method = '', template = ''] = route.split(' ');
      return { id, route, method, pattern: templatePattern(template), literals: literalSegments(template) };
    })
    .toSorted((one, other) => other.literals - one.literals);

  return (method, path) => {
    for (const { id, route, method: wanted, pattern } of routes) {
      const match = wanted === method ? pattern.exec(path) : null;
      if (match) return { id, route, params: decodeAll(match.groups ?? {}) };
    }
    return undefined;
  };
}

export const findOperation: Router<OperationId> = createRouter(operations);

function templatePattern(template: string): RegExp {
  const source = template.replace(/[.\\+*?^$()[\]|]/g, '\\$&').replace(/\/\{([^}]+)\}/g, (_, name: string) => {
    // The root of a tree has no path at all.
    if (name === 'path') return '(?:/(?<path>.*?))?';
    return greedy.has(name) ? `/(?<${name}>.+?)` : `/(?<${name.replaceAll('-', '_')}>[^/]+)`;
  });
  return new RegExp(`^${source}/?$`);
}

function literalSegments(template: string): number {
  return template.split('/').filter((segment) => !segment.includes('{')).length;
}

function decodeAll(groups: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value = '']) => [name, decodeURIComponent(value)]));
}
