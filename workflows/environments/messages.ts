import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Claiming, Following, FreezeNews, Granting, Landing, Leaving, Superseding } from '../../domain/environments/claim.ts';
import type { ClaimAnswer, EnvironmentStatus } from '../../domain/environments/environment.ts';
import type { Freezing, Thawing } from '../../domain/environments/freeze.ts';
import { message } from '../release/messages.ts';

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
