import { activityInfo } from '@temporalio/activity';
import { expect, it } from 'vitest';
import { tryAgain } from '../../../ports/failures.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, withoutStaging } from './rollout-stand.ts';

/** A server of its own: in the one of the other rollouts, some of which are aborted in mid-flight, time is not skipped any more by then. */
const server = useTimeSkipping();

it.each(['readFlag', 'setFlag', 'watchFlag'] as const)('a flag service that is down for an hour (%s) only delays the rollout', async (down) => {
  const plan = withoutStaging();
  const { rollout, world } = await begin(server(), { plan: { ...plan, pace: { ...plan.pace, retry: 10_000, sample: 60_000 } } }, (given) => ({
    [down]: async (argument: never) => {
      const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = activityInfo();
      if (attempt === 1 || currentAttemptScheduledTimestampMs - scheduledTimestampMs < 3_600_000) throw tryAgain('Unavailable', 'GitLab does not answer');
      return given.activities[down](argument);
    },
  }));
  expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  expect(world.effects).toEqual(['production 5', 'production 25', 'production 50', 'production 100', 'production true', 'removal']);
  const { startTime, closeTime } = await rollout.describe();
  expect(closeTime!.getTime() - startTime.getTime()).toBeGreaterThanOrEqual(3_600_000);
});
