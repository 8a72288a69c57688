import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { operatorsOf } from '../flags/rollout.ts';
import type { Rollout } from '../flags/rollout.ts';

/** The message of an activity's failure of this type; undefined for any other failure. */
export function refusedAs(type: string, failure: unknown): string | undefined {
  const { cause } = failure instanceof ActivityFailure ? failure : {};
  return cause instanceof ApplicationFailure && cause.type === type ? cause.message : undefined;
}

/** Runs `act`; what a service refuses is shown to the operators, and tried again when they say so. */
export async function permitted<T>(rollout: Rollout, act: () => Promise<T>): Promise<T> {
  const { status, steering, reporter } = rollout;
  for (;;) {
    try {
      return await act();
    } catch (failure) {
      const why = refusedAs('PermissionDenied', failure) ?? refusedAs('Refused', failure);
      if (why === undefined) throw failure;
      const operators = operatorsOf(rollout);
      const send = [{ message: 'retry', payload: { by: operators[0]! } }];
      await status.meanwhile('held', { what: `permission: ${why}`, whom: operators, send }, () => {
        reporter.tell({ name: 'refused', line: `stopped: ${why}`, urgent: true });
        return steering.retried();
      });
    }
  }
}
