import { describe, expect, it } from 'vitest';
import { conventionIn, documentedTemplate, anySchemaReader, templateReader } from '../../../domain/schemas/convention.ts';
import type { SchemaNaming } from '../../../domain/schemas/convention.ts';
import { takeInventory } from '../../../domain/schemas/inventory.ts';
import { schemaRules } from '../../../domain/schemas/rules.ts';
import { takeSources } from '../../../domain/schemas/sources.ts';
import { hostileNames } from '../text/hostile-names.ts';
import { readByMigrator, releasedNames, releasedVersions } from './released-versions.ts';

const { names: naming } = schemaRules.parse({ repository: 'sourcegraph/sourcegraph', bucket: 'schemas-migrations' });
const script = '{version}-internal_database_schema{part}.json';
const paths = ['', '.codeintel', '.codeinsights'].map((part) => `internal/database/schema${part}.json`);
const documentedNames = releasedNames.map((name) => name.replace('database_schema', 'database.schema'));

function inventory(names: readonly string[], changes: Partial<SchemaNaming> = {}, contents: Readonly<Record<string, string>> = {}) {
  const convention = conventionIn({ ...naming, ...changes }, names);
  const stored = names.map((name) => ({ name, size: 9, content: contents[name] ?? 'same' }));
  return takeInventory({ stored, convention, version: 'v5.3.4444', action: 'inject-current-schemas' });
}

describe('the names in the real bucket', () => {
  it('are those of 100 versions in 288 files', () => {
    expect([releasedVersions.length, releasedNames.length]).toEqual([100, 288]);
  });

  it('are read as they are, without a word in the catalog', () => {
    expect(conventionIn(naming, releasedNames).object).toBe(script);
    expect(inventory(releasedNames)).toMatchObject({ kind: 'ready', versions: releasedVersions, inputs: { length: 288 } });
  });

  it('are those that the migrator reads, and so are the names of what is injected', () => {
    const taken = takeSources(conventionIn(naming, releasedNames), 'v5.3.4444', paths);
    expect(taken).toMatchObject({ kind: 'complete', sources: paths.map((path) => ({ path, name: readByMigrator(path, 'v5.3.4444') })).toSorted((a, b) => (a.name < b.name ? -1 : 1)) });
    const found = inventory(releasedNames);
    expect(found.kind === 'ready' && found.inputs.some(({ name }) => name === readByMigrator('internal/database/schema.codeintel.json', 'v4.1.3'))).toBe(true);
  });
});

describe('the convention of a bucket', () => {
  it.each([
    [script, releasedNames],
    [documentedTemplate, documentedNames],
    ['{version}-schema{part}.json', ['v1.0.0-schema.json', 'v1.0.0-schema.codeintel.json']],
    ['migrator-{version}_schema{part}.json', ['migrator-v1.0.0_schema.json']],
  ])('is found by looking: %s', (template, names) => {
    expect(conventionIn(naming, [...names, 'README.md', 'archive/']).object).toBe(template);
  });

  it("of an empty bucket is the catalog's, or else the document's", () => {
    expect(conventionIn(naming, []).object).toBe(documentedTemplate);
    expect(conventionIn({ ...naming, object: script }, []).object).toBe(script);
  });

  it("is the catalog's where only names are there that it accepts as older ones", () => {
    const found = inventory(documentedNames, { object: script, accepts: [documentedTemplate] });
    expect(found.kind === 'ready' && found.inputs.map(({ name }) => name)).toEqual([...releasedNames].sort());
  });

  it('is still the one of these names where the catalog names no other', () => {
    expect(conventionIn({ ...naming, accepts: [script] }, releasedNames).object).toBe(script);
  });
});

describe('names of another convention', () => {
  const [some, others] = [releasedNames.slice(0, 200), documentedNames.slice(200)];

  it('are refused by name where the catalog says otherwise', () => {
    expect(inventory(releasedNames, { object: documentedTemplate })).toMatchObject({
      kind: 'refused',
      names: releasedNames.map((name) => ({ name, reason: `named like ${script}, not like ${documentedTemplate}: correct names.object, or list the older of them under names.accepts` })),
    });
  });

  it('are refused by name where most are called otherwise', () => {
    const found = inventory([...some, ...others]);
    expect(found.kind === 'refused' && found.names.map(({ name }) => name)).toEqual(others);
  });

  it("are packed under the bucket's own where they are accepted", () => {
    const found = inventory([...some, ...others], { accepts: [documentedTemplate] });
    expect(found.kind === 'ready' && found.inputs.map(({ name }) => name)).toEqual([...releasedNames].sort());
  });

  it('count once where a version lies there under both', () => {
    const found = inventory([...releasedNames, ...others], { accepts: [documentedTemplate] });
    expect(found).toMatchObject({ kind: 'ready', inputs: { length: 288 }, versions: releasedVersions });
  });

  it('are refused where both are there and differ: nobody can tell which is right', () => {
    const [twice = ''] = others;
    expect(inventory([...releasedNames, twice], { accepts: [documentedTemplate] }, { [twice]: 'other' })).toEqual({
      kind: 'refused',
      names: [{ name: twice, reason: `not the same as ${twice.replace('database.schema', 'database_schema')}: remove the one that is wrong` }],
    });
  });
});

it.each(['V5.1.0-internal_database_schema.json', 'v5.1.0-Internal_Database_Schema.json', 'v5.1.0-internal_database_schema.JSON', 'v5.1.0-INTERNAL_database_schema.json'])('a name in another case is refused by name: %s', (name) => {
  const found = inventory([...releasedNames, name]);
  expect(found.kind === 'refused' && found.names.map((stranger) => stranger.name)).toEqual([name]);
});

it('a file in a tarball is known whatever it is called', () => {
  const read = anySchemaReader(naming);
  expect([releasedNames[0]!, documentedNames[0]!, 'README.md'].map(read)).toEqual([{ version: 'v3.20.0', part: '' }, { version: 'v3.20.0', part: '' }, undefined]);
  expect(read('v5.1.0-internal_database.schema.codeintel.json')).toEqual({ version: 'v5.1.0', part: '.codeintel' });
});

it.each(['v5.1.0-rc.1', 'v5.1.0-beta2', 'v5.1.0-alpha-3'])('a file of %s is not one of v5.1.0, whatever the catalog accepts', (version) => {
  const name = `${version}-internal_database_schema.json`;
  expect([anySchemaReader(naming)(name), templateReader(naming)(name)]).toEqual([undefined, undefined]);
});

it('a template is never read from a name that could lead anywhere', () => {
  const templateOf = templateReader(naming);
  for (const name of hostileNames) expect(templateOf(name) ?? 'plain').toMatch(/^[A-Za-z0-9{}._-]+$/);
});
