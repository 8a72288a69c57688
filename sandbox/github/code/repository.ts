import { initBare, readRefs } from '../../git/refs.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { CiPlan, Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

export async function addRepository(
  world: World,
  { fullName, defaultBranch, ci, mirror }: Pick<Repository, 'fullName' | 'defaultBranch'> & { ci?: CiPlan; mirror?: Repository['mirror'] },
): Promise<Repository> {
  const [owner = '', name = ''] = fullName.split('/');
  const gitDir = `${world.dir}/${fullName}.git`;
  await initBare(gitDir, defaultBranch);
  userNamed(world, owner, 'Organization');
  const repository: Repository = {
    id: world.nextId(), owner, name, fullName, defaultBranch, gitDir, ci, mirror,
    refs: new Map(), labels: new Map(), issues: new Map(), milestones: new Map(), protections: new Map(), ciScripts: new Map(),
    deployments: [], releases: [], workflows: [], runs: [], statuses: [], suites: [], activities: [],
    createdAt: world.clock.now(),
  };
  world.state.repositories.set(fullName, repository);
  return repository;
}

/** Brings the copy of the refs up to date after git itself has moved some. */
export async function reloadRefs(repository: Repository): Promise<void> {
  const refs = await readRefs(repository.gitDir);
  // At once: a reader in between would find no branches, and take every pull request for one in conflict with its base.
  repository.refs.clear();
  for (const [ref, sha] of refs) repository.refs.set(ref, sha);
}

export function apiUrl(world: World, repository: Pick<Repository, 'fullName'>): string {
  return `${world.url}/api/v3/repos/${repository.fullName}`;
}

export function htmlUrl(world: World, repository: Pick<Repository, 'fullName'>): string {
  return `${world.url}/${repository.fullName}`;
}

export function cloneUrl(world: World, repository: Pick<Repository, 'fullName'>): string {
  return `${world.url}/git/${repository.fullName}.git`;
}

/** Where the API's other resources of a repository are, as GitHub spells them. */
const links = {
  archive: '/{archive_format}{/ref}', assignees: '/assignees{/user}', blobs: '/git/blobs{/sha}', branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}', comments: '/comments{/number}', commits: '/commits{/sha}', compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}', contributors: '/contributors', deployments: '/deployments', downloads: '/downloads', events: '/events',
  forks: '/forks', git_commits: '/git/commits{/sha}', git_refs: '/git/refs{/sha}', git_tags: '/git/tags{/sha}',
  issue_comment: '/issues/comments{/number}', issue_events: '/issues/events{/number}', issues: '/issues{/number}', keys: '/keys{/key_id}',
  labels: '/labels{/name}', languages: '/languages', merges: '/merges', milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}', pulls: '/pulls{/number}', releases: '/releases{/id}', stargazers: '/stargazers',
  statuses: '/statuses/{sha}', subscribers: '/subscribers', subscription: '/subscription', tags: '/tags', teams: '/teams',
  trees: '/git/trees{/sha}', hooks: '/hooks',
} as const;

/** GitHub's `minimal-repository`. */
export function renderMinimalRepository(world: World, repository: Repository) {
  const url = apiUrl(world, repository);
  return {
    id: repository.id,
    node_id: nodeId('R', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    owner: renderUser(world, userNamed(world, repository.owner)),
    private: false,
    html_url: htmlUrl(world, repository),
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(links).map(([name, path]) => [`${name}_url`, url + path])),
  };
}

/** GitHub's `repository` and `full-repository`. */
export function renderRepository(world: World, repository: Repository) {
  const open = [...repository.issues.values()].filter((issue) => issue.state === 'open').length;
  return {
    ...renderMinimalRepository(world, repository),
    git_url: cloneUrl(world, repository),
    ssh_url: cloneUrl(world, repository),
    clone_url: cloneUrl(world, repository),
    svn_url: htmlUrl(world, repository),
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks_count: 0, forks: 0, stargazers_count: 0, watchers_count: 0, watchers: 0, subscribers_count: 0, network_count: 0,
    open_issues_count: open,
    open_issues: open,
    size: 0,
    default_branch: repository.defaultBranch,
    has_issues: true, has_projects: false, has_wiki: false, has_pages: false, has_downloads: false, has_discussions: false,
    archived: false,
    disabled: false,
    visibility: 'public',
    pushed_at: repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    permissions: { admin: false, maintain: true, push: true, triage: true, pull: true },
    allow_merge_commit: true, allow_squash_merge: true, allow_rebase_merge: true, allow_auto_merge: true,
    delete_branch_on_merge: false,
  };
}
