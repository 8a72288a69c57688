import { git } from '../git/git.ts';
import { borrowObjects, checkedOutCommit, importCommits } from '../git/import.ts';
import { setRef } from '../git/refs.ts';
import { addPassedCi } from '../github/ci/ci.ts';
import { addRepository, cloneUrl, reloadRefs } from '../github/code/repository.ts';
import type { ImportedCommit } from '../git/import.ts';
import type { Repository } from '../github/state.ts';
import type { World } from '../world/state.ts';

const branch = 'master';
const head = `refs/heads/${branch}`;
const pinFile = 'GITALY_SERVER_VERSION';
const channels = ['g_gitaly', 'gitaly_alerts'];

/** 2024-01-15 09:00 UTC: the first commit of every made-up history; the others follow hourly. */
const epoch = 1_705_309_200;
const hour = 3600;

const people = [
  { name: 'Ana Pereira', email: 'ana@example.com' },
  { name: 'Bo Lindqvist', email: 'bo@example.com' },
  { name: 'Chidi Okafor', email: 'chidi@example.com' },
  { name: 'Dana Kim', email: 'dana@example.com' },
];

const subjects = [
  'repository: Avoid a second walk of the object database',
  'catfile: Close idle processes sooner',
  'gitpipe: Report the revision that failed',
  'housekeeping: Skip repacking while a backup runs',
  'transactions: Log the votes that disagree',
  'hooks: Pass the quarantine directory through',
  'praefect: Read the primary from the cache',
  'operations: Refuse an empty commit message',
];

export interface GitalyOptions {
  /** A local repository whose history stands in for Gitaly's. */
  readonly seed?: string | undefined;
  readonly pinnedBehind?: number | undefined;
  readonly mirrorLagMs?: number | undefined;
}

/** Gitaly, its mirror, and GitLab, which pins a commit of the mirror and deploys it. */
export async function buildGitaly(world: World, { seed, pinnedBehind = seed === undefined ? 3 : 25, mirrorLagMs = 0 }: GitalyOptions) {
  const mirrorName = 'gitlab-org-security/gitaly';
  const canonical = await addRepository(world, { fullName: 'gitlab-org/gitaly', defaultBranch: branch, mirror: { fullName: mirrorName, lagMs: mirrorLagMs } });
  const mirror = await addRepository(world, {
    fullName: mirrorName,
    defaultBranch: branch,
    ci: { workflow: 'ci.yml', checks: ['build', 'test'], contexts: ['ci/pipeline'] },
  });
  const downstream = await addRepository(world, {
    fullName: 'gitlab-org/gitlab',
    defaultBranch: branch,
    ci: { workflow: 'ci.yml', checks: ['rspec', 'static-analysis'], contexts: ['danger-review'] },
  });
  await (seed === undefined ? inventHistory(canonical, pinnedBehind + 9) : adoptHistory(canonical, seed));
  await borrowObjects(mirror.gitDir, canonical.gitDir);
  await setRef(mirror.gitDir, head, canonical.refs.get(head));
  await reloadRefs(mirror);

  const pinned = await git(mirror.gitDir, ['rev-list', '--first-parent', `--skip=${pinnedBehind}`, '--max-count=1', head]);
  if (pinned === '') throw new Error(`the history has no ${pinnedBehind} commits to be behind`);
  await importCommits(downstream.gitDir, branch, downstreamHistory(pinned));
  await reloadRefs(downstream);

  addWorkflows(world, mirror);
  addWorkflows(world, downstream);
  for (const sha of await mainline(mirror, pinned)) addPassedCi(world, mirror, { sha, branch });
  addPassedCi(world, downstream, { sha: downstream.refs.get(head) ?? '', branch });
  downstream.protections.set(branch, { requiredChecks: ['rspec', 'static-analysis', 'danger-review'], strict: false, requiredReviews: 0, dismissStaleReviews: true, mergeQueue: false, restricts: [], rulesetChecks: [] });
  channels.forEach((name, index) => world.state.channels.set(name, { id: `C0SANDBOX${index + 1}`, name, messages: [] }));
  return describe(world, { pinned, repositories: [canonical, mirror, downstream] });
}

async function inventHistory(repository: Repository, length: number): Promise<void> {
  const commits = Array.from({ length }, (_, index): ImportedCommit => {
    const subject = subjects[index % subjects.length]!;
    const area = subject.split(':')[0]!;
    return {
      author: { ...people[index % people.length]!, time: epoch + index * hour },
      message: `${subject}\n\nChange ${index + 1} of this history.\n`,
      files: { ...(index === 0 ? { 'README.md': '# Gitaly\n' } : {}), [`internal/${area}/change_${index + 1}.go`]: `package ${area}\n\n// ${subject}\n` },
    };
  });
  await importCommits(repository.gitDir, branch, commits);
  await reloadRefs(repository);
}

async function adoptHistory(repository: Repository, seed: string): Promise<void> {
  await borrowObjects(repository.gitDir, seed);
  await setRef(repository.gitDir, head, await checkedOutCommit(seed));
  await reloadRefs(repository);
}

function downstreamHistory(pinned: string): ImportedCommit[] {
  const author = { ...people[3]!, time: epoch };
  return [
    { author, message: 'Start GitLab\n', files: { 'README.md': '# GitLab\n', '.github/workflows/ci.yml': ciWorkflow, '.github/workflows/deploy.yml': deployWorkflow } },
    { author: { ...author, time: epoch + hour }, message: 'Update Gitaly version\n', files: { [pinFile]: `${pinned}\n` } },
  ];
}

const ciWorkflow = `name: CI
on: push
jobs:
  rspec: {}
  static-analysis: {}
`;

const deployWorkflow = `name: Deploy
run-name: \${{ inputs.release_key }}
on:
  workflow_dispatch:
    inputs:
      release_key: { required: true }
      environment: { required: true }
      sha: { required: false }
      version: { required: false }
`;

function addWorkflows(world: World, repository: Repository): void {
  const createdAt = repository.createdAt;
  repository.workflows.push({ id: world.nextId(), name: 'CI', file: 'ci.yml', inputs: {}, runNameInput: undefined, createdAt });
  repository.workflows.push({
    id: world.nextId(), name: 'Deploy', file: 'deploy.yml', runNameInput: 'release_key', createdAt,
    inputs: { release_key: { required: true }, environment: { required: true }, sha: { required: false }, version: { required: false } },
  });
  repository.workflows.push({ id: world.nextId(), name: 'Smoke', file: 'smoke.yml', inputs: {}, runNameInput: undefined, createdAt });
}

/** The pinned commit and all newer ones of the main line, oldest first. */
async function mainline(repository: Repository, pinned: string): Promise<string[]> {
  const newer = await git(repository.gitDir, ['rev-list', '--first-parent', '--reverse', `${pinned}..${head}`]);
  return [pinned, ...newer.split('\n').filter(Boolean)];
}

function describe(world: World, { pinned, repositories }: { pinned: string; repositories: readonly Repository[] }) {
  return {
    pinned,
    pinFile,
    workflow: 'deploy.yml',
    repositories: Object.fromEntries(repositories.map((one) => [one.fullName, { branch, head: one.refs.get(head), cloneUrl: cloneUrl(world, one) }])),
    channels: Object.fromEntries([...world.state.channels.values()].map(({ name, id }) => [`#${name}`, id])),
  };
}
