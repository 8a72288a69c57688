import { afterAll, describe, expect, it } from 'vitest';
import { openLanes } from './lanes.ts';
import { passed, rememberPassed } from './memory.ts';
import { named, run } from './matrix.ts';
import type { Blow, Case, Ending, Kill, Moment } from './matrix.ts';

const quick = process.env.SLIPWAY_QUICK === '1';
const moments: readonly Moment[] = ['before', 'after'];
const kills: readonly Kill[] = ['worker', 'group', 'zombie'];

/** How many cases run side by side: two cores are saturated by three. */
export const laneCount = 3;

/**
 * Defines the crash matrix of these cases. Each is run once undisturbed; then, for each of its effects, killed before and
 * after it, in every way. The world must end up the same, with every effect applied once. The quick matrix has one run of
 * the first case, which is killed before and after every effect in turn.
 */
export async function survives(cases: readonly Case[]): Promise<void> {
  const lanes = await openLanes(quick ? 1 : laneCount);
  afterAll(() => lanes.close());

  for (const one of quick ? cases.slice(0, 1) : cases) {
    const undisturbed = await lanes.use((lane) => run(lane, one));
    const blows = undisturbed.effects.flatMap((effect) => moments.map((moment) => ({ effect: { key: effect.key, nth: effect.nth }, moment })));

    describe(one.name, () => {
      it('has effects, each applied once', () => {
        expect(undisturbed.effects.length).toBeGreaterThan(0);
      });

      if (quick) {
        it(`ends the same when it is killed ${blows.length} times, before and after each of its effects`, async () => {
          const disturbed = await lanes.use((lane) => run(lane, one, blows.map((blow) => ({ ...blow, kill: 'worker' }))));
          expectSame(disturbed, undisturbed);
        });
        return;
      }
      for (const kill of kills) {
        for (const blow of blows) {
          const name = `ends the same when ${kill === 'zombie' ? 'its worker is frozen' : `its ${kill} is killed`} ${blow.moment} ${named(blow.effect)}`;
          const define = passed(`${one.name} ${name}`) ? it.skip : it.concurrent;
          define(name, async () => {
            expectSame(await lanes.use((lane) => run(lane, one, [{ ...blow, kill } satisfies Blow])), undisturbed);
            rememberPassed(`${one.name} ${name}`);
          });
        }
      }
    });
  }
}

function expectSame(disturbed: Ending, undisturbed: Ending): void {
  expect(disturbed.snapshot).toEqual(undisturbed.snapshot);
  expect(disturbed.effects.map(named).sort()).toEqual(undisturbed.effects.map(named).sort());
}
