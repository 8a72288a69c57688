import { condition } from '@temporalio/workflow';
import type { Veto } from '../../domain/people/objection.ts';
import { spoken } from '../../domain/text/duration.ts';
import { insist } from '../people/obligations.ts';
import { callable, unless } from '../release/race.ts';
import { whyFrozen } from './grants.ts';
import type { Passage } from './passage.ts';
import type { Stage } from '../../domain/stages/rules.ts';

export type Soaked = { readonly kind: 'soaked' } | { readonly kind: 'unhealthy'; readonly reason: string } | { readonly kind: 'vetoed'; readonly veto: Veto };

/**
 * Waits until the stage has been healthy, under observation, for as long as the catalog asks. The clock stands still
 * while the release is paused or its environment frozen.
 */
export async function soakStage(passage: Passage, stage: Stage): Promise<Soaked> {
  const { objections, plan, status, work } = passage;
  const { soak: soakMs, environment } = stage;
  if (soakMs === undefined) return { kind: 'soaked' };
  let observedMs = 0;
  for (;;) {
    await clear(passage, stage);
    const veto = objections.veto(plan.candidate);
    if (veto) return { kind: 'vetoed', veto };
    status.stage(stage.name, 'soaking');
    status.enter('soaking', { waitingFor: { what: `${spoken(soakMs - observedMs)} of healthy ${environment}` } });
    const soFar = observedMs;
    const result = await insist(passage, `the watch of ${environment}`, () => observe(passage, stage, { soakMs, observedMs: soFar }));
    if (result.kind !== 'interrupted') return result;
    observedMs = (await work.observedSoFar(`read how long ${environment} was observed`)) ?? observedMs;
    const after = await result.ended();
    if (after) return after;
  }
}

/** Resolves once nothing stands in the way: no pause of the release, no freeze of the stage's environment. */
export async function clear(passage: Passage, stage: Stage): Promise<void> {
  const { leases, pause, status } = passage;
  while (hindered(passage, stage)) {
    await pause.over();
    const frozen = leases.frozen(stage.environment);
    if (!frozen) continue;
    status.enter(status.get().state, { waitingFor: { what: `the thaw of ${stage.environment}${whyFrozen(frozen)}`, whom: ['an operator'] } });
    await condition(() => !leases.frozen(stage.environment) || pause.active());
  }
}

export function hindered({ leases, pause }: Passage, { environment }: Stage): boolean {
  return pause.active() || leases.frozen(environment) !== undefined;
}

/** `ended` stops the sampling; it may have come to its end by itself in the meantime. */
type Observed = Soaked | { readonly kind: 'interrupted'; readonly ended: () => Promise<Soaked | undefined> };

/** Samples until it is enough, or something stands in the way. How far it came must be read while it still samples. */
async function observe(passage: Passage, stage: Stage, { soakMs, observedMs }: { readonly soakMs: number; readonly observedMs: number }): Promise<Observed> {
  const { plan, work } = passage;
  const { callOff, run } = callable();
  const { health: checks, unhealthyLimit, environment } = stage;
  const soak = { checks, soakMs, sampleMs: plan.pace.sample, ...(observedMs > 0 && { observedMs }), ...(unhealthyLimit !== undefined && { unhealthyLimitMs: unhealthyLimit }) };
  const finished = run(() => work.soak(soak, `observe ${environment}`)).then((sampled) => sampled && judged(sampled.value));
  const ended = () => {
    callOff();
    return finished;
  };
  return (await unless<Observed | undefined, Observed>(() => finished, () => (hindered(passage, stage) || passage.objections.veto(plan.candidate) ? { kind: 'interrupted', ended } : undefined)))!;
}

function judged({ failed }: { readonly failed?: string }): Soaked {
  return failed === undefined ? { kind: 'soaked' } : { kind: 'unhealthy', reason: failed };
}
