import { executeChild, ParentClosePolicy } from '@temporalio/workflow';
import type { Sha } from '../../../domain/code/commit.ts';
import { toldOutcome } from '../../../domain/outcome.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { FixPull } from '../../../domain/promotion/fix-plan.ts';
import type { FixOutcome } from '../../../domain/promotion/outcome.ts';
import { kinds, releaseId } from '../../../domain/release/kinds.ts';
import { ask } from '../../people/asking.ts';
import { insist, fulfil } from '../../people/obligations.ts';
import { rootMessage } from '../../release/conclusion.ts';
import { firstOf, isInterruption } from '../../release/race.ts';
import { Stop } from '../../release/stop.ts';
import { revert } from './revert.ts';
import type { Reverted } from './revert.ts';
import type { Fix } from './session.ts';

/** A pull request that was taken back, and by which one. */
export interface TakenBack {
  readonly pull: FixPull;
  /** By what it is out: without a number, where somebody has done it by hand. */
  readonly by: { readonly number?: number; readonly sha: Sha };
}

/** Takes everything back that is not to go out, the newest first. */
export async function takeBack(fix: Fix): Promise<readonly TakenBack[]> {
  const { plan } = fix;
  const taken: TakenBack[] = [];
  for (const pull of plan.pulls) {
    const why = `It is not to go to production with ${plan.release}, and comes back after that.`;
    const done = await insist(fix, `the revert of #${pull.number}`, () => revert(fix, pull, { way: 'out', why }));
    taken.push(done.kind === 'merged' ? { pull, by: done } : await awaitByHand(fix, pull, done));
  }
  return taken;
}

/** Where it can't be reverted by itself, somebody has to: that it is out is seen by the branch's history. */
async function awaitByHand(fix: Fix, pull: FixPull, { why }: Extract<Reverted, { kind: 'byHand' }>): Promise<TakenBack> {
  const { plan: { repository, rules }, work, wakes } = fix;
  const { number, mergeSha } = pull;
  const about = `a pull request that takes #${number} back`;
  const told = { name: `by-hand-${number}`, line: `${why}. Somebody has to open ${about}, with "Reverts ${repository}#${number}" in its text` };
  const see = () => wakes.wakeable(() => work.pullStands({ repository, branch: rules.branch, number, mergeSha, want: 'out' }, `wait until #${number} is out`));
  const end = await firstOf(see, () => ask(fix, { about, what: `${about}: ${why}`, choices: ['retry'], reasoned: [], state: 'held', told }));
  if (typeof end === 'string') return { pull, by: { sha: end } };
  const again = await insist(fix, `the revert of #${number}`, () => revert(fix, pull, { way: 'out', why: 'It is not to go to production yet.' }));
  return again.kind === 'merged' ? { pull, by: again } : awaitByHand(fix, pull, again);
}

/** Waits until stage runs everything that was merged. @returns what it runs */
export async function awaitStage(fix: Fix, shas: readonly Sha[]): Promise<Sha> {
  const { plan: { repository, rules }, status, work, wakes } = fix;
  const environment = rules.stage!;
  status.enter('deployment', { waitingFor: { what: `${environment} to run ${shas.map((sha) => sha.slice(0, 7)).join(', ')}` } });
  return insist(fix, `a look at ${environment}`, () => wakes.wakeable(() => work.runsAll({ environment, repository, shas }, `wait until ${environment} runs it`)));
}

/** Has the release go to production, and waits for its end. @returns why it has not come there: people have decided so */
export async function release(fix: Fix, sha: Sha): Promise<string | undefined> {
  const { plan, status, reporter, by } = fix;
  const { component, release: name } = plan;
  const workflowId = releaseId('production', component, name);
  reporter.tell({ name: 'release', line: `${workflowId} goes to production with ${sha.slice(0, 7)}` });
  for (;;) {
    status.enter('promoting', { waitingFor: { what: `${workflowId}, which asks for itself` } });
    const { kind, why } = await promote(workflowId, { component, release: name, sha, ...(by !== undefined && { by }) });
    if (kind === 'promoted') return undefined;
    if (['aborted', 'rejected', 'rolledBack', 'replaced'].includes(kind)) return why;
    const about = `${workflowId}, which did not come to production`;
    const told = { name: 'not-promoted', line: `${about}: ${why}; somebody has to decide: retry, giveUp` };
    const answer = await ask(fix, { about, what: `a decision on ${about}: ${why}`, choices: ['retry', 'giveUp'], reasoned: ['giveUp'], told });
    if (answer.choice === 'giveUp') return `${why}; given up by ${answer.by}: ${answer.reason}`;
  }
}

async function promote(workflowId: string, input: object): Promise<{ readonly kind: Outcome['kind'] | 'failed'; readonly why: string }> {
  try {
    const outcome = (await executeChild(kinds.production.workflow, { workflowId, args: [input], parentClosePolicy: ParentClosePolicy.ABANDON })) as Outcome;
    return { kind: outcome.kind, why: toldOutcome(outcome) };
  } catch (failure) {
    if (isInterruption(failure)) throw failure;
    return { kind: 'failed', why: rootMessage(failure) };
  }
}

/** Brings back what was taken back: owed until the branch has it, and stage runs it. */
export async function bringBack(fix: Fix, taken: readonly TakenBack[]): Promise<Pick<Extract<FixOutcome, { kind: 'fixed' }>, 'back' | 'givenUp'>> {
  const { plan, work, wakes } = fix;
  const { repository, rules: { branch } } = plan;
  const back: number[] = [];
  const givenUp: string[] = [];
  const shas: Sha[] = [];
  // The oldest first: what was taken back last stands on nothing.
  for (const { pull, by } of taken.toReversed()) {
    const { number, mergeSha } = pull;
    const end = await fulfil<Sha | undefined>(fix, {
      what: `#${number} in ${branch} again`,
      async act() {
        if (by.number === undefined) throw new Stop({ kind: 'mergeRefused', reason: `it was taken back by hand: bring it back by a pull request, too` });
        const done = await revert(fix, { number: by.number, title: pull.title }, { way: 'back', why: `${plan.release} is in production: #${number} can come back.` });
        if (done.kind === 'merged') return done.sha;
        throw new Stop({ kind: 'mergeRefused', reason: `${done.why}. Bring #${number} back by a pull request, with "Reverts ${repository}#${by.number}" in its text` });
      },
      async notice() {
        await wakes.wakeable(() => work.pullStands({ repository, branch, number, mergeSha, want: 'in' }, `wait until #${number} is back`));
        return undefined;
      },
    });
    if (end.kind === 'givenUp') givenUp.push(`#${number}: ${end.reason}`);
    else back.push(number);
    if (end.kind === 'done' && end.value) shas.push(end.value);
  }
  if (shas.length > 0) {
    const seen = await fulfil(fix, { what: `${plan.rules.stage} as it was before`, act: () => awaitStage(fix, shas) });
    if (seen.kind === 'givenUp') givenUp.push(seen.reason);
  }
  return { back, ...(givenUp.length > 0 && { givenUp }) };
}
