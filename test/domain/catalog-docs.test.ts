import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogJsonSchema } from '../../domain/catalog-json-schema.ts';

const page = readFileSync('docs/catalog.md', 'utf8');

/** Every key that a catalog may have, wherever it stands. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : [];
  return [...own, ...Object.values(schema).flatMap(keysOf)];
}

describe('docs/catalog.md', () => {
  it.each([...new Set(keysOf(catalogJsonSchema()))])('explains the key %s', (key) => {
    expect(page).toMatch(new RegExp(`\`${key}[\`:]`));
  });
});
