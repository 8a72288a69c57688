import type { Abortion, Choice, Confirmation, Interval, Vote } from '../../domain/people/decision.ts';
import { defineSignal } from '@temporalio/workflow';
import type { ObjectionNews } from '../../domain/people/objection.ts';
import { message } from '../release/messages.ts';

/** What people say to any release. */
export const approve = message<Vote>('approve');
export const reject = message<Vote>('reject');
export const abort = message<Abortion>('abort');
export const decide = message<Choice>('decide');
export const confirm = message<Confirmation>('confirm');
export const pause = message<Interval>('pause');
export const resume = message<Interval>('resume');

/** What the workflow of a component says to its releases. */
export const objected = defineSignal<[ObjectionNews]>('objected');
