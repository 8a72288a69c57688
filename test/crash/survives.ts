import { afterAll, describe, expect, it } from 'vitest';
import type { Effect } from '../worlds.ts';
import { openLanes } from './lanes.ts';
import { passed, rememberPassed } from './memory.ts';
import { named, run } from './matrix.ts';
import type { Case, Disturbance, Ending, Kill, Moment } from './matrix.ts';

/** Something that a case has to survive. */
export interface Trial extends Disturbance {
  /** "when its worker is killed before …" */
  readonly when: string;
  /** What must hold, besides that the world ends up the same. */
  readonly check?: (ending: Ending) => void;
}

const quick = process.env.SLIPWAY_QUICK === '1';
const turns = process.env.SLIPWAY_TURNS === '1';
const moments: readonly Moment[] = ['before', 'after'];
const kills: readonly Kill[] = ['worker', 'group', 'zombie'];

/** How many cases run side by side: two cores are saturated by three. */
export const laneCount = 3;

/**
 * Defines the crash matrix of these cases: killed before and after each of their effects, in every way, in a run each. A matrix of turns
 * has a run for every way, which is killed before and after every effect in turn; the quick one has one of them, of the first case.
 */
export async function survives(cases: readonly Case[]): Promise<void> {
  if (quick) await endsTheSame(cases.slice(0, 1), (effects) => [killedInTurn(effects, 'worker')], { lanes: 1 });
  else if (turns) await endsTheSame(cases, (effects) => kills.map((kill) => killedInTurn(effects, kill)), { lanes: 2 });
  else await endsTheSame(cases, killedOnce);
}

/**
 * Runs each case once undisturbed, and once for each of the trials that are made from its effects. The world must end up the same,
 * with every effect applied once.
 */
export async function endsTheSame(
  cases: readonly Case[],
  trials: (effects: readonly Effect[]) => readonly Trial[],
  { lanes: count = laneCount }: { readonly lanes?: number } = {},
): Promise<void> {
  const lanes = await openLanes(count);
  afterAll(() => lanes.close());

  for (const one of cases) {
    const undisturbed = await lanes.use((lane) => run(lane, one));
    const effects = undisturbed.effects.map(({ key, nth }) => ({ key, nth }));

    describe(one.name, () => {
      it('has effects, each applied once', () => {
        expect(effects.length).toBeGreaterThan(0);
      });

      for (const { when, check, ...disturbance } of trials(effects)) {
        const name = `ends the same ${when}`;
        const define = passed(`${one.name} ${name}`) ? it.skip : it.concurrent;
        define(name, async () => {
          const disturbed = await lanes.use((lane) => run(lane, one, disturbance));
          expect(disturbed.snapshot).toEqual(undisturbed.snapshot);
          expect(disturbed.effects.map(named).sort()).toEqual(effects.map(named).sort());
          check?.(disturbed);
          rememberPassed(`${one.name} ${name}`);
        });
      }
    });
  }
}

function killedInTurn(effects: readonly Effect[], kill: Kill): Trial {
  const blows = effects.flatMap((effect) => moments.map((moment) => ({ effect, moment, kill })));
  return { when: `when its ${struck(kill)} ${blows.length} times, before and after each of its effects`, blows };
}

function killedOnce(effects: readonly Effect[]): readonly Trial[] {
  return kills.flatMap((kill) =>
    effects.flatMap((effect) =>
      moments.map((moment) => ({
        when: `when its ${struck(kill)} ${moment} ${named(effect)}`,
        blows: [{ effect, moment, kill }],
      })),
    ),
  );
}

function struck(kill: Kill): string {
  return kill === 'zombie' ? 'worker is frozen' : `${kill} is killed`;
}
