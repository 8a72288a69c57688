import { beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Catalog } from '../../../domain/catalog.ts';
import type { Environments } from '../../../ports/temporal/environments.ts';
import { createPromotions } from '../../../activities/stages/promotions.ts';
import type { Promotion } from '../../../activities/stages/promotions.ts';
import { launches } from '../../../ports/launch/launches.ts';
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
  fence: 3,
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

describe('a deployment that a frozen worker has started a second time', () => {
  const follow = (id: number, mechanism: Promotion['mechanism']) => {
    const { deployed } = createPromotions({ catalog: { read: async () => ({ components: {} }) as Catalog }, forge: forgeIn(world), environments: { landed: async () => undefined } as unknown as Environments, readLagMs: 0 });
    const landing = { environment: 'staging', fence: 3, key, component: 'gitaly', runs: { candidate: shaOf('c'), sha, release: 'release/gitaly/from-aaaaaaaaaaaa' } };
    return oneAttempt().run(() => deployed({ repository, mechanism, id, landing })) as ReturnType<typeof deployed>;
  };
  let sha: Sha;
  const lasting = async (afterMs: number) => {
    await world.control('runs', { workflow: 'deploy.yml', conclusion: 'success', afterMs });
    await world.control('deployments', { environment: 'staging', outcome: 'success', afterMs });
  };
  beforeEach(async () => {
    sha = (await forgeIn(world).branches.find(repository, 'master'))!;
  });

  it.each<Promotion['mechanism']>([promotion.mechanism, { kind: 'deployment' }])('is called off, and told of at the end: %o', async (mechanism) => {
    const launch = launches({ forge: forgeIn(world) })[mechanism.kind];
    const target = { ...promotion, sha };
    for (const [attempt, afterMs] of [5_000, 600_000].entries()) {
      await lasting(afterMs);
      await launch.start(mechanism, target, { fence: 3, attempt });
    }
    const [first, second] = await launch.find(mechanism, target);
    await expect(follow(first!.id, mechanism)).rejects.toMatchObject({ type: 'NotYet' });
    expect((await launch.look(repository, second!.id)).state).toBe('failed');
    await expect.poll(() => follow(first!.id, mechanism).catch(() => undefined)).toEqual({ state: 'succeeded', doubles: [{ url: (await launch.look(repository, second!.id)).url, state: 'failed' }] });
  });

  it('carries a number that tells it from the first: the receiver can refuse the older', async () => {
    const sent: unknown[] = [];
    const forge = { ...forgeIn(world), deployments: { ...forgeIn(world).deployments, carrying: async () => [], create: async (_: string, wanted: object) => (sent.push(wanted), { id: 1, url: '', state: 'running' as const }) } };
    const { promote } = createPromotions({ catalog: { read: () => expect.unreachable() }, forge, environments: {} as Environments, readLagMs: 0 });
    for (const currentAttemptScheduledTimestampMs of [1_000, 2_000]) await oneAttempt({ currentAttemptScheduledTimestampMs }).run(() => promote({ ...promotion, mechanism: { kind: 'deployment' } }));
    expect(sent).toMatchObject([{ payload: { fence: 3, attempt: 1_000 } }, { payload: { fence: 3, attempt: 2_000 } }]);
  });
});
