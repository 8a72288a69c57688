import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Claiming, Following, FreezeNews, Granting, Landing, Leaving, Superseding } from '../../domain/environments/claim.ts';
import type { Abortion, Choice, Decision, Interval, Offer, Refusal, Vote } from '../../domain/people/decision.ts';
import type { ClaimAnswer, EnvironmentStatus } from '../../domain/environments/environment.ts';
import type { Freezing, Thawing } from '../../domain/environments/freeze.ts';
import type { Progress } from '../../domain/release/progress.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { RolloutPlan } from '../../domain/flags/plan.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import type { Confirmation } from '../../domain/schemas/request.ts';
import type { Jumping, Overruling, Testing } from '../../domain/flags/steering.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';

/**
 * What may be said to a running workflow. Each message is a Signal and an Update of one name and shape: the Signal for the
 * UI and for scripts that do not wait, the Update for whoever wants to hear whether it was accepted.
 */
function message<Payload>(name: string) {
  return { name, signal: defineSignal<[Payload]>(name), update: defineUpdate<string, [Payload]>(name) } as const;
}

export type Message<Payload> = ReturnType<typeof message<Payload>>;

export const approve = message<Vote>('approve');
export const reject = message<Vote>('reject');
export const abort = message<Abortion>('abort');
export const decide = message<Choice>('decide');
export const pause = message<Interval>('pause');
export const resume = message<Interval>('resume');

/** To a schema release. */
export const confirm = message<Confirmation>('confirm');

/** Sent by a schema release's own activities. */
export const progress = defineSignal<[Progress]>('progress');

/** Sent by `updateComponent`, with what starts the release where it does not run yet. Believed only after a look of the release's own. */
export const candidate = defineSignal<[Offer]>('candidate');

/** To a rollout. */
export const advance = message<Overruling>('advance');
export const hold = message<Overruling>('hold');
export const jump = message<Jumping>('jump');
export const retry = message<Interval>('retry');
export const tested = message<Testing>('tested');

/** Nobody decides by it, so it is a Signal only. It carries what happened, for the reader of the history. */
export const wake = defineSignal<[{ readonly about?: string }?]>('wake');

export const status = defineQuery<ReleaseStatus>('status');
export const history = defineQuery<{ readonly decisions: readonly Decision[]; readonly refused: readonly Refusal[] }>('history');
export const plan = defineQuery<ReleasePlan | RolloutPlan | SchemaPlan | null>('plan');

/** What people say to an environment. */
export const freeze = message<Freezing>('freeze');
export const thaw = message<Thawing>('thaw');

/** What releases say to an environment, by way of an activity: a workflow can't send Updates. */
export const claim = defineUpdate<ClaimAnswer, [Claiming]>('claim');
export const leave = defineUpdate<void, [Leaving]>('leave');
/** Told as soon as a deployment is seen: its holder may soak for days before it leaves. */
export const deployed = defineSignal<[Landing]>('deployed');
/** What a rollout says to an environment, which is started where it does not run: it wants to be woken by each deployment, freeze and thaw. */
export const follow = defineSignal<[Following]>('follow');
export const environmentStatus = defineQuery<EnvironmentStatus>('status');

/** What an environment says to a release that has claimed it. */
export const granted = defineSignal<[Granting]>('granted');
export const superseded = defineSignal<[Superseding]>('superseded');
export const environmentFrozen = defineSignal<[FreezeNews]>('environmentFrozen');
