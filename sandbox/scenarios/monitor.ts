import { importCommits } from '../git/import.ts';
import { addRepository, cloneUrl, reloadRefs } from '../github/code/repository.ts';
import { moveRef } from '../github/code/refs.ts';
import { userNamed } from '../github/people/users.ts';
import type { World } from '../world/state.ts';

const branch = 'main';
const checks = ['npm-lint', 'npm-build', 'unit-tests', 'functional-tests'];

/** 2024-08-29 09:00 UTC */
const epoch = 1_724_922_000;
const author = { name: 'Robin Vermeer', email: 'robin@example.com', time: epoch };

/** Monitor's repository: what its last production release has, and the workflows by which it is retagged and deployed. */
export async function buildMonitor(world: World) {
  const repository = await addRepository(world, { fullName: 'mozilla/blurts-server', defaultBranch: branch, ci: { workflow: 'ci.yml', checks, contexts: [] } });
  const workflow = (file: string, name: string, more: { readonly onTags?: true; readonly inputs?: Readonly<Record<string, { readonly required: boolean }>>; readonly runNameInput?: string } = {}) =>
    repository.workflows.push({ id: world.nextId(), name, file, inputs: {}, runNameInput: undefined, createdAt: repository.createdAt, ...more });
  workflow('ci.yml', 'CI');
  workflow('release_retag_v2.yaml', 'Retag', { onTags: true });
  workflow('e2e_cron.yml', 'E2E', { inputs: { release_key: { required: false } }, runNameInput: 'release_key' });
  workflow('production_deploy.yml', '1-Click Deploy', { inputs: { environment: { required: true }, tag: { required: true }, release_key: { required: false } }, runNameInput: 'release_key' });
  await importCommits(repository.gitDir, branch, [{ author, message: 'Start\n', files: { 'README.md': '# Monitor\n' } }]);
  await reloadRefs(repository);
  const head = repository.refs.get(`refs/heads/${branch}`)!;
  await moveRef(world, repository, { ref: 'refs/tags/2024.08.29', to: head, by: userNamed(world, 'github-actions[bot]') });
  world.state.channels.set('fx-monitor-engineering', { id: 'C0SANDBOX1', name: 'fx-monitor-engineering', messages: [] });
  return { repositories: { [repository.fullName]: { branch, head, cloneUrl: cloneUrl(world, repository) } }, channels: { '#fx-monitor-engineering': 'C0SANDBOX1' } };
}
