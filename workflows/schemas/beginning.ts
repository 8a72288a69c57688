import type { Outcome } from '../../domain/outcome.ts';
import { toldWork } from '../../domain/schemas/plan.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { begin } from '../release/beginning.ts';
import { unpaced } from '../release/work.ts';
import { doubt } from './asking.ts';
import type { SchemaRelease } from './session.ts';
import { accepted } from './stock.ts';

type SchemasHandedOver = Extract<Outcome, { kind: 'handedOver' | 'schemasUnderWay' }>;

/** Starts the release of the version under its own id, or finds it running; says so where it does something else than was asked. */
export async function handOverPlan(plan: SchemaPlan, request: object): Promise<SchemasHandedOver> {
  if ((await begin(plan.id, request)) === 'now') return { kind: 'handedOver', to: plan.id };
  const runs = await unpaced.differingRelease(plan, `ask ${plan.id} what it does`);
  return runs === undefined ? { kind: 'handedOver', to: plan.id } : { kind: 'schemasUnderWay', release: plan.id, runs, asked: toldWork(plan) };
}

/** What is known to be wrong, or looks like it, before anything is written. */
export async function examine(release: SchemaRelease): Promise<void> {
  const { named, doubts = [], action } = release.plan;
  if (named && action !== 'upload-current-schemas') accepted(named);
  if (doubts.length > 0) await doubt(release, doubts.join('; '), ['goOn']);
}
