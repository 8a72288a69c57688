import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openProgress } from '../../../activities/release/progress.ts';
import { beating } from '../../../ports/pulse.ts';
import type { Progress } from '../../../domain/release/progress.ts';

const began = Date.parse('2026-01-01T00:00:00Z');
const second = 1_000;

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'], now: began }));
afterEach(() => void vi.useRealTimers());

const fetched = (files: number): Progress => ({ what: 'fetched', files, of: 100_000, bytes: files, ofBytes: 100_000 });

/** One attempt, from an age to another, that reports after every step. Answers the ages, in s, at which its release was told. */
async function attempt({ from = 0, to, step }: { readonly from?: number; readonly to: number; readonly step: number }, fails = false): Promise<readonly number[]> {
  const ages: number[] = [];
  vi.setSystemTime(began + from * second);
  await new MockActivityEnvironment({ scheduledTimestampMs: began, currentAttemptScheduledTimestampMs: began + from * second }).run(
    beating(async () => {
      const progressed = openProgress(async (run, { files }) => {
        expect(run.workflowId).not.toBe('');
        ages.push(files);
        if (fails) throw new Error('no such workflow');
      });
      for (let age = from; age <= to; age += step) {
        vi.advanceTimersByTime(began + age * second - Date.now());
        progressed(fetched(age));
      }
    }),
  );
  return ages;
}

it('tells the release less and less often, however many files there are', async () => {
  expect(await attempt({ to: 86_400, step: 1 })).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]);
});

it('tells nothing of what is done at once', async () => {
  expect(await attempt({ to: 1.9, step: 0.1 })).toEqual([]);
});

it('does not begin anew after a killed worker', async () => {
  expect(await attempt({ from: 1_000, to: 3_000, step: 1 })).toEqual([1_024, 2_048]);
  expect(await attempt({ from: 2_100, to: 3_000, step: 1 })).toEqual([]);
});

it('does not mind a release that can not be told', async () => {
  expect(await attempt({ to: 10, step: 1 }, true)).toEqual([2, 4, 8]);
});
