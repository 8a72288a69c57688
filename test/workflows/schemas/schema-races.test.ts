import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { planOf, scriptedSchemas } from './scripted-schemas.ts';
import { openMachine } from '../workflow-machine.ts';
import type { Said } from '../workflow-machine.ts';

const races = 300;
/** SLIPWAY_SEED has the races of another run again. */
const seed = Number(process.env.SLIPWAY_SEED ?? Date.now() % 2 ** 31);

const aborting: fc.Arbitrary<Said> = fc.record({
  name: fc.constant('abort'),
  as: fc.constantFrom('signal' as const, 'update' as const),
  payload: fc.constant({ by: 'alice', reason: 'race' }),
});

it(`publishes and merges, or takes everything back, whenever somebody aborts: in ${races} races (seed ${seed})`, async () => {
  const machine = await openMachine();
  onTestFinished(() => machine.close());
  const counts: Record<string, number> = {};

  const race = fc.asyncProperty(aborting, fc.gen(), async (said, draw) => {
    const { world, plan, activities } = smallWorld();
    const { result, status } = await machine.play<Outcome, ReleaseStatus>({
      ...{ workflowType: 'schemaRelease', workflowId: plan.id, input: request, activities, messages: [said] },
      choose: (count) => draw(fc.nat, { max: count - 1 }),
    });
    counts[result.kind] = (counts[result.kind] ?? 0) + 1;
    const done = result.kind === 'schemasReleased';
    expect(world).toEqual({ tarball: done, pull: done ? 'merged' : world.pull, published: done });
    expect(world.pull).not.toBe('open');
    expect(status.decisions.some(({ message }) => message === 'abort')).toBe(!done);
  });
  await fc.assert(race, { numRuns: races, seed, endOnFailure: true });

  console.log(`seed ${seed}: ${JSON.stringify(counts)}`);
  // Otherwise they were no races.
  for (const kind of ['schemasReleased', 'aborted']) expect(counts[kind], kind).toBeGreaterThan(0);
}, 120_000);

const request = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' } as const;

/** As much of a bucket and a forge as a release can leave in a mess. */
function smallWorld() {
  const world = { tarball: false, pull: 'none' as 'none' | 'open' | 'closed' | 'merged', published: false };
  const plan = planOf(request);
  const well = scriptedSchemas(plan).activities;
  const activities: Partial<Activities> = {
    ...well,
    async makeArchive(work) {
      world.tarball = true;
      return well.makeArchive(work);
    },
    async withdrawArchive() {
      world.tarball = false;
      return { kind: 'removed' };
    },
    async openSchemaPullRequest(change) {
      world.pull = 'open';
      return well.openSchemaPullRequest(change);
    },
    async withdrawSchemaPullRequest() {
      if (world.pull === 'open') world.pull = 'closed';
      return { kind: 'withdrawn', number: 7 };
    },
    async uploadSchemas(work) {
      world.published = true;
      return well.uploadSchemas(work);
    },
    async mergePullRequest(merge) {
      if (world.pull !== 'open') return { kind: 'closed', by: 'somebody' };
      world.pull = 'merged';
      return well.mergePullRequest(merge);
    },
  };
  return { world, plan, activities };
}
