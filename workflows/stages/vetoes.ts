import { condition } from '@temporalio/workflow';
import { componentId, toldVeto } from '../../domain/people/objection.ts';
import type { Veto } from '../../domain/people/objection.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { ask } from '../people/asking.ts';
import { firstOf } from '../release/race.ts';
import { Stop } from '../release/stop.ts';
import type { Passage } from './passage.ts';
import type { Stage } from '../../domain/stages/rules.ts';

/** What ran before is to come back, wherever the release has deployed. */
export class TakeBack extends Error {
  /** Nobody, where the catalog decides. */
  readonly by: string | undefined;
  readonly reason: string;

  constructor({ by, reason }: { readonly by?: string; readonly reason: string }) {
    super(reason);
    this.name = 'TakeBack';
    this.by = by;
    this.reason = reason;
  }
}

/**
 * Resolves once nobody objects to what the release carries, and nothing holds it up. A veto is asked about: it may be lifted, too.
 *
 * @throws {TakeBack} where people want what ran before
 */
export async function awaitNoObjection(passage: Passage, stage: Stage): Promise<void> {
  const { objections, pause, plan } = passage;
  for (;;) {
    await pause.over();
    const veto = objections.veto(plan.candidate);
    if (!veto) return;
    await decideOn(passage, stage, veto);
  }
}

async function decideOn(passage: Passage, stage: Stage, veto: Veto): Promise<void> {
  const { plan, touched, objections } = passage;
  const told = toldVeto(veto, plan.candidate);
  const lift = { message: 'lift', to: componentId(plan.component), payload: { sha: veto.sha, by: yourLogin } };
  const dilemma = { about: `${plan.component}, which is vetoed`, what: `a decision before ${stage.name}: ${told}`, choices: [...(touched.length > 0 ? ['rollback'] : []), 'abort'], also: [lift] };
  const isLifted = () => objections.veto(plan.candidate) === undefined;
  const ms = veto.until === undefined ? undefined : Math.max(0, Date.parse(veto.until) - Date.now()) + 1_000;
  const awaitLifting = async () => {
    if (ms === undefined) await condition(isLifted);
    else await condition(isLifted, ms);
  };
  const answer = await firstOf<Choice, void>(() => ask(passage, dilemma), awaitLifting);
  if (!answer) return;
  const { choice, by, reason = told } = answer;
  if (choice === 'rollback') throw new TakeBack({ by, reason });
  throw new Stop({ kind: 'aborted', by, reason });
}
