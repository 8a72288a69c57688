import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlagBackend, FlagReading } from '../../../ports/flags/backend.ts';
import { exposure } from '../../../domain/flags/setting.ts';
import type { FlagSetting } from '../../../domain/flags/setting.ts';
import { lossyProxy } from '../lossy-proxy.ts';
import type { LossyProxy } from '../lossy-proxy.ts';

/** A flag service that runs, and what the contract needs of it besides the port. */
export interface FlagService {
  readonly url: string;
  /** What the names of the suite's flags begin with; `gitaly`, if not given. */
  readonly prefix?: string;
  /** `reader`: known, but not allowed; `nobody`: a token that the service doesn't know. */
  connect(options: { readonly url: string; readonly as: 'admin' | 'reader' | 'nobody' }): FlagBackend;
  /** Somebody turns the flag on for one user. */
  turnOnForUser(flag: string): Promise<void>;
  close(): Promise<void>;
}

/** Where services differ: what they make of a value. */
export interface FlagServiceTraits {
  readonly hundredBecomes: 100 | true;
  readonly unsetBecomes: 'unset' | false;
}

/** What every flag backend does, shown on a service that runs. */
export function describeFlagBackend(name: string, open: () => Promise<FlagService>, traits: FlagServiceTraits): void {
  describe(name, () => {
    let service: FlagService;
    let proxy: LossyProxy;
    let flags: FlagBackend;
    let flag: string;
    let last = 0;

    beforeAll(async () => {
      service = await open();
      proxy = await lossyProxy(service.url);
      flags = service.connect({ url: proxy.url, as: 'admin' });
    });
    afterAll(async () => {
      await proxy?.close();
      await service?.close();
    });

    const named = (rest: string) => `${service.prefix ?? 'gitaly'}_${rest}`;
    const newFlag = () => (flag = named(`contract_${(last += 1)}`));
    const setting = async () => plain(await flags.read(flag));

    /** A new flag that is at this setting. */
    async function flagAt(at: FlagSetting): Promise<string> {
      newFlag();
      proxy.lose(0, 'before');
      if (at !== 'unset') await flags.set({ flag, from: 'unset', to: at });
      return flag;
    }

    test('reads a flag that nobody has set as unset', async () => {
      newFlag();
      expect(await flags.read(flag)).toEqual({ kind: 'plain', setting: 'unset' });
    });

    test('goes through a whole rollout, 100 and true apart, and reads back what it wrote', async () => {
      newFlag();
      let from: FlagSetting = 'unset';
      for (const to of [5, 25, 50, 100, true, false] as const) {
        const became = to === 100 ? traits.hundredBecomes : to;
        expect(await flags.set({ flag, from, to })).toBe(became);
        expect(await setting()).toBe(became);
        from = became;
      }
    });

    test.each([
      [50, 25],
      [25, false],
      [true, 50],
      [true, 5],
      [100, false],
      [true, false],
    ] as const)('lowers %s to %s', async (from, to) => {
      await flagAt(from);
      const at = await setting();
      expect(await flags.set({ flag, from: at, to })).toBe(to);
      expect(await setting()).toBe(to);
    });

    test.each([5, true, false] as const)('takes %s back to unset', async (from) => {
      await flagAt(from);
      const became = await flags.set({ flag, from, to: 'unset' });
      expect(became).toBe(traits.unsetBecomes);
      expect(await setting()).toBe(became);
    });

    test('writes nothing when the flag is there already, unless that was read too late', async () => {
      await flagAt(25);
      proxy.lose(0, 'before');
      expect(await flags.set({ flag, from: 5, to: 25 })).toBe(25);
      expect(proxy.writes).toHaveLength(flags.lagMs === 0 ? 0 : 1);
    });

    test.each([
      [10, 5, 25],
      [false, 5, 25],
      [50, 25, false],
      [10, 'unset', 5],
      [5, true, 25],
    ] as const)('leaves a flag alone that somebody set to %s, where %s was to become %s', async (found, from, to) => {
      await flagAt(found);
      proxy.lose(0, 'before');
      await expect(flags.set({ flag, from, to })).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true, message: expect.stringContaining('somebody else') });
      expect(proxy.writes).toEqual([]);
      expect(await setting()).toBe(found);
    });

    test('neither reads nor writes over what a user was given', async () => {
      await flagAt(5);
      await service.turnOnForUser(flag);
      const reading = await flags.read(flag);
      expect(reading.kind).toBe('custom');
      await expect(flags.set({ flag, from: 5, to: 25 })).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
      expect(await flags.read(flag)).toEqual(reading);
    });

    test.each([150, 101, 0, -5, 2.5, Number.NaN])('refuses to write %s %%', async (to) => {
      await flagAt(5);
      await expect(flags.set({ flag, from: 5, to })).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
      expect(await setting()).toBe(5);
    });

    test.each(['../users', 'a/b', '', '.', 'x y', 'é'])('refuses the flag name %j before it asks anybody', async (name) => {
      await expect(flags.set({ flag: name, from: 'unset', to: 5 })).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true });
    });

    test('lists the flags whose names match, by name', async () => {
      const names = [named('match_b'), named('match_a'), named('other')];
      for (const [index, name] of names.entries()) await flags.set({ flag: name, from: 'unset', to: [25, true, 5][index]! });
      expect(await flags.list(named('match'))).toEqual([
        { name: named('match_a'), reading: { kind: 'plain', setting: true } },
        { name: named('match_b'), reading: { kind: 'plain', setting: 25 } },
      ]);
      expect((await flags.list('')).map((found) => found.name)).toEqual(expect.arrayContaining(names));
    });

    test.each(['reader', 'nobody'] as const)('tells a %s that it has no permission, and shows no token', async (as) => {
      const denied = service.connect({ url: proxy.url, as });
      await flagAt(5);
      for (const attempt of [() => denied.read(flag), () => denied.set({ flag, from: 5, to: 25 }), () => denied.list('gitaly')]) {
        const failure = await attempt().catch((error: unknown) => error);
        expect(failure).toMatchObject({ type: 'PermissionDenied', nonRetryable: true, message: expect.stringMatching(/40[13]/) });
        expect(String(failure)).not.toMatch(/token-of-|\*:\*\.|:development\./);
      }
      expect(await setting()).toBe(5);
    });

    test('can be tried again when the service does not answer', async () => {
      const unreachable = service.connect({ url: 'http://127.0.0.1:9', as: 'admin' });
      await expect(unreachable.read('gitaly_x')).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
    });

    describe.each(['before', 'after'] as const)('when a write is lost %s it was applied', (when) => {
      test.each([
        ['unset', 5],
        [false, 5],
        [5, 25],
        [100, true],
        [true, 50],
        [50, false],
        [25, 'unset'],
      ] as const)('trying again completes %s → %s, and never lets in more than either', async (from, to) => {
        for (let nth = 1; ; nth += 1) {
          await flagAt(from);
          const at = await setting();
          const most = Math.max(exposure(at), exposure(to));
          proxy.lose(nth, when);
          const first = await flags.set({ flag, from: at, to }).catch((error: unknown) => error);
          if (!(first instanceof ApplicationFailure)) return expect(nth > 1 || at === to).toBe(true);
          expect(first).toMatchObject({ type: 'Unavailable', nonRetryable: false });
          expect(exposure(await setting())).toBeLessThanOrEqual(most);
          const became = await flags.set({ flag, from: at, to });
          expect(await setting()).toBe(became);
          expect(exposure(became)).toBe(exposure(to));
          // "nth" lost, then tried again: nothing that was applied is written a second time, where a read can tell.
          expect(flags.lagMs > 0 || new Set(proxy.writes).size === proxy.writes.length).toBe(true);
        }
      });
    });
  });
}

function plain(reading: FlagReading): FlagSetting {
  if (reading.kind === 'custom') throw new Error(`custom gates: ${reading.gates.join(', ')}`);
  return reading.setting;
}
