import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { choosing, unfitForStage } from './choices.ts';
import type { Choice } from '../../domain/people/decision.ts';
import type { Approved } from '../people/approvals.ts';
import { deliver } from './deployment.ts';
import { holdEnvironment, Objected } from './leases.ts';
import type { Lease } from './leases.ts';
import type { Passage, Previous, Touched } from './passage.ts';
import { settle, toldRunning } from './contents.ts';
import type { Coming } from './contents.ts';
import { bringBack, findHindrance, rollBack } from './rollback.ts';
import { remains } from './remains.ts';
import { awaitNoObjection, TakeBack } from './vetoes.ts';
import { toldLifting, toldVeto } from '../../domain/people/objection.ts';
import { insist } from '../people/obligations.ts';
import { clear, hindered, soakStage } from './soak.ts';
import { Stop } from '../release/stop.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { attemptKey, promotionKey } from '../../domain/release/keys.ts';

/**
 * Carries the merged candidate through one stage: approved, promoted, soaked, and where it fails, as people decide.
 *
 * @returns the commit that runs there now: a newer one that has the candidate, where people wanted that
 */
export async function passStage(passage: Passage, stage: Stage, sha: Sha): Promise<Sha> {
  try {
    return await pass(passage, stage, sha);
  } catch (failure) {
    if (failure instanceof TakeBack) return takeBack(passage, stage, failure);
    if (failure instanceof Stop && failure.reason.kind === 'superseded') await lookAgain(passage);
    throw failure;
  }
}

/** Whoever has superseded it may run by now where it ran: what is told as staying is there, unless nobody can tell. */
async function lookAgain({ plan, status, touched, work }: Passage): Promise<void> {
  for (const { stage, sha } of touched) {
    const { environment } = stage;
    const look = { environment, repository: plan.deployedFrom.repository, component: plan.component, sha, patience: 0 };
    const found = await work.confirmContents(look, `look at what ${environment} runs`).catch(() => undefined);
    if (found?.runs && found.runs.sha !== sha) status.staysNot(remains(stage));
  }
}

async function pass(passage: Passage, stage: Stage, sha: Sha): Promise<Sha> {
  const { approvals, leases, plan } = passage;
  await awaitNoObjection(passage, stage);
  const approved = await insist(passage, `the approval of ${stage.name}`, () => approvals.collect(stage, passage, () => leases.rivals.get(promotionKey(plan, stage.name))));
  const wish = { candidate: plan.candidate, sha, purpose: 'promote' } as const;
  for (;;) {
    // Others may have the environment meanwhile.
    await awaitNoObjection(passage, stage);
    const result = await tryToHold(() => holdEnvironment(passage, stage, wish, (lease) => carryThrough(passage, stage, sha, { lease, approved })));
    if (result === 'objected') continue;
    if (result!.kind === 'outgrown') return pass(passage, stage, sha);
    if (result!.kind === 'through') return result!.sha;
    throw new TakeBack(result!);
  }
}

async function tryToHold<T>(body: () => Promise<T>): Promise<T | 'objected'> {
  try {
    return await body();
  } catch (failure) {
    if (failure instanceof Objected) return 'objected';
    throw failure;
  }
}

async function takeBack(passage: Passage, stage: Stage, { by, reason }: TakeBack): Promise<never> {
  const { reporter } = passage;
  await rollBack(passage);
  reporter.tell({ name: 'rolled-back', line: `rolled back: ${reason}`, label: 'rolled-back' });
  throw new Stop({ kind: 'rolledBack', stage: stage.name, reason, ...(by && { by }) });
}

type Carried =
  | { readonly kind: 'through'; readonly sha: Sha }
  /** It would bring more than was approved. */
  | { readonly kind: 'outgrown' }
  /** It is to be rolled back, with this stage done already. By nobody, where the catalog decides. */
  | { readonly kind: 'rolledBack'; readonly by?: string; readonly reason: string };

interface StageFailure {
  readonly reason: string;
  readonly attempt: number;
  /** What somebody has decided about it already. */
  readonly answer?: StageAnswer;
}

/** As often as people want it tried. */
async function carryThrough(passage: Passage, stage: Stage, wanted: Sha, { lease, approved: { by: approvedBy, told } }: { readonly lease: Lease; readonly approved: Approved }): Promise<Carried> {
  const { approvals, objections, plan, status, touched } = passage;
  let sha = wanted;
  let touch: Touched | undefined;
  const unlessUnwanted = () => {
    if (!touch && objections.stand(plan.candidate)) throw new Objected();
  };
  for (let attempt = 1; ; attempt++) {
    const known = attempt === 1 && !hindered(passage, stage) ? lease.standing : undefined;
    unlessUnwanted();
    await clear(passage, stage);
    unlessUnwanted();
    const coming = await settle(passage, stage, sha, { fence: lease.fence, known });
    ({ sha } = coming);
    const isOutgrown = () => approvals.outgrown(stage, passage, { told, runs: coming.runs?.candidate });
    if (attempt === 1 && (await insist(passage, `a look at what ${stage.environment} lacks`, isOutgrown))) return { kind: 'outgrown' };
    const previous = touch?.previous ?? replaced(coming, lease);
    if (touch) touched.pop();
    touched.push((touch = { stage, sha, ...(previous && { previous }) }));
    const failure = await tryStage(passage, stage, { coming, attempt, approvedBy, lease });
    if (!failure) {
      status.stage(stage.name, 'done');
      return { kind: 'through', sha };
    }
    const how = await resolve(passage, stage, { ...failure, attempt }, lease);
    if (how === 'skipped') return { kind: 'through', sha };
    if (how !== 'again') return how;
  }
}

/** What it takes the place of: what runs there is believed before what the environment's record says. */
function replaced({ runs, isThere }: Coming, { previous }: Lease): Previous | undefined {
  if (isThere || runs?.candidate === undefined) return previous;
  return { candidate: runs.candidate, sha: runs.sha, ...(runs.release && { release: runs.release }) };
}

/** Does what people decide about a stage that failed. */
async function resolve(passage: Passage, stage: Stage, failure: StageFailure, lease: Lease): Promise<'again' | 'skipped' | Extract<Carried, { kind: 'rolledBack' }>> {
  const { status, touched } = passage;
  let why = failure.reason;
  let given = failure.answer;
  for (let automatic = stage.onFailure === 'rollback'; ; automatic = false) {
    const { choice, by, reason } = given ?? (await whatNow(passage, stage, { ...failure, reason: why, automatic }));
    given = undefined;
    switch (choice) {
      case 'retry':
        return 'again';
      case 'skip':
        status.stage(stage.name, 'skipped');
        return 'skipped';
      case 'abort':
        throw new Stop({ kind: 'aborted', by: by!, reason: reason ?? why });
      case 'rollback': {
        const hindrance = await findHindrance(passage, touched.at(-1)!);
        if (hindrance === undefined) {
          await bringBack(passage, touched.pop()!, lease);
          return { kind: 'rolledBack', ...(by && { by }), reason: reason ?? why };
        }
        why = `${failure.reason}. It can't be rolled back: ${hindrance}`;
      }
    }
  }
}

interface Try {
  readonly coming: Coming;
  readonly attempt: number;
  readonly approvedBy: readonly string[];
  readonly lease: Lease;
}

/** Promotes and soaks once; answers why that failed, if it did. What runs there already is not deployed again, unless people want that. */
async function tryStage(passage: Passage, stage: Stage, { coming, attempt, approvedBy, lease }: Try): Promise<Omit<StageFailure, 'attempt'> | undefined> {
  const { plan, status, reporter, work } = passage;
  const { name, environment } = stage;
  const { sha } = coming;
  const delivery = { key: attemptKey(promotionKey(plan, name), attempt), candidate: plan.candidate, sha };
  if (coming.isThere && attempt === 1) {
    lease.bring(delivery);
    lease.settle('succeeded');
    reporter.tell({ name, line: `${environment} runs it already`, label: name });
  } else {
    if (passage.departure) await passage.departure(stage);
    status.stage(name, 'promoting');
    status.enter('promoting', { waitingFor: { what: `the deployment to ${environment}` } });
    const approved = approvedBy.length > 0 ? `, approved by ${approvedBy.join(', ')}` : '';
    reporter.tell({ name: attemptKey(name, attempt), line: `deploying to ${environment}${approved}`, label: name });
    const { state, url } = await deliver(passage, stage, delivery, lease);
    if (state === 'failed') return { reason: `the deployment to ${environment} failed: ${url}` };
    // What has nothing to look at is as it was before: another await would be another order of commands.
    const astray = passage.arrival ? await passage.arrival(stage, delivery) : undefined;
    if (astray !== undefined) return { reason: astray };
    reporter.tell({ name: `${attemptKey(name, attempt)}-deployed`, line: `deployed to ${environment}${approved}: ${url}`, withNext: isOverSoon(passage, stage) });
  }
  if (!status.get().stays.includes(remains(stage))) status.stays(remains(stage));
  const soak = await soakStage(passage, stage);
  if (soak.kind === 'vetoed') return { reason: toldVeto(soak.veto, plan.candidate) };
  if (soak.kind === 'unhealthy') return { reason: `${environment} is not healthy: ${soak.reason}` };
  if (soak.kind === 'decided') return { reason: `${soak.choice.by} has ended the soak of ${name}`, answer: soak.choice as StageAnswer };
  const shows = { environment, repository: plan.deployedFrom.repository, component: plan.component, sha };
  if (await lease.leave(shows)) return undefined;
  const look = { ...shows, patience: plan.pace.patience };
  const found = await insist(passage, `a look at what ${environment} runs`, () => work.confirmContents(look, `confirm that ${environment} runs it`));
  return found.isThere ? undefined : { reason: `${environment} runs ${found.runs ? toldRunning(found.runs) : 'nothing that is known'}, without ${shortSha(sha)}` };
}

/** Whether the next thing to tell of comes so soon that a message of its own is not worth its events. */
function isOverSoon({ plan, pause }: Passage, { soak = 0 }: Stage): boolean {
  return soak < plan.pace.patience && !pause.active();
}

type StageAnswer = { readonly choice: 'retry' | 'skip' | 'rollback' | 'abort'; readonly by?: string; readonly reason?: string | undefined };

/** Asks people how to go on, unless the catalog knows. */
async function whatNow({ plan, objections, questions, status, reporter }: Passage, stage: Stage, { reason, attempt, automatic }: StageFailure & { readonly automatic: boolean }): Promise<StageAnswer> {
  const { name, environment } = stage;
  const choices = ['retry', 'rollback', 'skip', 'abort'] as const;
  const send = choosing(choices, name);
  const failed = { name: `${attemptKey(name, attempt)}-failed`, urgent: true } as const;
  status.stage(name, 'failed');
  if (automatic) {
    reporter.tell({ ...failed, line: `${reason}; rolling back` });
    return { choice: 'rollback', reason };
  }
  reporter.tell({ ...failed, line: `${reason}; somebody has to decide`, wanted: { whom: [], send, at: environment } });
  const about = `how to go on after ${name}, which failed`;
  status.enter('deciding', { waitingFor: { what: about, whom: ['an operator'], send }, next: reason });
  return (await questions.pose({ about, choices, refusal: (answer) => unfitForStage(answer, stage) ?? whyNotAgain(answer) })) as StageAnswer;

  function whyNotAgain({ choice }: Choice): string | undefined {
    const veto = objections.veto(plan.candidate);
    return choice === 'retry' && veto ? `${toldVeto(veto, plan.candidate)}. Lift that first: ${toldLifting(plan.component, veto.sha)}` : undefined;
  }
}
