import { defineSignal } from '@temporalio/workflow';
import type { Offer } from '../../domain/people/decision.ts';

/** Sent by `updateComponent`, with what starts the release where it does not run yet. Believed only after a look of the release's own. */
export const candidate = defineSignal<[Offer]>('candidate');
