import { expect, it } from 'vitest';
import { progress, toldProgress } from '../../../domain/release/progress.ts';

it('tells files and bytes as people read them', () => {
  expect(toldProgress({ what: 'fetched', files: 140, of: 280, bytes: 3_149_000, ofBytes: 6_200_000 })).toBe('fetched 140 of 280 files, 3.1 MB of 6.2 MB');
  expect(toldProgress({ what: 'uploaded', files: 0, of: 1, bytes: 999, ofBytes: 1_000 })).toBe('uploaded 0 of 1 files, 999 bytes of 1.0 kB');
});

it('takes no number that is none', () => {
  const whole = { what: 'published', files: 1, of: 3, bytes: 10, ofBytes: 30 };
  expect(progress.safeParse(whole).success).toBe(true);
  for (const change of [{ files: -1 }, { bytes: 1.5 }, { of: '3' }, { what: 'stolen' }, { more: 1 }]) {
    expect(progress.safeParse({ ...whole, ...change }).success, JSON.stringify(change)).toBe(false);
  }
});
