import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { catalogSchema } from '../domain/catalog.ts';
import { project } from '../sandbox/parts/build.mjs';

/**
 * Each running workflow evaluates all modules of the bundle for itself, and keeps what they make: what a schema of the catalog holds is paid by every
 * release that waits. Its words (a name, a repository, percentages) are also those of messages.
 */
it('no workflow carries a mapping of the catalog: it gets what it needs of it in its plan', async () => {
  const ofCatalog = nodesOf([catalogSchema]);
  const carried: string[] = [];
  let own = 0;
  for (const file of reached('workflows/index.ts')) {
    if (!file.startsWith('domain/')) continue;
    const module = (await import(join(project, file))) as Record<string, unknown>;
    const schemas = Object.entries(module).filter((entry): entry is [string, z.core.$ZodType] => entry[1] instanceof z.core.$ZodType);
    own += nodesOf(schemas.map(([, schema]) => schema)).size;
    carried.push(...schemas.filter(([, schema]) => [...nodesOf([schema])].some((node) => isMapping(node) && ofCatalog.has(node))).map(([name]) => `${file}: ${name}`));
  }
  expect(carried).toEqual([]);
  expect(own).toBeGreaterThan(0);
});

function isMapping({ _zod: { def } }: z.core.$ZodType): boolean {
  return ['object', 'record'].includes(def.type);
}

/** A schema, and all that it is made of. */
function nodesOf(schemas: readonly z.core.$ZodType[]): ReadonlySet<z.core.$ZodType> {
  const nodes = new Set<z.core.$ZodType>();
  const visit = (value: unknown): void => {
    if (value instanceof z.core.$ZodType) {
      if (nodes.has(value)) return;
      nodes.add(value);
      Object.values(value._zod.def).forEach(visit);
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) Object.values(value).forEach(visit);
  };
  schemas.forEach(visit);
  return nodes;
}

/** The files that a file imports by value, and so on. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(join(project, file), 'utf8').matchAll(/^(?:import|export)\s+(?!type\s)(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm);
  for (const [, specifier] of imports) reached(relative(project, resolve(project, dirname(file), specifier!)), seen);
  return seen;
}
