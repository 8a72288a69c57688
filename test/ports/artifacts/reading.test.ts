import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { neverRetry, tryAgain } from '../../../ports/failures.ts';
import { readInOrder } from '../../../ports/artifacts/reading.ts';
import { storeThat } from './scripted-store.ts';
import type { ReadSettings } from '../../../ports/artifacts/reading.ts';
import type { Artifact, ArtifactStore } from '../../../ports/artifacts/store.ts';

function artifacts(count: number, size = 10): Artifact[] {
  return Array.from({ length: count }, (_, index) => ({ bucket: 'b', name: `${index}`, generation: '1', size, crc32c: '' }));
}

async function names(store: ArtifactStore, all: readonly Artifact[], settings: ReadSettings = {}): Promise<string[]> {
  const read: string[] = [];
  for await (const { artifact, content } of readInOrder(store, all, { backoffMs: 1, ...settings })) {
    expect(content.toString()).toBe(artifact.name);
    read.push(artifact.name);
  }
  return read;
}

describe('reading in order', () => {
  it('yields in the order asked for, whatever order they arrive in', async () => {
    const all = artifacts(200);
    const arrivals: string[] = [];
    const store = storeThat(async ({ name }) => {
      await sleep(Math.random() * 10);
      arrivals.push(name);
      return Buffer.from(name);
    });
    expect(await names(store, all)).toEqual(all.map(({ name }) => name));
    expect(arrivals).not.toEqual(all.map(({ name }) => name));
  });

  it('holds no more than its window, however slowly it is taken', async () => {
    let held = 0;
    let most = 0;
    const store = storeThat(({ name, size }) => {
      held += size;
      most = Math.max(most, held);
      return Promise.resolve(Buffer.from(name));
    });
    for await (const { artifact } of readInOrder(store, artifacts(300, 100), { concurrency: 8, windowBytes: 1_000 })) {
      await sleep(0);
      held -= artifact.size;
    }
    expect(most).toBeLessThanOrEqual(1_000);
    expect(most).toBeGreaterThan(500);
  });

  it('reads alone what is larger than the window', async () => {
    let running = 0;
    let most = 0;
    const store = storeThat(async ({ name }) => {
      most = Math.max(most, (running += 1));
      await sleep(1);
      running -= 1;
      return Buffer.from(name);
    });
    expect(await names(store, artifacts(5, 5_000), { windowBytes: 1_000 })).toHaveLength(5);
    expect(most).toBe(1);
  });

  it('asks again for what fails in passing, and gives up after so many attempts', async () => {
    const attempts = new Map<string, number>();
    const failing = (times: number) =>
      storeThat(({ name }) => {
        const attempt = (attempts.get(name) ?? 0) + 1;
        attempts.set(name, attempt);
        return attempt <= times ? Promise.reject(tryAgain('Unavailable', `${name} is away`)) : Promise.resolve(Buffer.from(name));
      });
    expect(await names(failing(3), artifacts(20), { attempts: 4 })).toHaveLength(20);
    attempts.clear();
    await expect(names(failing(4), artifacts(1), { attempts: 4 })).rejects.toThrow('0 is away');
    expect(attempts.get('0')).toBe(4);
  });

  it.each([
    ['what can not help', neverRetry('PermissionDenied', 'no')],
    ['what has changed since it was listed', tryAgain('Conflict', 'gone')],
    ['what wants a longer pause than an attempt has', tryAgain('RateLimited', 'later', { afterMs: 31_000 })],
  ])('does not ask again for %s, and stops the others', async (_, failure) => {
    let signal: AbortSignal | undefined;
    let asked = 0;
    const store = storeThat(({ name }, stop) => {
      signal = stop;
      asked += 1;
      return name === '3' ? Promise.reject(failure) : Promise.resolve(Buffer.from(name));
    });
    await expect(names(store, artifacts(10_000), { concurrency: 4 })).rejects.toBe(failure);
    expect(signal?.aborted).toBe(true);
    expect(asked).toBeLessThan(100);
  });

  it('stops when its reader does', async () => {
    let signal: AbortSignal | undefined;
    const store = storeThat(({ name }, stop) => {
      signal = stop;
      return Promise.resolve(Buffer.from(name));
    });
    for await (const { artifact } of readInOrder(store, artifacts(1_000))) {
      if (artifact.name === '2') break;
    }
    expect(signal?.aborted).toBe(true);
  });
});
