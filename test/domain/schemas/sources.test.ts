import { expect, it } from 'vitest';
import type { SchemaConvention } from '../../../domain/schemas/names.ts';
import { sourceFolder, takeSources } from '../../../domain/schemas/sources.ts';

const convention: SchemaConvention = {
  source: 'internal/database/schema{part}.json',
  object: '{version}-internal_database_schema{part}.json',
  accepts: [],
  parts: [{ name: '' }, { name: '.codeintel' }, { name: '.codeinsights', since: 'v5.0.0' }],
};
const [plain, codeintel, codeinsights] = ['', '.codeintel', '.codeinsights'].map((part) => `internal/database/schema${part}.json`) as [string, string, string];

it('takes every schema of the version under the name that it has in the bucket, in the order of these names', () => {
  expect(takeSources(convention, 'v5.3.4444', [codeinsights, codeintel, plain, 'internal/database/migrations.go', 'internal/database/schema.md'])).toEqual({
    kind: 'complete',
    sources: [
      { path: codeinsights, name: 'v5.3.4444-internal_database_schema.codeinsights.json' },
      { path: codeintel, name: 'v5.3.4444-internal_database_schema.codeintel.json' },
      { path: plain, name: 'v5.3.4444-internal_database_schema.json' },
    ],
    ignored: [],
  });
});

it('asks an old version for the schemas of its time only', () => {
  expect(takeSources(convention, 'v4.9.9', [plain, codeintel])).toMatchObject({ kind: 'complete', sources: [{ path: codeintel }, { path: plain }] });
});

it('names what the commit lacks', () => {
  expect(takeSources(convention, 'v5.3.4444', [plain])).toEqual({ kind: 'refused', reason: 'the commit lacks schemas', names: [codeintel, codeinsights] });
});

it('does not leave out a schema that the catalog does not know', () => {
  const unknown = 'internal/database/schema.search.json';
  expect(takeSources(convention, 'v5.3.4444', [plain, codeintel, codeinsights, unknown])).toEqual({ kind: 'refused', reason: 'the catalog does not know every schema of the commit: list it under names.parts, or names.ignores if it is none', names: [unknown] });
});

it('leaves out what the catalog says is none, and names it', () => {
  const stray = 'internal/database/schema.console.json';
  expect(takeSources({ ...convention, ignores: ['*/schema.console.json'] }, 'v5.3.4444', [plain, codeintel, codeinsights, stray])).toMatchObject({ kind: 'complete', ignored: [stray] });
});

it('looks for them in their folder', () => {
  expect(sourceFolder(convention)).toBe('internal/database');
  expect(sourceFolder({ ...convention, source: 'schema{part}.json' })).toBe('');
});
