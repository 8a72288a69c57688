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

/** How many cases run side by side: most of the time a run waits, and five saturate two cores. */
const laneCount = 5;

/**
 * Defines the crash matrix of these cases: a run for each of their effects in which the worker is killed before it, after it, or frozen
 * then; and one in which its group is killed at each of them in turn, for activities start no processes that could live on. A matrix of
 * turns has only the like of the latter, and a quick one strikes each effect of the first case once.
 */
export async function survives(all: readonly Case[]): Promise<void> {
  const cases = chosen(all);
  if (quick) await endsTheSame(cases.slice(0, 1), (effects) => [killedByTurns(effects)], { lanes: 1 });
  else if (turns) await endsTheSame(cases, (effects) => [killedInTurn(effects, 'worker'), killedInTurn(effects, 'group')]);
  else await endsTheSame(cases, (effects) => [killedInTurn(effects, 'group'), ...killedOnce(effects, 'worker'), ...killedOnce(effects, 'zombie')]);
}

/** All of them, or those whose names contain `SLIPWAY_CASE`. */
export function chosen(all: readonly Case[]): readonly Case[] {
  const cases = all.filter(({ name }) => name.includes(process.env.SLIPWAY_CASE ?? ''));
  if (cases.length === 0) throw new Error(`no case is called "${process.env.SLIPWAY_CASE}". There are: ${all.map(({ name }) => name).join('; ')}`);
  return cases;
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
    const struck = one.strike === 'afterwards' ? effects.slice(undisturbed.attended) : effects;

    describe(one.name, () => {
      it('has effects to be struck', () => {
        expect(struck.length).toBeGreaterThan(0);
      });

      for (const { when, check, ...disturbance } of trials(struck)) {
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
  return { when: `when its ${fate(kill)} ${blows.length} times, before and after each of its effects`, blows };
}

/** Each of the effects once: before the first, after the second, and so on. */
function killedByTurns(effects: readonly Effect[]): Trial {
  const blows = effects.map((effect, index) => ({ effect, moment: moments[index % 2]!, kill: 'worker' as const }));
  return { when: `when its worker is killed ${blows.length} times, by turns before and after its effects`, blows };
}

function killedOnce(effects: readonly Effect[], kill: Kill): readonly Trial[] {
  return effects.flatMap((effect) => moments.map((moment) => ({ when: `when its ${fate(kill)} ${moment} ${named(effect)}`, blows: [{ effect, moment, kill }] })));
}

function fate(kill: Kill): string {
  return kill === 'zombie' ? 'worker is frozen' : `${kill} is killed`;
}
