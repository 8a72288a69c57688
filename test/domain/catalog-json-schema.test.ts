import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { catalogJsonSchema } from '../../domain/catalog-json-schema.ts';

const ajv = new Ajv2020({ allErrors: true });
formats.default(ajv);
const valid = ajv.compile(catalogJsonSchema());

const shipped = readFileSync('slipway.yaml', 'utf8');

describe('the JSON Schema of the catalog', () => {
  it('is committed as it is generated (npm run schema)', () => {
    expect(JSON.parse(readFileSync('docs/slipway.schema.json', 'utf8'))).toEqual(catalogJsonSchema());
  });

  it('is the one that slipway.yaml names to editors', () => {
    expect(shipped).toMatch(/^# yaml-language-server: \$schema=docs\/slipway\.schema\.json\n/);
  });

  it('accepts the catalog that Slipway ships', () => {
    expect(valid(parse(shipped)) || valid.errors).toBe(true);
  });

  it.each<[mistake: string, from: string | RegExp, to: string, at: string]>([
    ['an unknown key', 'components:', 'component: {}\ncomponents:', ''],
    ['no version', 'version: 1', '', ''],
    ['a bad name', 'staging: {}', 'Not So: {}', '/environments'],
    ['a bad duration', 'soak: 30m', 'soak: 30 minutes', '/components/gitaly/stages/1/soak'],
    ['a channel without #', '"#g_gitaly"', 'g_gitaly', '/components/gitaly/chat/team'],
    ['an unknown mechanism', 'kind: deployment', 'kind: magic', '/components/gitaly/stages/1/promote'],
    ['no stages', /stages:\n( {6}.*\n)+/, 'stages: []\n', '/components/gitaly/stages'],
  ])('refuses %s', (_mistake, from, to, at) => {
    expect(valid(parse(shipped.replace(from, to)))).toBe(false);
    expect(valid.errors?.map(({ instancePath }) => instancePath)).toContain(at);
  });

  it('explains to whoever edits', () => {
    expect(JSON.stringify(catalogJsonSchema())).toContain('Healthy, observed time that must pass before the next stage.');
  });
});
