import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { effect } from '../../activities/effect.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import { beating } from '../../ports/pulse.ts';
import { oneAttempt } from '../ports/stand.ts';

const lost = () => tryAgain('Unavailable', 'the connection was reset');

it('writes nothing when the effect is there already', async () => {
  const world = new World({ made: true });
  expect(await world.run()).toBe('made');
  expect(world.writes).toBe(0);
});

it('writes once, and answers what the reply says', async () => {
  const world = new World();
  expect(await world.run()).toBe('made');
  expect(world.writes).toBe(1);
});

it('reads back what a reply did not tell', async () => {
  const world = new World({ silent: true, visibleAfterMs: 120 });
  expect(await world.run()).toBe('made');
  expect(world.writes).toBe(1);
});

it('finds its own success when the reply was lost', async () => {
  const world = new World({ fails: lost() });
  expect(await world.run()).toBe('made');
  expect(world.writes).toBe(1);
});

it('finds its own success behind a refusal', async () => {
  const world = new World({ fails: neverRetry('Conflict', 'exists already') });
  expect(await world.run()).toBe('made');
});

it('passes on a failure that changed nothing', async () => {
  const world = new World({ fails: lost(), applies: false });
  await expect(world.run()).rejects.toThrow('the connection was reset');
});

it('asks nothing more of a system that asked it to wait', async () => {
  const limited = ApplicationFailure.create({ type: 'RateLimited', nextRetryDelay: '1 minute' });
  const world = new World({ fails: limited });
  await expect(world.run()).rejects.toBe(limited);
  expect(world.probes).toBe(1);
});

it('does not believe "not there" right after an attempt that may have written', async () => {
  const world = new World({ made: true, visibleAfterMs: 150 });
  expect(await world.run({ attempt: 2 })).toBe('made');
  expect(world.writes).toBe(0);
});

it('writes in a second attempt when the first one never came to it', async () => {
  const world = new World();
  const began = Date.now();
  expect(await world.run({ attempt: 2 })).toBe('made');
  expect(world.writes).toBe(1);
  expect(Date.now() - began).toBeGreaterThanOrEqual(lagMs - 10);
});

it.each([3_600_000, -3_600_000])('waits neither shorter nor longer for a list when the clock of its worker is %d ms off', async (ms) => {
  const dueAt = Date.now() - ms;
  const late = new World({ made: true, visibleAfterMs: 150 });
  expect(await late.run({ attempt: 2, currentAttemptScheduledTimestampMs: dueAt })).toBe('made');
  expect(late.writes).toBe(0);
  const began = performance.now();
  const world = new World();
  expect(await world.run({ attempt: 2, currentAttemptScheduledTimestampMs: dueAt })).toBe('made');
  expect(performance.now() - began).toBeLessThan(10 * lagMs);
});

it('heartbeats while it waits', async () => {
  const world = new World({ silent: true, visibleAfterMs: 150 });
  let beats = 0;
  await world.run({ heartbeatTimeoutMs: 90 }, () => beats++);
  expect(beats).toBeGreaterThanOrEqual(3);
});

const lagMs = 300;

interface Habits {
  readonly made?: boolean;
  readonly silent?: boolean;
  readonly fails?: Error;
  readonly applies?: boolean;
  readonly visibleAfterMs?: number;
}

/** A remote system with one thing in it, and its bad habits. */
class World {
  writes = 0;
  probes = 0;
  #visibleAt: number | undefined;
  readonly #habits: Habits;

  constructor(habits: Habits = {}) {
    this.#habits = habits;
    if (habits.made) this.#appear();
  }

  effect(): Promise<string> {
    return effect({ key: 'thing', lagMs, probe: () => this.#probe(), act: () => this.#act() });
  }

  run(info: Parameters<typeof oneAttempt>[0] = {}, onHeartbeat: () => void = () => {}): Promise<string> {
    const environment = oneAttempt({ currentAttemptScheduledTimestampMs: Date.now(), startToCloseTimeoutMs: 60_000, ...info });
    environment.on('heartbeat', onHeartbeat);
    return environment.run(beating(() => this.effect()));
  }

  async #probe(): Promise<string | undefined> {
    this.probes++;
    return this.#visibleAt !== undefined && Date.now() >= this.#visibleAt ? 'made' : undefined;
  }

  async #act(): Promise<string | void> {
    this.writes++;
    if (this.#habits.applies !== false) this.#appear();
    if (this.#habits.fails) throw this.#habits.fails;
    if (!this.#habits.silent) return 'made';
  }

  #appear(): void {
    this.#visibleAt = Date.now() + (this.#habits.visibleAfterMs ?? 0);
  }
}
