import { condition } from '@temporalio/workflow';
import type { Veto } from '../../domain/people/objection.ts';
import { spoken } from '../../domain/text/spoken.ts';
import type { Choice } from '../../domain/people/decision.ts';
import type { KnownHealth, Observation } from '../../domain/stages/soak.ts';
import { insist } from '../people/obligations.ts';
import { callable, unless } from '../release/race.ts';
import { whyFrozen } from './grants.ts';
import type { Passage } from './passage.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { choosing, unfitForStage } from './choices.ts';

export type Soaked =
  | { readonly kind: 'soaked' }
  | { readonly kind: 'unhealthy'; readonly reason: string }
  | { readonly kind: 'vetoed'; readonly veto: Veto }
  /** Somebody does not want it to go on. */
  | { readonly kind: 'decided'; readonly choice: Choice };

/** What is known of a soak so far. */
interface Course {
  readonly observedMs: number;
  /** How long its clock has stood still, in ms. */
  readonly stoodMs: number;
  readonly known: KnownHealth;
  /** What is wrong, while it is sick. */
  readonly why?: string;
  readonly before?: Observation;
}

const choices = ['rollback', 'abort'] as const;

/**
 * Waits until the stage has been healthy, under observation, for as long as the catalog asks, unless somebody decides otherwise. The clock
 * stands still while the release is paused or its environment frozen. Sickness is told at once.
 */
export async function soakStage(passage: Passage, stage: Stage): Promise<Soaked> {
  const { questions } = passage;
  const { soak: soakMs } = stage;
  if (soakMs === undefined) return { kind: 'soaked' };
  const about = `how to go on with ${stage.name}, which soaks`;
  questions.ask({ about, choices, refusal: (answer) => unfitForStage(answer, stage) });
  try {
    return await watch(passage, stage, soakMs);
  } finally {
    questions.withdraw();
  }
}

async function watch(passage: Passage, stage: Stage, soakMs: number): Promise<Soaked> {
  const { objections, plan, questions, work } = passage;
  const { environment } = stage;
  const decided = (): Soaked | undefined => {
    const [choice, veto] = [questions.answer(), objections.veto(plan.candidate)];
    if (choice) return { kind: 'decided', choice };
    return veto && { kind: 'vetoed', veto };
  };
  let course: Course = { observedMs: 0, stoodMs: 0, known: 'well' };
  for (;;) {
    const from: Course = course;
    const stood = await unless(() => stand(passage, stage, from), decided);
    if (typeof stood === 'object') return stood;
    course = { ...from, stoodMs: from.stoodMs + stood };
    show(passage, stage, { ...course, soakMs });
    const at = course;
    const result = await insist(passage, `the watch of ${environment}`, () => observe(passage, stage, { course: at, soakMs }));
    switch (result.kind) {
      case 'turned':
        course = tellHealth(passage, stage, course, result);
        continue;
      case 'interrupted': {
        const observedMs = decided() ? undefined : await work.observedSoFar(`read how long ${environment} was observed`);
        const after = (await result.ended()) ?? decided();
        if (after?.kind === 'turned') course = tellHealth(passage, stage, course, after);
        else if (after) return finish(passage, stage, { ...course, soakMs }, decided() ?? after);
        else course = { observedMs: observedMs ?? course.observedMs, stoodMs: course.stoodMs, known: course.known, ...(course.why && { why: course.why }) };
        continue;
      }
      default:
        // Whoever was told that it is accepted may rely on it, also where enough was observed in that moment.
        return finish(passage, stage, { ...course, soakMs }, decided() ?? result);
    }
  }
}

function finish({ status }: Passage, stage: Stage, { soakMs, stoodMs }: Course & { readonly soakMs: number }, soaked: Soaked): Soaked {
  if (soaked.kind === 'soaked') status.soak(stage.name, { ofMs: soakMs, observedMs: soakMs, stoodMs });
  return soaked;
}

function show({ status }: Passage, stage: Stage, { soakMs, observedMs, stoodMs, known, why }: Course & { readonly soakMs: number }): void {
  const { name, environment, health } = stage;
  const left = spoken(soakMs - observedMs);
  const what = health.length === 0 ? `${left} of ${environment}, at which nothing looks: ${name} names no health check` : `${left} of healthy ${environment}`;
  const isSick = known === 'sick';
  status.stage(name, 'soaking');
  status.soak(name, { ofMs: soakMs, observedMs, stoodMs });
  status.enter('soaking', {
    waitingFor: { what: isSick ? `${what}, which is ${why}` : what, ...(isSick && { whom: ['an operator'] }), send: choosing(choices, name) },
  });
}

/** The team hears of it at once: it may be all that they hear before people complain. */
function tellHealth({ reporter }: Passage, { name, environment }: Stage, course: Course, { turned, why, observation }: Turned): Course {
  const wanted = { whom: [], send: choosing(choices, name), at: environment };
  if (turned === 'sick') reporter.tell({ name: `${name}-sick`, line: `${environment} is ${why} while it soaks`, urgent: true, wanted });
  else reporter.tell({ name: `${name}-well`, line: `${environment} is healthy again` });
  return { observedMs: observation.observedMs, stoodMs: course.stoodMs, known: turned, before: observation, ...(turned === 'sick' && why && { why }) };
}

/** Resolves once nothing stands in the way: no pause of the release, no freeze of the stage's environment. */
export async function clear(passage: Passage, stage: Stage): Promise<void> {
  const { leases, pause, status, reporter } = passage;
  while (hindered(passage, stage)) {
    await pause.over();
    const frozen = leases.frozen(stage.environment);
    if (!frozen) continue;
    const what = `the thaw of ${stage.environment}${whyFrozen(frozen)}`;
    status.enter(status.get().state, { waitingFor: { what, whom: ['an operator'] } });
    reporter.tell({ name: `${stage.name}-frozen`, line: `${stage.name} waits for ${what}` });
    await condition(() => !leases.frozen(stage.environment) || pause.active());
  }
}

/** The same, of a soak whose clock stands still meanwhile. @returns for how long, in ms */
async function stand(passage: Passage, stage: Stage, { observedMs, stoodMs }: Course): Promise<number> {
  if (!hindered(passage, stage)) return 0;
  const { leases, status } = passage;
  const began = Date.now();
  const frozen = leases.frozen(stage.environment);
  const standing = frozen ? `frozen${whyFrozen(frozen)}` : 'the release is paused';
  status.soak(stage.name, { ofMs: stage.soak!, observedMs, stoodMs, standing });
  await clear(passage, stage);
  return Date.now() - began;
}

export function hindered({ leases, pause }: Passage, { environment }: Stage): boolean {
  return pause.active() || leases.frozen(environment) !== undefined;
}

interface Turned {
  readonly kind: 'turned';
  readonly turned: KnownHealth;
  readonly why?: string;
  readonly observation: Observation;
}

/** `ended` stops the sampling; it may have come to its end by itself in the meantime. */
type Observed = Soaked | Turned | { readonly kind: 'interrupted'; readonly ended: () => Promise<Soaked | Turned | undefined> };

/** Samples until it is enough, or something stands in the way. How far it came must be read while it still samples. */
async function observe(passage: Passage, stage: Stage, { course, soakMs }: { readonly course: Course; readonly soakMs: number }): Promise<Observed> {
  const { objections, plan, work, questions } = passage;
  const { callOff, run } = callable();
  const { health: checks, unhealthyLimit, environment } = stage;
  const { observedMs, known, before } = course;
  const rules = { checks, soakMs, sampleMs: plan.pace.sample, known, ...(unhealthyLimit !== undefined && { unhealthyLimitMs: unhealthyLimit }) };
  const soak = { ...rules, ...(before ? { before } : observedMs > 0 && { observedMs }) };
  const finished = run(() => work.soak(soak, `observe ${environment}`)).then((sampled) => sampled && judged(sampled.value));
  const ended = () => {
    callOff();
    return finished;
  };
  const isStopped = () => hindered(passage, stage) || questions.answer() !== undefined || objections.veto(plan.candidate) !== undefined;
  return (await unless<Observed | undefined, Observed>(() => finished, () => (isStopped() ? { kind: 'interrupted', ended } : undefined)))!;
}

function judged(end: Awaited<ReturnType<Passage['work']['soak']>>): Soaked | Turned {
  if ('turned' in end) return { kind: 'turned', ...end };
  return end.failed === undefined ? { kind: 'soaked' } : { kind: 'unhealthy', reason: end.failed };
}
