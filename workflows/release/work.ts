import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.ts';
import type { Pace } from '../../domain/release/pace.ts';

/**
 * How patiently each kind of work is done; the figures come from the catalog's `pace`, pinned in the plan. Failed
 * attempts are repeated for ever: what may never be repeated says so itself, and everything else a person can abort.
 */
export function workAt(pace: Pace) {
  const options = {
    startToCloseTimeout: pace.attempt,
    retry: { initialInterval: pace.retry, backoffCoefficient: 2, maximumInterval: 30 * pace.retry },
    // An abort waits for the write that is in the air: what it did must be known before it is undone.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
  return {
    writing: proxyActivities<Activities>({ ...options, heartbeatTimeout: pace.heartbeat }),
    /** Moves many files: ten times as long as anything else. */
    hauling: proxyActivities<Activities>({ ...options, startToCloseTimeout: 10 * pace.attempt, heartbeatTimeout: pace.heartbeat }),
    /** Repeated by the retry policy until there is an answer: waiting adds no event to the history. */
    polling: proxyActivities<Activities>({ ...options, retry: { initialInterval: pace.poll, backoffCoefficient: 1 } }),
    sampling: proxyActivities<Activities>({ ...options, retry: { initialInterval: pace.sample, backoffCoefficient: 1 } }),
    /** Waits for days in one attempt; heartbeats tell that it still does. */
    following: proxyActivities<Activities>({ ...options, startToCloseTimeout: '30 days', heartbeatTimeout: pace.heartbeat, retry: { initialInterval: pace.poll, backoffCoefficient: 1 } }),
    /** People should be told, but nothing waits for ever because the chat is down. */
    telling: proxyActivities<Activities>({ ...options, heartbeatTimeout: pace.heartbeat, scheduleToCloseTimeout: '1 hour' }),
  };
}

export type Work = ReturnType<typeof workAt>;

/** For what is told before there is a plan. */
export const warning = proxyActivities<Activities>({ startToCloseTimeout: '1 minute', heartbeatTimeout: '20 seconds', scheduleToCloseTimeout: '10 minutes' });

/** What an Update waits for: the command gives up after ten seconds, and the UI takes twenty of silence for a yes. */
export const verifying = proxyActivities<Activities>({ startToCloseTimeout: '4 seconds', scheduleToCloseTimeout: '8 seconds', retry: { initialInterval: '500 milliseconds' } });

/** Reading the catalog comes before its pace is known. */
export const planning = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 1.5, maximumInterval: '30 seconds' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});
