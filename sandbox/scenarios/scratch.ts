import { putByPerson } from '../gcs/objects.ts';
import { importCommits } from '../git/import.ts';
import { deploymentOutcome } from '../github/ci/controller.ts';
import { addRepository, cloneUrl, reloadRefs } from '../github/code/repository.ts';
import type { World } from '../world/state.ts';

const branch = 'main';
const bucket = 'slipway-scratch';
/** 2024-01-08 09:00 UTC */
const author = { name: 'Robin Vermeer', email: 'robin@example.com', time: 1_704_704_400 };

/** A repository and a bucket in which anything may be tried, as somebody has them who runs `npm run test:live`. */
export async function buildScratch(world: World) {
  const repository = await addRepository(world, { fullName: 'slipway/scratch', defaultBranch: branch });
  await importCommits(repository.gitDir, branch, [{ author, message: 'Start\n', files: { 'README.md': '# Scratch\n' } }]);
  await reloadRefs(repository);
  repository.workflows.push({
    id: world.nextId(), name: 'Slipway live', file: 'slipway-live.yml', inputs: { release_key: { required: true }, outcome: { required: true } },
    runNameInput: 'release_key', outcomeInput: 'outcome', createdAt: repository.createdAt,
  });
  // Whoever tries something here carries its deployments out, too.
  for (const environment of ['staging', 'production']) world.outcomes.script(deploymentOutcome(environment), { result: 'never' });
  await putByPerson(await world.gcs.emulator(), { bucket, files: {} });
  return { bucket, repositories: { [repository.fullName]: { branch, head: repository.refs.get(`refs/heads/${branch}`), cloneUrl: cloneUrl(world, repository) } }, channels: {} };
}
