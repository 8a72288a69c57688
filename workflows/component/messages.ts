import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ComponentRecord, Objecting } from '../../domain/component/component-record.ts';
import type { Halting, Lifting, Vetoing } from '../../domain/people/objection.ts';
import { message } from '../release/messages.ts';
import type { Offer } from '../../domain/people/decision.ts';

/** Sent by `updateComponent`, with what starts the release where it does not run yet. Believed only after a look of the release's own. */
export const candidate = defineSignal<[Offer]>('candidate');

/** What people say to a component's workflow. */
export const halt = message<Halting>('halt');
export const veto = message<Vetoing>('veto');
export const lift = message<Lifting>('lift');

/** What releases say to it, by way of an activity: a workflow can't send Updates. */
export const objects = defineUpdate<void, [Objecting]>('objects');
export const componentStatus = defineQuery<ComponentRecord>('status');
