import type { Turn } from '../../activities/component/pipelines.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Choice } from '../../domain/people/decision.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { Undo } from '../release/compensation.ts';
import { ejected, enqueued, triedAgain } from '../changes/merge-queue.ts';
import { adopt, amended, changeOf, follow, opened, renewed, updated, versionChange, withdrawal, withdrawn } from './version-pull-request.ts';
import type { Draft } from './version-pull-request.ts';
import { answeredRed, examined, offered, passedAgain, unfit, unreported } from '../changes/red-pipeline.ts';
import type { Release } from './release.ts';
import { reminding } from '../changes/reminders.ts';
import { insist } from '../people/obligations.ts';
import { unless } from '../release/race.ts';
import { Stop } from '../release/stop.ts';

/** What was merged in the end, and its commit on the base branch. */
export interface Landed {
  readonly plan: ReleasePlan;
  readonly sha: Sha;
}

type Event = Turn | { readonly kind: 'offer'; readonly sha: Sha } | { readonly kind: 'decision'; readonly choice: Choice } | { readonly kind: 'paused' };

/** Carries the candidate into the base branch: opens the pull request, and follows whatever happens to it, until it is merged. */
export async function landed(release: Release, register: (undo: Undo) => void): Promise<Landed> {
  const { plan } = release;
  let draft: Draft | undefined;
  register({
    what: `the pull request on ${plan.downstream.head}`,
    act: () => withdrawn(release, draft ? withdrawal(draft) : versionChange(plan, { after: 0 })),
  });
  return reminding(release, async () => {
    await release.pause.over();
    draft = await insist(release, 'opening the pull request', () => opened(release, plan, { after: 0 }));
    if (draft.pull.carries !== plan.candidate) {
      const found = draft;
      draft = await insist(release, workOn(found), async () => {
        await keptFromMerging(release, found);
        const adopting = await adopt(release, found);
        // What a person has chosen stays.
        if (adopting.pull.chosenBy !== undefined || adopting.plan.candidate === plan.candidate) return adopting;
        return amended(release, adopting, { sha: plan.candidate, notBefore: [plan.pinned] });
      });
    }
    for (;;) {
      const now: Draft = draft;
      const event = await insist(release, workOn(now), () => happened(release, now));
      const next: Draft | Landed = await insist(release, workOn(now), async () => {
        if (event.kind !== 'green') await keptFromMerging(release, now);
        return taken(release, now, event);
      });
      if ('sha' in next) return next;
      draft = next;
    }
  });
}

function workOn({ pull }: Draft): string {
  return `the work on #${pull.number}`;
}

/** Waits for what happens next: on the forge, among newer commits, or in what people decide. */
async function happened({ status, work, wakes, offers, pause, questions, isExact }: Release, draft: Draft): Promise<Event> {
  const { plan, pull, carried, attempt, known, waitsForFix } = draft;
  const { number, head } = pull;
  const look = { change: changeOf(draft), number, head, required: plan.downstream.requiredChecks, ignored: plan.downstream.ignoredChecks, patience: plan.pace.patience, attempt, ...(known && { known }), ...(pull.chosenBy && { chosenBy: pull.chosenBy }) };
  if (pause.active()) return { kind: 'paused' };
  if (!known) status.enter('pipeline', { waitingFor: { what: `the pipeline of #${number}` }, next: 'merge when green' });
  const event = await unless(
    () => wakes.wakeable(() => work.pipeline(look, `look at the pipeline of #${number}`)),
    (): Event | undefined => {
      if (pause.active()) return { kind: 'paused' };
      const choice = questions.answer();
      if (choice) return { kind: 'decision', choice };
      const sha = isExact && !waitsForFix ? undefined : offers.newest();
      return sha !== undefined && !carried.includes(sha) ? { kind: 'offer', sha } : undefined;
    },
  );
  // Whatever it was is still so after the pause, or it doesn't count any more.
  return pause.active() ? { kind: 'paused' } : event;
}

/** The forge would merge it by itself whatever becomes of its head, or in a pause. A later look merges it, or lets it be merged, anew. */
async function keptFromMerging({ work }: Release, { plan, pull: { number } }: Draft): Promise<void> {
  const { repository, autoMerge } = plan.downstream;
  if (autoMerge) await work.keepFromMerging({ repository, number }, `keep #${number} from merging itself`);
}

async function taken(release: Release, draft: Draft, event: Event): Promise<Draft | Landed> {
  switch (event.kind) {
    case 'paused':
      await release.pause.over();
      return draft;
    case 'green':
      return merged(release, passedAgain(release, draft));
    case 'red':
      return examined(release, draft, event.failed);
    case 'unreported':
      return unreported(release, draft, event);
    case 'decision':
      if (draft.known?.kind === 'ejected' && event.choice.choice === 'retry') return triedAgain(release, draft);
      return answeredRed(release, draft, event.choice);
    case 'offer':
      release.offers.take();
      return offered(release, draft, event.sha);
    case 'edited':
      return follow(release, draft, event);
    case 'unfit':
      return unfit(release, draft, event.failed);
    case 'conflict':
      return renewed(release, draft, 'it conflicts with its base');
    case 'behind':
      return updated(release, draft, event);
    case 'ejected':
      return ejected(release, draft, event);
    case 'baseFixed':
      return renewed(release, draft, 'its base is green again');
    case 'overtaken':
      throw new Stop({ kind: 'overtaken', pinned: event.pinned });
    case 'foreign':
      throw new Stop({ kind: event.isMerged ? 'mergedOtherwise' : 'mergeRefused', reason: event.why });
    case 'closed':
      throw new Stop({ kind: 'closed', by: event.by });
  }
}

/** Merges at exactly the head that was green. Whatever keeps it from being merged is looked at again. */
async function merged(release: Release, draft: Draft): Promise<Draft | Landed> {
  const { status, work } = release;
  const { number, head: sha } = draft.pull;
  const { repository, head, merge: method } = draft.plan.downstream;
  status.enter('merging', { next: `merge #${number}` });
  const result = await work.mergePullRequest({ repository, number, sha, head, method, brings: { path: draft.plan.downstream.versionFile, text: draft.plan.candidate } }, `merge #${number}`);
  switch (result.kind) {
    case 'merged':
      status.stays(`#${number} is merged`);
      return { plan: draft.plan, sha: result.sha };
    case 'moved':
    case 'conflicts':
      return draft;
    case 'unreviewed':
      return reviewed(release, draft);
    case 'behind':
      return { ...draft, known: { kind: 'behind' } };
    case 'queueRequired':
      return enqueued(release, draft);
    case 'closed':
      throw new Stop({ kind: 'closed', by: result.by });
    case 'otherwise':
      throw new Stop({ kind: 'mergedOtherwise', reason: result.reason });
    case 'refused':
      throw new Stop({ kind: 'mergeRefused', reason: result.reason });
  }
}

/** Has it reviewed by the second identity where there is one. Else, and where that isn't enough, people have to. */
async function reviewed({ status, work }: Release, draft: Draft): Promise<Draft> {
  const { number, head: sha } = draft.pull;
  const { repository, head, merge: method, autoMerge } = draft.plan.downstream;
  const asked = { repository, number, sha };
  const review = draft.known?.kind === 'unreviewed' ? 'nobody' : await work.approvePullRequest(asked, `approve #${number}`);
  if (autoMerge) await work.letMerge({ ...asked, head, method }, `let #${number} merge itself`);
  status.enter('pipeline', {
    waitingFor: { what: `a review of #${number}`, ...(review === 'nobody' && { whom: ['somebody who may approve it on the forge'] }) },
    next: `merge #${number}`,
  });
  return { ...draft, known: { kind: 'unreviewed' } };
}
