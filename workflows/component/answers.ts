import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { toldFailures } from '../../domain/code/pipeline.ts';
import type { Choice } from '../../domain/people/decision.ts';
import type { Changing } from '../changes/change.ts';
import { componentId, toldVeto } from '../../domain/people/objection.ts';
import type { Veto } from '../../domain/people/objection.ts';
import { yourLogin } from '../../domain/people/person.ts';
import { enqueue } from '../changes/merging.ts';
import { ask, decision, rerun } from '../changes/red-pipeline.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import { rootMessage } from '../release/conclusion.ts';
import { Stop } from '../release/stop.ts';
import { vetoAfterClosing } from './objecting.ts';
import type { Work } from '../release/work.ts';
import type { Release } from './release.ts';
import { accept } from './foreign.ts';
import { amend, versionChange } from './version-pull-request.ts';
import type { Draft } from './version-pull-request.ts';

const choices = ['retry', 'close', 'waitForFix', 'useSha', 'abort'] as const;

/** What people may decide about a version pull request that is red, or thrown out of a queue. */
export function answersOn(plan: ReleasePlan, work: Work): Changing['answers'] {
  return {
    choices,
    refusal: ({ choice, sha }) => (choice === 'useSha' && sha === undefined ? 'useSha needs the sha' : undefined),
    judge: ({ choice, sha }) => (choice === 'useSha' ? judge(plan, work, sha!) : undefined),
  };
}

/** A commit that can't be carried is refused to whoever has chosen it. */
async function judge(plan: ReleasePlan, work: Work, sha: Sha): Promise<string | undefined> {
  try {
    return await work.judgeCandidate({ change: versionChange(plan, { after: 0 }), sha, notBefore: [plan.pinned] }, `judge ${shortSha(sha)}`);
  } catch (failure) {
    return `it could not be seen in time whether ${sha} can be carried: ${rootMessage(failure)}. Send it again`;
  }
}

/** Does what a person has decided. */
export async function heed(release: Release, draft: Draft, { choice, by, reason, sha }: Choice): Promise<Draft> {
  const { number } = draft.pull;
  release.questions.withdraw();
  switch (choice as (typeof choices)[number] | 'accept') {
    case 'accept':
      return accept(release, draft, draft.foreign!);
    case 'retry': {
      if (draft.known?.kind === 'ejected') return enqueueAgain(release, draft);
      if (draft.known?.kind === 'refused') return withoutKnown(draft);
      const again = await rerun(release, draft);
      return again ? withoutWaiting(again) : ask(release, draft, `the pipeline of #${number}, which the forge can't run again`);
    }
    case 'waitForFix':
      // None may ever come: the question stays open.
      return ask(release, { ...draft, waitsForFix: true as const }, draft.asked!, { what: `a green commit that mends #${number}` });
    case 'useSha': {
      const next = await amend(release, draft, { sha: sha!, notBefore: [draft.plan.pinned], why: `${by} has chosen it` });
      return next === draft ? ask(release, draft, draft.asked!) : next;
    }
    case 'close':
      if (draft.foreign?.isMerged) throw new Stop({ kind: 'mergedOtherwise', reason: draft.foreign.why });
      if (!draft.plan.isBack && !draft.foreign) await vetoAfterClosing({ ...release, plan: draft.plan }, { by, ...(reason && { reason }), ...(draft.asked && { asked: draft.asked }) });
      throw new Stop({ kind: 'closed', by, ...(reason && { reason }) });
    case 'abort':
      throw new Stop({ kind: 'aborted', by, reason: reason ?? 'the pipeline is red' });
  }
}

async function enqueueAgain(release: Release, draft: Draft): Promise<Draft> {
  const { known: _, ...rest } = draft;
  const known = await enqueue(release, rest.pull, { time: 2 });
  return { ...rest, ...(known && { known }) };
}

function withoutKnown(draft: Draft): Draft {
  const { known: _, ...rest } = draft;
  return rest;
}

function withoutWaiting(draft: Draft): Draft {
  const { waitsForFix: _, ...rest } = draft;
  return rest;
}

/** Takes up a newer green commit: at once, or, while a red pipeline is a person's to decide on, as the catalog says. */
export async function takeOffer(release: Release, draft: Draft, sha: Sha): Promise<Draft> {
  const { plan, known, waitsForFix, carried, asked } = draft;
  const isAsked = (known?.kind === 'regression' || known?.kind === 'ejected') && plan.pin.whenFixed === 'ask' && !waitsForFix;
  if (!isAsked) return amend(release, draft, { sha, notBefore: carried });
  return ask(release, draft, asked!, {
    what: `a decision on ${asked}: ${shortSha(sha)} is newer, and green on the mirror`,
    send: [{ message: 'decide', payload: { choice: 'useSha', by: yourLogin, sha } }],
  });
}

/** What people may decide about one that is vetoed: anything but to try it again. */
const instead = choices.filter((choice) => choice !== 'retry');

/** Asks about a commit that was vetoed while its pull request was open. A newer one is taken as ever; the veto may be lifted, too. */
export function askOfVeto(release: Release, draft: Draft, veto: Veto): Draft {
  const { component, candidate } = draft.plan;
  const about = `#${draft.pull.number}: ${toldVeto(veto, candidate)}`;
  const send = [{ message: 'decide', payload: { choice: instead[0], by: yourLogin } }, { message: 'lift', to: componentId(component), payload: { sha: veto.sha, by: yourLogin } }];
  return ask({ ...release, answers: { ...release.answers, choices: instead } }, { ...draft, known: { kind: 'vetoed' } }, about, { send });
}

/** Its veto was lifted: what was to be decided is moot. */
export function goOn({ questions }: Release, draft: Draft): Draft {
  questions.withdraw();
  return withoutKnown(draft);
}

/** Asks about a version that a person has set, and that the mirror's checks don't allow. */
export function askOfUnfit(release: Release, draft: Draft, failed: readonly FailedCheck[]): Draft {
  const { mirror, candidate } = draft.plan;
  const { number, chosenBy } = draft.pull;
  release.reporter.tell({ name: `unfit-${shortSha(candidate)}`, line: `${shortSha(candidate)}, which ${chosenBy} has set in #${number}, is red on ${mirror}: ${toldFailures(failed)}`, urgent: true, wanted: decision(release) });
  return ask(release, { ...draft, known: { kind: 'unfit' } }, `the version of #${number}, which is red on ${mirror}`);
}
