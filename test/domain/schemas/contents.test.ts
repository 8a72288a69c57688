import { expect, it } from 'vitest';
import { changesBetween, listed, toldChanges } from '../../../domain/schemas/contents.ts';
import type { SchemaVersion } from '../../../domain/schemas/version.ts';

const since = 'dist/schemas-v5.2.0.tar.gz';

it('tells which versions came in and which went, ascending', () => {
  expect(toldChanges(changesBetween(since, ['v5.1.0', 'v5.2.0'], ['v5.10.0', 'v5.9.0', 'v5.2.0']))).toBe(`since ${since}: v5.9.0, v5.10.0 came in; v5.1.0 went`);
  expect(toldChanges(changesBetween(since, ['v5.1.0'], ['v5.1.0']))).toBe(`since ${since}: the same versions`);
});

it('cuts a list of files, and their names, to what one answer holds', () => {
  const files = Array.from({ length: 20_000 }, (_, index) => ({ name: `${index}${'x'.repeat(4_000)}`, size: 1, sha256: 'a'.repeat(64) }));
  const { schemas, more } = listed(files);
  expect([schemas.length, more]).toEqual([5_000, 15_000]);
  expect(JSON.stringify(schemas).length).toBeLessThan(2_000_000);
});

it('cuts thousands of them: a pull request holds 65,536 characters', () => {
  const many = Array.from({ length: 6_000 }, (_, patch): SchemaVersion => `v5.1.${patch}`);
  const told = toldChanges(changesBetween(since, [], many));
  expect(told).toContain('v5.1.49, and 5950 more came in');
  expect(told.length).toBeLessThan(1_000);
});
