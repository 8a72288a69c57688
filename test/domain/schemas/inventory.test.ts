import { describe, expect, it } from 'vitest';
import { takeInventory } from '../../../domain/schemas/inventory.ts';
import { hostileNames } from '../text/hostile-names.ts';
import type { SchemaAction, SchemaInventory, StoredSchema } from '../../../domain/schemas/inventory.ts';
import type { SchemaConvention } from '../../../domain/schemas/names.ts';

const convention: SchemaConvention = {
  source: 'internal/database/schema{part}.json',
  object: '{version}-internal_database.schema{part}.json',
  accepts: ['{version}-internal_database_schema{part}.json'],
  parts: [{ name: '' }, { name: '.codeintel', since: 'v5.0.0' }],
};

const v3 = ['v3.1.4-internal_database_schema.json'];
const v510 = ['v5.1.0-internal_database.schema.codeintel.json', 'v5.1.0-internal_database.schema.json'];
const v520 = ['v5.2.0-internal_database.schema.codeintel.json', 'v5.2.0-internal_database.schema.json'];
const v10 = ['v10.0.0-internal_database.schema.codeintel.json', 'v10.0.0-internal_database.schema.json'];

function inventory(names: readonly string[], question: { version?: `v${string}`; action?: SchemaAction } = {}): SchemaInventory<StoredSchema> {
  const stored = names.map((name) => ({ name, size: 9 }));
  return takeInventory({ stored, convention, version: 'v5.1.3333', action: 'inject-current-schemas', ...question });
}

describe('the inventory of schemas', () => {
  it('takes every version at or below the release in the order of the C locale, and none above', () => {
    expect(inventory([...v520, ...v510.toReversed(), ...v3, ...v10])).toEqual({
      kind: 'ready',
      versions: ['v3.1.4', 'v5.1.0'],
      inputs: [...v3.map((name) => name.replace('_schema', '.schema')), ...v510].map((name) => ({ name, size: 9 })),
      ignored: [],
    });
    expect(inventory([...v10, ...v510], { version: 'v10.0.1' })).toMatchObject({ inputs: [...v10, ...v510].map((name) => ({ name })) });
  });

  it('refuses to inject a version of which anything is published', () => {
    const [one = ''] = v520;
    expect(inventory([...v510, one], { version: 'v5.2.0' })).toEqual({ kind: 'published', present: [one] });
  });

  it('fetches a version that is all there', () => {
    expect(inventory([...v510, ...v520], { version: 'v5.2.0', action: 'fetch-current-schemas' })).toMatchObject({
      kind: 'ready',
      inputs: [...v510, ...v520].map((name) => ({ name })),
    });
  });

  it('calls a version botched when a file of it is missing, and names it', () => {
    const [codeintel = '', plain = ''] = v520;
    expect(inventory([...v510, codeintel], { version: 'v5.2.0', action: 'fetch-current-schemas' })).toEqual({
      kind: 'botched',
      present: [codeintel],
      missing: [plain],
    });
    expect(inventory(v510, { version: 'v5.2.0', action: 'fetch-current-schemas' })).toMatchObject({ kind: 'botched', present: [], missing: v520.toReversed() });
  });

  it('names a version below that is seen half-way, and does not mind one above', () => {
    const [half = ''] = v510;
    const [above = ''] = v520;
    expect(inventory([half, above])).toEqual({
      kind: 'incomplete',
      versions: [{ version: 'v5.1.0', missing: ['v5.1.0-internal_database.schema.json'] }],
      younger: [],
    });
    expect(inventory([...v510, above])).toMatchObject({ kind: 'ready' });
  });

  it('refuses every hostile name by its name, and takes nothing', () => {
    const found = inventory([...v510, ...hostileNames]);
    expect(found).toMatchObject({ kind: 'refused' });
    expect(found.kind === 'refused' && found.names.map(({ name }) => name)).toEqual(hostileNames);
  });

  it('refuses a file that is too large, unless the release does without it', () => {
    const stored = [...v510, ...v520].map((name) => ({ name, size: name === v520[0] ? 11 : 10 }));
    const question = { stored, convention, action: 'inject-current-schemas', limits: { fileSize: 10, files: 100 } } as const;
    expect(takeInventory({ ...question, version: 'v5.1.3333' })).toMatchObject({ kind: 'ready' });
    expect(takeInventory({ ...question, version: 'v5.3.0' })).toEqual({
      kind: 'refused',
      names: [{ name: v520[0], reason: 'larger than 10 bytes' }],
    });
  });

  it('refuses more files than it reads', () => {
    const stored = v510.map((name) => ({ name, size: 1 }));
    expect(takeInventory({ stored, convention, version: 'v5.2.0', action: 'inject-current-schemas', limits: { fileSize: 10, files: 1 } })).toMatchObject({ kind: 'refused' });
  });

  it('keeps the newer patches of its own line, unless the catalog leaves them out', () => {
    const newer = v510.map((name) => name.replace('v5.1.0', 'v5.1.4444'));
    const question = { stored: [...v510, ...newer, ...v520].map((name) => ({ name, size: 9 })), convention, version: 'v5.1.3333', action: 'inject-current-schemas' } as const;
    expect(takeInventory(question)).toMatchObject({ kind: 'ready', versions: ['v5.1.0', 'v5.1.4444'] });
    expect(takeInventory({ ...question, newerPatches: 'leaveOut' })).toMatchObject({ kind: 'ready', versions: ['v5.1.0'] });
  });

  it('passes over what the catalog ignores, and names it', () => {
    const strays = ['archive/', 'archive/v1.0.0.json', 'README.md', 'v5.2.0-internal_database.schema.console.json'];
    const ignoring = { ...convention, ignores: ['*/', 'archive/*', 'README*', '*.console.json'] };
    const stored = [...v510, ...strays].map((name) => ({ name, size: name.endsWith('/') ? 0 : 9 }));
    expect(takeInventory({ stored, convention: ignoring, version: 'v5.1.3333', action: 'inject-current-schemas' })).toMatchObject({ kind: 'ready', ignored: strays });
    expect(takeInventory({ stored, convention, version: 'v5.1.3333', action: 'inject-current-schemas' })).toMatchObject({ kind: 'refused', names: strays.map((name) => ({ name })) });
  });

  it.each([
    ['is empty', { size: 0 }, 'empty'],
    ['is stored compressed', { encoding: 'gzip' }, 'stored with Content-Encoding gzip; store it as it is'],
  ])('refuses by name a schema that %s', (_, change, reason) => {
    const stored = v510.map((name, index) => ({ name, size: 9, ...(index === 0 && change) }));
    expect(takeInventory({ stored, convention, version: 'v5.1.3333', action: 'inject-current-schemas' })).toEqual({ kind: 'refused', names: [{ name: v510[0], reason }] });
  });

  it('tells a part that did not exist yet, by the look of it, from one that is missing', () => {
    const parts = [{ name: '' }, { name: '.codeintel' }];
    const v300 = ['v3.0.0-internal_database.schema.json'];
    expect(takeInventory({ stored: [...v300, ...v510].map((name) => ({ name, size: 9, createdAt: '2024-01-01T00:00:00Z' })), convention: { ...convention, parts }, version: 'v5.1.3333', action: 'inject-current-schemas' })).toEqual({
      kind: 'incomplete',
      versions: [{ version: 'v3.0.0', missing: ['v3.0.0-internal_database.schema.codeintel.json'], since: '2024-01-01T00:00:00Z' }],
      younger: [{ name: '.codeintel', since: 'v5.1.0' }],
    });
  });

  it('of an empty bucket is ready and empty: the first release of all', () => {
    expect(inventory([])).toEqual({ kind: 'ready', inputs: [], versions: [], ignored: [] });
  });
});
