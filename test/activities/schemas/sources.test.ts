import { expect, it } from 'vitest';
import { createSchemaSources } from '../../../activities/schemas/sources.ts';
import { conventionIn } from '../../../domain/schemas/convention.ts';
import { neverRetry } from '../../../ports/failures.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { planOf } from '../../workflows/schemas/scripted-schemas.ts';
import { shaOf } from '../../shas.ts';

const plan = planOf({ component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' });
const convention = conventionIn(plan.rules.names, []);
const paths = ['', '.codeintel', '.codeinsights'].map((part) => `internal/database/schema${part}.json`);

function at(read: Forge['commits']['read']) {
  const commits = { list: async () => paths, read } as unknown as Forge['commits'];
  return createSchemaSources({ forge: { commits } as Forge }).schemasAt(plan, shaOf('c'), convention);
}

it('names the schemas that are no text, and those that are empty', async () => {
  const answer = await at(async (_, path) => {
    if (path.includes('codeintel')) throw neverRetry('InvalidInput', `${path} is not UTF-8`);
    return path.includes('codeinsights') ? '' : '{}';
  });
  expect(answer).toEqual({ kind: 'refused', reason: `schemas of ${shaOf('c')} can't be read`, names: ['internal/database/schema.codeinsights.json: empty', 'internal/database/schema.codeintel.json: not UTF-8'] });
});

it.each([
  ['broken', '{"Tables": [}', 'not JSON'],
  ['left by a merge', '<<<<<<< HEAD\n{}\n', 'not JSON'],
  ['begun by a byte order mark', '\uFEFF{}', 'not JSON'],
  ['blank', '\n', 'not JSON'],
  ['too large', `"${'é'.repeat(8 * 1024 * 1024)}"`, 'larger than 16777216 bytes'],
])('names the schema that is %s', async (_, text, damage) => {
  const answer = await at(async (_, path) => (path.includes('codeintel') ? text : '{}'));
  expect(answer).toEqual({ kind: 'refused', reason: `schemas of ${shaOf('c')} can't be read`, names: [`internal/database/schema.codeintel.json: ${damage}`] });
});

it('tells schemas apart by what they hold, and by nothing else', async () => {
  const [one, same, other] = await Promise.all([at(async () => '{}'), at(async () => '{}'), at(async (_, path) => (path.includes('codeintel') ? '[]' : '{}'))]);
  expect(one).toEqual(same);
  expect(one).toMatchObject({ kind: 'current', schemas: { length: 3 } });
  expect(other).not.toMatchObject({ digest: (one as { digest: string }).digest });
});

it('a schema that is listed and not shown is asked for again', async () => {
  await expect(at(async () => undefined)).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
});
