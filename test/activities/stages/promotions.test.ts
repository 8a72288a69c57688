import { beforeEach, expect, it } from 'vitest';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { createPromotions } from '../../../activities/stages/promotions.ts';
import type { Promotion } from '../../../activities/stages/promotions.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { shaOf } from '../../shas.ts';

const repository = 'gitlab-org/gitlab';
const key = 'release/gitaly/from-aaaaaaaaaaaa/staging';
const promotion: Promotion = {
  key,
  repository,
  branch: 'master',
  environment: 'staging',
  sha: shaOf('c'),
  mechanism: { kind: 'workflow', workflow: 'deploy.yml', inputs: { release_key: key, environment: 'staging' } },
};

const sandbox = useSandbox();
let world: World;

beforeEach(async () => {
  world = await openWorld(sandbox.url());
});

const promoted = () => {
  const forge = forgeIn(world);
  const { promote } = createPromotions({ catalog: { read: () => expect.unreachable() }, forge, environments: {} as Environments, readLagMs: 5_000 });
  return oneAttempt().run(() => promote(promotion)) as ReturnType<typeof promote>;
};
const dispatches = async () => (await world.journal()).filter(({ key }) => key.startsWith('dispatch '));

it('dispatches a deployment whose run shows its key, once', async () => {
  const { id } = await promoted();
  expect(await promoted()).toMatchObject({ id });
  expect(await dispatches()).toHaveLength(1);
});

it('does not even begin one that it could not find again', async () => {
  const text = 'name: Deploy\nrun-name: Deploy ${{ inputs.environment }}\non: workflow_dispatch\n';
  await world.control('commit', { repository, branch: 'master', files: { '.github/workflows/deploy.yml': text }, message: 'Name runs nicely' });
  await expect(promoted()).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true, message: expect.stringContaining('deploy.yml of gitlab-org/gitlab must show the input release_key in its run-name') });
  expect(await dispatches()).toEqual([]);
});
