import { expect, it } from 'vitest';
import { schemaPullRequestBody } from '../../../domain/schemas/pull-request-body.ts';
import { planOf } from '../../workflows/schemas/scripted-schemas.ts';

const plan = planOf({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
const archive = { sha256: 'a'.repeat(64), entries: 9, stock: { versions: ['v5.1.0', 'v5.2.0'] } } as const;
const since = 'dist/schemas-v5.2.1093.tar.gz';
const linesOf = (changes?: Parameters<typeof schemaPullRequestBody>[0]['archive']['changes']) => schemaPullRequestBody({ plan, key: `${plan.id} of today`, archive: { ...archive, ...(changes && { changes }) } }).split('\n');

it.each([
  ['came in and went', { came: ['v5.2.0', 'v5.3.4444'], went: ['v3.20.0'] }, 'v5.2.0, v5.3.4444 came in; v3.20.0 went'],
  ['came in', { came: ['v5.3.4444'], went: [] }, 'v5.3.4444 came in'],
  ['went', { came: [], went: ['v3.20.0', 'v3.20.1'] }, 'v3.20.0, v3.20.1 went'],
  ['stayed', { came: [], went: [] }, 'the same versions'],
] as const)('says in one line which versions %s since the tarball that builds take', (_, changes, told) => {
  expect(linesOf({ since, ...changes })).toContain(`Since ${since}: ${told}.`);
});

it('names fifty of thousands: a body has room for 65,536 characters', () => {
  const came = Array.from({ length: 9_000 }, (_, patch): `v${string}` => `v5.1.${patch}`);
  expect(linesOf({ since, came, went: [] }).join('\n').length).toBeLessThan(2_000);
  expect(linesOf({ since, came, went: [] })).toContainEqual(expect.stringMatching(/, v5\.1\.49, and 8950 more came in\.$/));
});

it('says nothing of changes where there is nothing to compare with', () => {
  expect(linesOf().filter((line) => line.startsWith('Since'))).toEqual([]);
});
