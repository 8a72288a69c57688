import { CancelledFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { assertStillOurs, beating, progressed } from '../../ports/pulse.ts';
import { oneAttempt } from './stand.ts';

const over = () => Promise.reject(new Error('activity task not found'));

it('does not let an attempt write that the server has given up on', async () => {
  const write = beating(() => assertStillOurs('POST /deployments'));
  await expect(oneAttempt({}, over).run(write)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false, message: expect.stringMatching(/^POST \/deployments: not sent, .* activity task not found$/) });
});

it('asks again once the answer is older than a heartbeat', async () => {
  const asked = await questions(90, async () => {
    await assertStillOurs('the first');
    await assertStillOurs('the second');
    frozen(60);
    await assertStillOurs('the third');
  });
  expect(asked).toHaveLength(2);
});

it('does not believe an answer that it has read after it was frozen', async () => {
  let times = 0;
  const ask = async () => {
    if ((times += 1) > 1) return over();
    frozen(60);
    return {};
  };
  await expect(oneAttempt({ heartbeatTimeoutMs: 90 }, ask).run(beating(() => assertStillOurs('a write')))).rejects.toThrow('activity task not found');
});

it('knows no heartbeat timeout where the server says 0', async () => {
  const asked = await questions(0, async () => {
    await assertStillOurs('the first');
    frozen(20);
    await assertStillOurs('the second');
  });
  expect(asked).toHaveLength(1);
});

it('keeps what is told of its progress', async () => {
  const asked = await questions(90, async () => {
    progressed({ files: 3 });
    await assertStillOurs('a write');
  });
  expect(asked).toMatchObject([{ details: { payloads: [{ data: new TextEncoder().encode('{"files":3}') }] } }]);
});

it('asks anew where somebody may call the write off in the meantime, and does not write once they have', async () => {
  let times = 0;
  const ask = async () => ({ cancelRequested: (times += 1) > 1 });
  const write = beating(async () => {
    await assertStillOurs('the first', { maxAgeMs: 0 });
    frozen(5);
    await assertStillOurs('the second', { maxAgeMs: 0 });
  });
  await expect(oneAttempt({}, ask).run(write)).rejects.toThrow('the second: cancelled before it was sent');
  expect(times).toBe(2);
});

it('does not write once it is cancelled', async () => {
  const environment = oneAttempt();
  const write = beating(async () => {
    environment.cancel();
    await assertStillOurs('a write');
  });
  await expect(environment.run(write)).rejects.toBeInstanceOf(CancelledFailure);
});

it('is cancelled, and not late, when that interrupts its question', async () => {
  const environment = oneAttempt({}, async () => {
    environment.cancel();
    throw new Error('aborted');
  });
  await expect(environment.run(beating(() => assertStillOurs('a write')))).rejects.toBeInstanceOf(CancelledFailure);
});

it('has nothing to say where no activity runs', async () => {
  await assertStillOurs('a write of a command');
});

/** What the server is asked in an attempt. */
async function questions(heartbeatTimeoutMs: number, activity: () => Promise<void>): Promise<readonly object[]> {
  const asked: object[] = [];
  await oneAttempt({ heartbeatTimeoutMs }, async (request) => (asked.push(request), {})).run(beating(activity));
  return asked;
}

/** Blocks the whole process, as SIGSTOP does. */
function frozen(ms: number): void {
  const until = Date.now() + ms;
  while (Date.now() < until);
}
