import { expect, it } from 'vitest';
import { landedRelease } from '../../../domain/release/keys.ts';

const stage = { component: 'gitaly', stage: 'production' };

/** The release that landed, by the names of successful deployments, newest first. */
function landed(...names: string[]): string | undefined {
  return landedRelease(names.map((name) => ({ name, at: '2026-01-01T00:00:00Z' })), stage)?.release;
}

it('is the newest one that went well in this stage', () => {
  expect(landed('release/gitaly/from-2/staging', 'release/gitaly/from-1/production', 'release/gitaly/from-0/production')).toBe('release/gitaly/from-1');
});

it('is found within the name of a run, and however often it was tried', () => {
  expect(landed('Deploy release/gitaly/from-1/production/3 by a bot')).toBe('release/gitaly/from-1');
});

it('is found by keys that name the candidate, and by those of before', () => {
  expect(landed('release/gitaly/from-2/production/0123456789ab/2', 'release/gitaly/from-1/production')).toBe('release/gitaly/from-2');
  expect(landed('release/gitaly/from-2/production/0123456789ab/rollback', 'release/gitaly/from-2/production/0123456789ab', 'release/gitaly/from-1/production/2')).toBe('release/gitaly/from-1');
});

it('is not one that was rolled back', () => {
  expect(landed('release/gitaly/from-1/production/rollback', 'release/gitaly/from-1/production', 'release/gitaly/from-0/production')).toBe('release/gitaly/from-0');
  expect(landed('release/gitaly/from-1/production/rollback/2', 'release/gitaly/from-1/production')).toBeUndefined();
});

it('is of this component, and of this stage', () => {
  expect(landed('release/gitaly-two/from-1/production', 'release/gitaly/from-1/production-eu', 'prerelease/gitaly/from-1/production', 'something else')).toBeUndefined();
});
