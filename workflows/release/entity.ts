import { rootCause } from '@temporalio/common';
import { allHandlersFinished, condition, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Refusal } from '../../domain/people/decision.ts';
import { withRefusal } from '../../domain/people/decision.ts';
import type { Outage } from '../../domain/release/outage.ts';
import { receiveOutages } from './heard/outages.ts';
import type { Refusals } from './inbox.ts';
import { now } from './status.ts';

/** A new run begins, with all that is known, before the history grows heavy: events. */
const longest = 4_000;

/**
 * What a workflow that lives for good knows, kept in step with its details in the UI. What it is told before its survey waits for that.
 *
 * @param page its details, at a time
 * @param isKnown what a run before has handed over needs no survey
 */
export function openRecord<Kept extends { readonly refused: readonly Refusal[] }>(first: Kept, page: (record: Kept, at: string, outages: readonly Outage[]) => string, isKnown = false) {
  let record = first;
  let known = isKnown;
  /** Why there is no such thing. */
  let unfit: string | undefined;
  /** Something has come since everybody was told: also what was refused makes the history longer. */
  let dirty = true;
  /** Which services do not answer. */
  let outages: readonly Outage[] = [];

  function put(next: Kept): void {
    record = next;
    dirty = true;
    show();
  }

  function show(): void {
    setCurrentDetails(page(record, now(), outages));
  }

  show();
  const refusals: Refusals = {
    refuse: (message, why) => put({ ...record, refused: withRefusal(record.refused, { message, why, at: now() }) }),
  };

  receiveOutages(refusals, (changed) => {
    outages = changed;
    show();
  });

  return {
    get: () => record,
    outages: () => outages,
    put,
    refusals,
    isKnown: () => known,
    unfit: () => unfit,
    /** What the world knows of it is known here, too. */
    learn(): void {
      known = true;
    },
    /** Nothing more comes of it, and whoever has asked is told why. */
    giveUp(why: string): void {
      unfit = why;
    },
    async awaitSurvey(atMost: '10 seconds' | '5 seconds'): Promise<void> {
      await condition(() => known || unfit !== undefined, atMost);
    },
    isDirty: () => dirty,
    soil(): void {
      dirty = true;
    },
    clean(): void {
      dirty = false;
    },
  };
}

/** Looks up what the world knows of it; where that fails for good, so does the workflow, once it has answered. */
export async function survey<Survey>({ begin, giveUp }: { begin(found: Survey): void; giveUp(why: string): void }, look: () => Promise<Survey>): Promise<void> {
  try {
    begin(await look());
  } catch (failure) {
    giveUp(rootCause(failure) ?? String(failure));
    await condition(allHandlersFinished);
    throw failure;
  }
}

/** Whether it is time for a new run. */
export function isHistoryLong(): boolean {
  return workflowInfo().historyLength > longest || workflowInfo().continueAsNewSuggested;
}

interface Living {
  tellEverybody(): Promise<void>;
  awaitChange(): Promise<void>;
  /** Nobody is left to be told. */
  quiet(): boolean;
}

/** Tells everybody of each change, for good. @param again continues in a new run. @param each is done besides, each time */
export async function liveOn({ tellEverybody, awaitChange, quiet }: Living, again: () => Promise<never>, each: () => void = () => {}): Promise<never> {
  for (;;) {
    await tellEverybody();
    each();
    if (isHistoryLong()) {
      await condition(allHandlersFinished);
      if (quiet()) return again();
    } else {
      await awaitChange();
    }
  }
}
