import { ActivityFailure } from '@temporalio/common';
import { CancellationScope } from '@temporalio/workflow';
import { toldOutcome } from '../../domain/outcome.ts';
import { rootMessage } from '../release/conclusion.ts';
import { firstOf, isInterruption } from '../release/race.ts';
import type { Session } from '../release/session.ts';
import { Stop } from '../release/stop.ts';
import { ask } from './asking.ts';
import type { Asking } from './asking.ts';

/**
 * Runs `act`, which may come to nothing without harm. What a service refuses for good is told and shown, and tried again when somebody says so.
 *
 * @param what it is, in a few words: "the merge of #7"
 */
export async function insist<T>(asking: Asking, what: string, act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (failure) {
      if (!isRefusal(failure)) throw failure;
      const why = rootMessage(failure);
      await ask(asking, { about: what, what: `${what}: ${why}`, choices: ['retry'], reasoned: [], state: 'held', told: { name: 'held', line: `stopped: ${what} was refused: ${why}` } });
    }
  }
}

export type Silences = ReturnType<typeof openSilences>;

/** Checks that were announced and have never come are no reason to wait for ever, nor to go on unasked: people are asked once for each. */
export function openSilences() {
  const accepted = new Set<string>();

  /** @param of what they are of: "#7". @param key where they can be named in the catalog, so that nobody waits for them */
  return async function goOnWithout(asking: Asking, apps: readonly string[], { of, key }: { readonly of: string; readonly key: string }): Promise<void> {
    const asked = apps.filter((app) => !accepted.has(`${app} ${key}`));
    if (asked.length === 0) return;
    const what = `whether to go on without ${asked.join(', ')}`;
    const why = `announced checks of ${of}, and never reported. What does not matter can be named in ${key}`;
    const line = `${asked.join(', ')} ${why}: somebody has to decide whether it goes on without`;
    await ask(asking, { about: what, what: `${what}: ${why}`, choices: ['goOn'], reasoned: [], state: 'held', told: { name: 'held', line } });
    for (const app of asked) accepted.add(`${app} ${key}`);
  };
}

/** Does what may as well be left undone. What a service refuses is told, and named as owed; nothing waits for it. @param what it is, as an order: "approve #7" */
export async function goWithout<T>({ status, reporter }: Pick<Session, 'status' | 'reporter'>, what: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (failure) {
    if (!isRefusal(failure)) throw failure;
    const owed = `${what}: ${rootMessage(failure)}`;
    if (status.get().owed.includes(owed)) return undefined;
    status.owe(owed);
    reporter.tell({ name: 'owed', line: `still to do by hand: ${owed}` });
    return undefined;
  }
}

/** What is still owed when the main thing is done, or can't be taken back any more. */
export interface Obligation<T> {
  /** "the merge of #7" */
  readonly what: string;
  readonly act: () => Promise<T>;
  /** Waits until it has been done by hand. */
  readonly notice?: () => Promise<T>;
}

export type Fulfilled<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** Somebody has decided that it is not done any more. */
  | { readonly kind: 'givenUp'; readonly by: string; readonly reason: string };

/**
 * Does what is owed. It is shown, and keeps the release open, until it is done, by the release or by hand, or somebody gives it up; whatever
 * stands in its way is told, and tried again when somebody says so. Can't be aborted, nor cancelled.
 */
export async function fulfil<T>(asking: Asking, { what, act, notice }: Obligation<T>): Promise<Fulfilled<T>> {
  const { status } = asking;
  status.owes(what);
  return CancellationScope.nonCancellable(async () => {
    for (;;) {
      const tried = await attempt(act);
      if ('kind' in tried) return over(tried);
      const { why } = tried;
      const dilemma = { about: what, what: `${what}: ${why}`, choices: ['retry', 'giveUp'], reasoned: ['giveUp'], state: 'held', told: { name: 'held', line: `${what} is still to be done: ${why}` } } as const;
      const answer = notice ? await firstOf(() => settleByHand(asking, { what, notice }), () => ask(asking, dilemma)) : await ask(asking, dilemma);
      if ('value' in answer) return over({ kind: 'done', value: answer.value });
      if (answer.choice === 'giveUp') return over({ kind: 'givenUp', by: answer.by, reason: answer.reason! });
    }
  });

  function over(end: Fulfilled<T>): Fulfilled<T> {
    status.owesNot(what);
    return end;
  }
}

async function attempt<T>(act: () => Promise<T>): Promise<Fulfilled<T> | { readonly why: string }> {
  try {
    return { kind: 'done', value: await act() };
  } catch (failure) {
    // Somebody was asked on the way, and has answered that it should not go on.
    if (failure instanceof Stop && failure.reason.kind === 'aborted') return { kind: 'givenUp', by: failure.reason.by, reason: failure.reason.reason };
    if (failure instanceof Stop) return { why: toldOutcome({ ...failure.reason, undone: [], stays: [], owed: [] }) };
    if (isRefusal(failure)) return { why: rootMessage(failure) };
    throw failure;
  }
}

/** Never ends where it can't be seen. */
async function settleByHand<T>({ status }: Asking, { what, notice }: { readonly what: string; readonly notice: () => Promise<T> }): Promise<{ readonly value: T }> {
  try {
    return { value: await notice() };
  } catch (failure) {
    if (!isRefusal(failure)) throw failure;
    status.change({ next: `${what} is not noticed when it is done by hand: ${rootMessage(failure)}` });
    return new Promise<never>(() => {});
  }
}

/** Failures that may be tried again are, by their retry policy: what arrives here is not before somebody has changed something. */
function isRefusal(failure: unknown): failure is ActivityFailure {
  return failure instanceof ActivityFailure && !isInterruption(failure);
}
