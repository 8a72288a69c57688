import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';

/** Tests that a stand-in is known to fail, by their names, each with the reason. */
export type Differences = Readonly<Record<string, string>>;

type Body = () => Promise<void>;

/**
 * Tests of a contract. One that is listed as a difference must fail: when the stand-in is mended, the list has to shrink.
 */
export function contract(differences: Differences) {
  const met = new Set<string>();

  function it(name: string, body: Body): void {
    const reason = differences[name];
    if (met.has(name)) throw new Error(`two tests are called "${name}"`);
    met.add(name);
    if (reason === undefined) test(name, body);
    else test.fails(`${name} [differs: ${reason}]`, body, 20_000);
  }

  return {
    it,
    /** Names of differences that are no test's name. */
    complete: () => Object.keys(differences).filter((name) => !met.has(name)),
  };
}

/** Reads again and again until what is read is as wanted. A read that fails ends it at once. */
export async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean, withinMs = 15_000): Promise<T> {
  for (const deadline = Date.now() + withinMs; ; await sleep(50)) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after ${withinMs} ms`);
  }
}
