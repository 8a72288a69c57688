import type { Jumping, Overruling, Testing } from '../../domain/flags/steering.ts';
import type { Interval } from '../../domain/people/decision.ts';
import { message } from '../release/messages.ts';

/** What people say to a rollout. */
export const advance = message<Overruling>('advance');
export const hold = message<Overruling>('hold');
export const jump = message<Jumping>('jump');
export const retry = message<Interval>('retry');
export const tested = message<Testing>('tested');
