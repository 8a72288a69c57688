import { describe, expect, it } from 'vitest';
import { problemLine, readCatalog } from '../../../domain/catalog-text.ts';
import { parseInput } from '../../../domain/text/input.ts';
import { conventionIn } from '../../../domain/schemas/convention.ts';
import { schemaNameReader } from '../../../domain/schemas/names.ts';
import { agreeOnSchemas } from '../../../domain/schemas/plan.ts';
import { schemaRequest, schemaRequestExample } from '../../../domain/schemas/request.ts';
import { shaOf } from '../../shas.ts';

const smallest = `version: 1
environments: {}
components:
  migrator:
    schemas:
      repository: sourcegraph/sourcegraph
      bucket: schemas-migrations
`;

/** How the tool's own script called the files. */
const scripts = `${smallest}      names:
        object: "{version}-internal_database_schema{part}.json"
        accepts: ["{version}-internal_database.schema{part}.json"]
        parts: [{ name: "" }, { name: .codeintel, since: v3.20.0 }]
`;

function catalog(text: string) {
  const reading = readCatalog(text);
  if (reading.kind === 'invalid') throw new Error(reading.problems.map((problem) => problemLine('slipway.yaml', problem)).join('\n'));
  return reading.catalog;
}

function problems(text: string): string[] {
  const reading = readCatalog(text);
  return reading.kind === 'invalid' ? reading.problems.map((problem) => problemLine('slipway.yaml', problem)) : [];
}

describe("a catalog's schemas", () => {
  it("are named by the document's convention, if nothing else is said", () => {
    const { names, file, onNewSchemas, buildTimeout } = catalog(smallest).components.migrator!.schemas!;
    expect({ file, onNewSchemas, buildTimeout }).toEqual({ file: 'tools/release/schema_deps.bzl', onNewSchemas: 'regenerate', buildTimeout: 21_600_000 });
    expect(schemaNameReader(conventionIn(names, []))('v5.3.4444-internal_database.schema.codeintel.json')).toEqual({ version: 'v5.3.4444', part: '.codeintel' });
  });

  it("can be named as the tool's own script did, and read what had other names before", () => {
    const read = schemaNameReader(conventionIn(catalog(scripts).components.migrator!.schemas!.names, []));
    expect(read('v5.3.4444-internal_database_schema.codeintel.json')).toEqual({ version: 'v5.3.4444', part: '.codeintel' });
    expect(read('v3.43.2-internal_database.schema.json')).toEqual({ version: 'v3.43.2', part: '' });
  });

  it.each([
    ['a name that can not tell versions apart', scripts.replace('object: "{version}-', 'object: "v5-'), 'object: must contain {version} exactly once'],
    ['a name that leads out of the folder', scripts.replace('object: "', 'object: "../'), 'may hold letters, digits, dots'],
    ['a part twice', scripts.replace('.codeintel, since', '"", since'), 'parts: must not name a part twice'],
    ['a part with a slash', scripts.replace('.codeintel', './codeintel'), 'must be empty or begin with a dot'],
    ['a version with a suffix', scripts.replace('v3.20.0', 'v3.20.0-rc.1'), '"v3.20.0-rc.1" is no version'],
    ['a URL that would end the string it is written into', `${smallest}      url: 'https://x/"{archive}'\n`, 'must be an http or https URL without quotes'],
    ['a build that could not be found again', `${smallest}      build: { workflow: release.yml, inputs: { VERSION: "{version}" } }\n`, 'build.inputs: one input must carry {key}'],
    ['a branch that all versions share', `${smallest}      head: release\n`, 'head: must contain {version} exactly once'],
  ])('are refused with %s', (_, text, message) => {
    expect(problems(text)).toEqual([expect.stringContaining(message)]);
  });

  it('are told where they are now when they stand where they once did', () => {
    const former = 'version: 1\nenvironments: {}\ncomponents: {}\nschemas:\n  migrator: { bucket: b }\n  kas: { bucket: c }\n';
    expect(problems(former)).toEqual(['slipway.yaml:4:1: schemas: is a capability of its component now: components.migrator.schemas, components.kas.schemas']);
    expect(problems(`${smallest}      chat: { progress: "#releases" }\n`)).toEqual([expect.stringContaining('components.migrator.schemas.chat: is the component\'s now: write it beside "schemas"')]);
  });
});

describe('a request', () => {
  const parsed = (input: object) => parseInput(schemaRequest, input, schemaRequestExample);

  it('is for one version of one component', () => {
    expect(parsed(schemaRequestExample)).toEqual({ kind: 'valid', value: schemaRequestExample });
    expect(parsed({ ...schemaRequestExample, version: 'v10.0.0', base: '10.0', overwrite: 'OVERWRITE' })).toMatchObject({ kind: 'valid' });
  });

  it.each([
    [{ version: 'v5.3' }, '"v5.3" is no version to release schemas for: write vX.Y.Z'],
    [{ version: '5.3.1' }, '"5.3.1" is no version'],
    [{ version: undefined }, 'version: missing'],
    [{ action: 'inject' }, 'did you mean "inject-current-schemas"?'],
    [{ overwrite: true }, 'overwrite: must be OVERWRITE'],
    [{ base: '../main' }, 'base: must be a plain branch name'],
  ])('is refused with %j', (change, message) => {
    expect(parsed({ ...schemaRequestExample, ...change })).toMatchObject({ kind: 'invalid', message: expect.stringContaining(message) });
  });
});

it('a plan names everything after its version', () => {
  const cut = { request: { ...schemaRequestExample }, base: '5.3', candidate: shaOf('c'), date: '2024-01-15T09:00:00Z' };
  expect(agreeOnSchemas({ pace: catalog(smallest).pace, rules: catalog(smallest).components.migrator!.schemas! }, cut)).toMatchObject({
    id: 'schemas/migrator/v5.3.4444',
    archive: 'dist/schemas-v5.3.4444.tar.gz',
    url: 'https://storage.googleapis.com/schemas-migrations/dist/schemas-v5.3.4444.tar.gz',
    branch: 'schemas/v5.3.4444',
    into: '5.3',
    overwrite: false,
  });
});
