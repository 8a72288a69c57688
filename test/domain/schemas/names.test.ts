import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partsOf, schemaNameReader, schemaObjectName, schemaSourcePath, templateMistake } from '../../../domain/schemas/names.ts';
import { compareVersions, isSchemaVersion } from '../../../domain/schemas/version.ts';
import { hostileNames } from '../text/hostile-names.ts';
import type { SchemaConvention } from '../../../domain/schemas/names.ts';
import type { SchemaVersion } from '../../../domain/schemas/version.ts';

const documented: SchemaConvention = {
  source: 'internal/database/schema{part}.json',
  object: '{version}-internal_database.schema{part}.json',
  accepts: [],
  parts: [{ name: '' }, { name: '.codeintel', since: 'v3.21.0' }, { name: '.codeinsights', since: 'v3.29.0' }],
};
const script: SchemaConvention = { ...documented, object: '{version}-internal_database_schema{part}.json' };

const number = fc.integer({ min: 0, max: 999_999_999 });
const version = fc.tuple(number, number, number).map((numbers): SchemaVersion => `v${numbers.join('.')}`);

describe('a version', () => {
  it('is three plain numbers after a v, with majors of any size', () => {
    expect(['v0.0.0', 'v5.3.4444', 'v10.0.1', 'v123.45.678'].every(isSchemaVersion)).toBe(true);
    const others = ['5.3.4444', 'v5.3', 'v5.3.4444.1', 'v05.3.1', 'v5.3.1-rc.1', 'v5.3.1+b', ' v5.3.1', 'v5.3.1\n', 'V5.3.1', 'v٥.3.1', 'v1.2.1000000000', ''];
    expect(others.filter(isSchemaVersion)).toEqual([]);
  });

  it('is compared by its numbers, not as text', () => {
    expect((['v10.0.0', 'v5.10.0', 'v5.9.3333', 'v5.9.999', 'v9.0.0'] as const).toSorted(compareVersions)).toEqual([
      'v5.9.999',
      'v5.9.3333',
      'v5.10.0',
      'v9.0.0',
      'v10.0.0',
    ]);
  });
});

describe('names in the bucket', () => {
  it.each([
    [documented, '', 'v5.3.4444-internal_database.schema.json'],
    [documented, '.codeintel', 'v5.3.4444-internal_database.schema.codeintel.json'],
    [script, '', 'v5.3.4444-internal_database_schema.json'],
    [script, '.codeinsights', 'v5.3.4444-internal_database_schema.codeinsights.json'],
  ])('follow the template of the catalog (%#)', (convention, part, name) => {
    expect(schemaObjectName(convention, { version: 'v5.3.4444', part })).toBe(name);
    expect(schemaNameReader(convention)(name)).toEqual({ version: 'v5.3.4444', part });
  });

  it('are read back as what they were written from', () => {
    fc.assert(
      fc.property(version, fc.constantFrom('', '.codeintel', '.codeinsights'), fc.constantFrom(documented, script), (version, part, convention) => {
        expect(schemaNameReader(convention)(schemaObjectName(convention, { version, part }))).toEqual({ version, part });
      }),
    );
  });

  it('of the other convention are known only where the catalog accepts them', () => {
    const old = 'v3.1.4-internal_database_schema.codeintel.json';
    expect(schemaNameReader(documented)(old)).toBeUndefined();
    expect(schemaNameReader({ ...documented, accepts: [script.object] })(old)).toEqual({ version: 'v3.1.4', part: '.codeintel' });
  });

  it('that no release could have written are not read, whatever trick they play', () => {
    expect(hostileNames.length).toBeGreaterThan(200);
    for (const convention of [documented, script, { ...documented, accepts: [script.object] }]) {
      const read = schemaNameReader(convention);
      expect(hostileNames.filter((name) => read(name))).toEqual([]);
    }
  });

  it('stay plain whatever text they are read from', () => {
    const read = schemaNameReader(documented);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(60), fc.nat(60), (noise, at, length) => {
        const name = 'v5.3.4444-internal_database.schema.codeintel.json';
        const spoilt = name.slice(0, at) + noise + name.slice(at + length);
        expect(read(spoilt) === undefined || /^v\d+\.\d+\.\d+-internal_database\.schema(\.codeintel|\.codeinsights)?\.json$/.test(spoilt)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('a version is complete with the parts that existed by then', () => {
  expect(partsOf(documented, 'v3.20.1')).toEqual(['']);
  expect(partsOf(documented, 'v3.21.0')).toEqual(['', '.codeintel']);
  expect(partsOf(documented, 'v10.0.0')).toEqual(['', '.codeintel', '.codeinsights']);
  expect(schemaSourcePath(documented, '.codeintel')).toBe('internal/database/schema.codeintel.json');
});

it.each([
  ['{version}.json', 'must contain {part} exactly once'],
  ['schema{part}.json', 'must contain {version} exactly once'],
  ['{version}{version}{part}', 'must contain {version} exactly once'],
  ['../{version}{part}.json', 'may hold letters'],
  ['a/{version}{part}.json', 'may hold letters'],
  ['-{version}{part}.json', 'may hold letters'],
  ['{version} {part}.json', 'may hold letters'],
  ['{version}-{other}{part}', 'may hold letters'],
])('a template such as %s is refused', (template, reason) => {
  expect(templateMistake(template)).toContain(reason);
});

it('the templates of both conventions are fine', () => {
  expect([documented.object, script.object].map(templateMistake)).toEqual([undefined, undefined]);
});
