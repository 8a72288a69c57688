import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { adaptiveLimit } from '../../../ports/artifacts/adaptive-limit.ts';

const overloaded = new Error('overloaded');
const overload = (failure: unknown) => (failure === overloaded ? { pauseMs: 0 } : undefined);
const complain = () => Promise.reject(overloaded);

/** Tasks that end when they are told to. */
function held() {
  const running: { succeed(): void; fail(): void }[] = [];
  const task = () => new Promise<void>((resolve, reject) => running.push({ succeed: resolve, fail: () => reject(overloaded) }));
  return { running, task };
}

describe('the limit', () => {
  it('runs as many at once as it may, and the rest as they end', async () => {
    const limit = adaptiveLimit({ most: 3, overload });
    const { running, task } = held();
    const all = Promise.all([1, 2, 3, 4, 5].map(() => limit.run(task)));
    await sleep(1);
    expect(running).toHaveLength(3);
    running[1]?.succeed();
    await sleep(1);
    expect(running).toHaveLength(4);
    running[0]?.succeed();
    await sleep(1);
    running.forEach((one) => one.succeed());
    await all;
  });

  it('is halved once by all that complain about the same width, and grows by one with every full round that goes well', async () => {
    const limit = adaptiveLimit({ most: 16, overload });
    await Promise.allSettled(Array.from({ length: 16 }, () => limit.run(complain)));
    expect(limit.width()).toBe(8);
    await expect(limit.run(complain)).rejects.toBe(overloaded);
    expect(limit.width()).toBe(4);
    for (let success = 0; success < 5; success += 1) await limit.run(() => sleep(0));
    expect(limit.width()).toBe(5);
    for (let success = 0; success < 500; success += 1) await limit.run(() => Promise.resolve());
    expect(limit.width()).toBe(16);
  });

  it('never closes', async () => {
    const limit = adaptiveLimit({ most: 4, overload });
    for (let round = 0; round < 9; round += 1) await limit.run(complain).catch(() => undefined);
    expect(limit.width()).toBe(1);
    expect(await limit.run(() => Promise.resolve('still here'))).toBe('still here');
  });

  it('is not narrowed by a failure that has nothing to do with the load', async () => {
    const limit = adaptiveLimit({ most: 4, overload });
    await expect(limit.run(() => Promise.reject(new Error('no such thing')))).rejects.toThrow('no such thing');
    expect(limit.width()).toBe(4);
  });

  it('starts nothing while the remote wants to be left alone', async () => {
    const limit = adaptiveLimit({ most: 4, overload: () => ({ pauseMs: 80 }) });
    const from = Date.now();
    await limit.run(complain).catch(() => undefined);
    const started = await Promise.all([1, 2, 3].map(() => limit.run(() => Promise.resolve(Date.now() - from))));
    expect(Math.min(...started)).toBeGreaterThanOrEqual(79);
  });
});
