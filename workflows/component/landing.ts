import type { Turn } from '../../activities/component/pipelines.ts';
import { afterLook, afterMerge } from '../../domain/changes/life.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import { toldVeto } from '../../domain/people/objection.ts';
import type { Veto } from '../../domain/people/objection.ts';
import type { Choice } from '../../domain/people/decision.ts';
import { take } from '../changes/life.ts';
import type { Carrier } from '../changes/life.ts';
import { keepFromMerging, leaveQueue, merge } from '../changes/merging.ts';
import { tellFlake } from '../changes/red-pipeline.ts';
import { remindWhile } from '../changes/reminders.ts';
import { insist } from '../people/obligations.ts';
import type { Undo } from '../release/compensation.ts';
import { unless } from '../release/race.ts';
import { Stop } from '../release/stop.ts';
import { askOfUnfit, askOfVeto, goOn, heed, takeOffer } from './answers.ts';
import { adopt, askOfForeign } from './foreign.ts';
import type { Release } from './release.ts';
import { amend, follow, open, renew, update, versionChange, versionChangeOf, withdraw, withdrawal } from './version-pull-request.ts';
import type { Draft } from './version-pull-request.ts';

/** What was merged in the end, and its commit on the base branch. */
export interface Landed {
  readonly plan: ReleasePlan;
  readonly sha: Sha;
}

type Event = Turn | { readonly kind: 'offer'; readonly sha: Sha } | { readonly kind: 'decision'; readonly choice: Choice } | { readonly kind: 'paused' | 'lifted' } | { readonly kind: 'vetoed'; readonly veto: Veto };

/** Carries the candidate into the base branch: opens the pull request, and follows whatever happens to it, until it is merged. */
export async function land(release: Release, register: (undo: Undo) => void): Promise<Landed> {
  const { plan } = release;
  let draft: Draft | undefined;
  register({
    what: `the pull request on ${plan.pin.head}`,
    act: () => withdraw(release, draft ? withdrawal(draft) : versionChange(plan, { after: 0 })),
  });
  return remindWhile(release, plan.pin.stale, async () => {
    await release.pause.over();
    draft = await insist(release, 'opening the pull request', () => open(release, plan, { after: 0 }));
    if (draft.pull.carries !== plan.candidate) {
      const found = draft;
      draft = await insist(release, `taking over ${pullOf(found)}`, async () => {
        await keepFromMerging(release, found.pull);
        const adopted = await adopt(release, found);
        // What a person has chosen stays.
        if (adopted.pull.chosenBy !== undefined || adopted.plan.candidate === plan.candidate) return adopted;
        return amend(release, adopted, { sha: plan.candidate, notBefore: [plan.pinned] });
      });
    }
    for (;;) {
      const now: Draft = draft;
      const event = await insist(release, `the look at ${pullOf(now)}`, () => awaitEvent(release, now));
      const next: Draft | Landed = await insist(release, stepAfter(now, event), async () => {
        if (event.kind !== 'green') await keepFromMerging(release, now.pull);
        return answer(release, now, event);
      });
      if ('sha' in next) return next;
      draft = next;
    }
  });
}

function pullOf({ plan, pull }: Draft): string {
  return `#${pull.number} of ${plan.pin.repository}`;
}

/** What an event leads to, for whoever has to do something about its being refused. */
function stepAfter(draft: Draft, event: Event): string {
  const pull = pullOf(draft);
  switch (event.kind) {
    case 'green':
      return `the merge of ${pull} into ${draft.plan.pin.branch}`;
    case 'red':
      return `what follows the red pipeline of ${pull}`;
    case 'decision':
      return `doing about ${pull} what ${event.choice.by} has decided (${event.choice.choice})`;
    case 'offer':
      return `having ${pull} carry ${shortSha(event.sha)}`;
    case 'edited':
    case 'foreign':
      return `following what somebody has pushed to ${pull}`;
    case 'behind':
    case 'conflict':
    case 'baseFixed':
      return `bringing ${pull} up to date with ${draft.plan.pin.branch}`;
    default:
      return `the next step of ${pull}`;
  }
}

/** Waits for what happens next: on the forge, among newer commits, or in what people decide. */
async function awaitEvent({ status, work, wakes, offers, pause, objections, questions, isExact }: Release, draft: Draft): Promise<Event> {
  const { plan, pull, carried, attempt, known, waitsForFix } = draft;
  const { number, head } = pull;
  const look = { change: versionChangeOf(draft), number, head, required: plan.pin.requiredChecks, ignored: plan.pin.ignoredChecks, patience: plan.pace.patience, attempt, ...(known && { known }), ...(pull.chosenBy && { chosenBy: pull.chosenBy }) };
  if (pause.active()) return { kind: 'paused' };
  if (!known) status.enter('pipeline', { waitingFor: { what: `the pipeline of #${number}` }, next: 'merge when green' });
  const event = await unless(
    () => wakes.wakeable(() => work.pipeline(look, `look at the pipeline of #${number}`)),
    (): Event | undefined => {
      if (pause.active()) return { kind: 'paused' };
      const veto = objections.veto(plan.candidate);
      if (veto && known?.kind !== 'vetoed') return { kind: 'vetoed', veto };
      if (!veto && known?.kind === 'vetoed') return { kind: 'lifted' };
      const choice = questions.answer();
      if (choice) return { kind: 'decision', choice };
      const sha = isExact && !waitsForFix ? undefined : offers.newest();
      return sha !== undefined && !carried.includes(sha) ? { kind: 'offer', sha } : undefined;
    },
  );
  // Whatever it was is still so after the pause, or it doesn't count any more.
  return pause.active() ? { kind: 'paused' } : event;
}

/** Does what an event asks for. */
async function answer(release: Release, draft: Draft, event: Event): Promise<Draft | Landed> {
  switch (event.kind) {
    case 'paused': {
      const kept = await leaveQueue(release, draft, release.pause.why() ?? 'it was paused');
      await release.pause.over();
      return kept;
    }
    case 'decision':
      return heed(release, draft, event.choice);
    case 'offer':
      release.offers.take();
      return takeOffer(release, draft, event.sha);
    case 'edited':
      return follow(release, draft, event);
    case 'vetoed':
      return askOfVeto(release, await leaveQueue(release, draft, toldVeto(event.veto, draft.plan.candidate)), event.veto);
    case 'lifted':
      return goOn(release, draft);
    case 'unfit':
      return askOfUnfit(release, draft, event.failed);
    case 'overtaken':
      throw new Stop({ kind: 'overtaken', pinned: event.pinned });
    case 'foreign':
      return askOfForeign(release, draft, event);
    default: {
      const step = afterLook(draft, event);
      if (step.do !== 'merge' && step.do !== 'end') return take(release, carrierOf(release), draft, step);
      await hearSilence(release, draft, event.kind === 'green' ? event.silent : undefined);
      return mergeGreen(release, draft);
    }
  }
}

/** What has never reported, on the mirror or of the pull request, is no reason to merge unasked. */
async function hearSilence(release: Release, { plan, pull }: Draft, silent: readonly string[] = []): Promise<void> {
  const { candidate, mirror } = plan;
  await release.goOnWithout(release, plan.silent ?? [], { of: `${shortSha(candidate)} on ${mirror}`, key: 'code.ignoredChecks' });
  await release.goOnWithout(release, silent, { of: `#${pull.number}`, key: 'pin.ignoredChecks' });
}

async function mergeGreen(release: Release, draft: Draft): Promise<Draft | Landed> {
  tellFlake(release, draft);
  const { component, candidate, isBack, mirror: source, pin: { versionFile: path } } = draft.plan;
  const merged = await merge(release, draft.pull, { brings: { path, text: candidate }, ...(!isBack && { carries: { component, candidate, source } }) });
  if (merged.kind === 'objected') release.objections.learn({ ...merged.objection, candidate });
  const step = afterMerge(draft, merged);
  if (step.do === 'end') return { plan: draft.plan, sha: step.sha };
  return step.do === 'merge' ? draft : take(release, carrierOf(release), draft, step);
}

function carrierOf(release: Release): Carrier<Draft> {
  return {
    update: (draft, { base }) => update(release, draft, { base }),
    renew: (draft, { why }) => renew(release, draft, why),
  };
}
