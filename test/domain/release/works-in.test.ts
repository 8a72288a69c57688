import { expect, it } from 'vitest';
import { worksIn } from '../../../domain/release/status.ts';

it.each([
  ['approval', false],
  ['queued', false],
  ['promoting', true],
  ['soaking', true],
  ['failed', true],
  ['rollingBack', true],
  ['done', false],
] as const)('whoever is held has the environment of a stage that is %s: %s', (mark, works) => {
  const stages = [{ name: 'staging', environment: 'staging', mark }];
  expect(worksIn({ stages }, 'staging')).toBe(works);
  expect(worksIn({ stages }, 'production')).toBe(false);
});
