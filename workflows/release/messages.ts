import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decision, Refusal } from '../../domain/people/decision.ts';
import type { Agreed } from '../../domain/release/agreed.ts';
import type { Progress } from '../../domain/release/progress.ts';
import type { OutageNews } from '../../domain/release/outage.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';

/**
 * What may be said to a running workflow. Each message is a Signal and an Update of one name and shape: the Signal for the
 * UI and for scripts that do not wait, the Update for whoever wants to hear whether it was accepted.
 */
export function message<Payload>(name: string) {
  return { name, signal: defineSignal<[Payload]>(name), update: defineUpdate<string, [Payload]>(name) } as const;
}

export type Message<Payload> = ReturnType<typeof message<Payload>>;

/** Nobody decides by it, so it is a Signal only. It carries what happened, for the reader of the history. */
export const wake = defineSignal<[{ readonly about?: string }?]>('wake');

/** Sent by a release's own activities. */
export const progress = defineSignal<[Progress]>('progress');
export const outage = defineSignal<[OutageNews]>('outage');

export const status = defineQuery<ReleaseStatus>('status');
export const history = defineQuery<{ readonly decisions: readonly Decision[]; readonly refused: readonly Refusal[] }>('history');
export const plan = defineQuery<Agreed | null>('plan');
