import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { types } from 'node:util';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { deferred } from '../domain/text/deferred.ts';
import { project } from '../sandbox/parts/build.mjs';

// All workflows of a worker share the modules that `workflows/preloaded.ts` reaches. They are evaluated once, and frozen.
const shared = [...reached('workflows/preloaded.ts')].filter((file) => file !== 'workflows/preloaded.ts');

it('no workflow keeps anything in a module: the others would find it there', () => {
  expect(shared.length).toBeGreaterThan(100);
  const kept = shared.flatMap((file) => readFileSync(join(project, file), 'utf8').match(/^(?:export )?(?:let|var) .*|^(?:export )?const \w+(?:: [^=]+)? = (?:new (?:Map|Set|WeakMap|WeakSet)(?:<.*>)?\(\)|\[\]|\{\});/gm)?.map((line) => `${file}: ${line}`) ?? []);
  expect(kept).toEqual([]);
  // A table may be kept, which nobody writes to.
  const tables = shared.flatMap((file) => [...readFileSync(join(project, file), 'utf8').matchAll(/^(?:export )?const (\w+)(?:: [^=]+)? = new (?:Map|Set)\b/gm)].map(([, name]) => ({ file, name })));
  expect(tables.filter(({ file, name }) => new RegExp(`\\b${name}\\.(?:set|add|delete|clear)\\(`).test(readFileSync(join(project, file), 'utf8')))).toEqual([]);
});

it('no schema is frozen with its module, and no pattern, which remembers where it has matched: what a module shows of a schema is `deferred`', async () => {
  const frozen: string[] = [];
  let schemas = 0;
  for (const file of shared) {
    const visit = (value: unknown, path: string, seen: Set<unknown>): void => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return;
      seen.add(value);
      if (types.isProxy(value)) return void schemas++;
      if (value instanceof z.core.$ZodType || value instanceof RegExp) return void frozen.push(path);
      for (const [key, inside] of Object.entries(value)) visit(inside, `${path}.${key}`, seen);
    };
    visit({ ...((await import(join(project, file))) as object) }, file, new Set());
  }
  expect(frozen).toEqual([]);
  expect(schemas).toBeGreaterThan(50);
});

it('a deferred schema is made once, when something is first read by it, and does not freeze', () => {
  let made = 0;
  const schema = deferred(() => z.object({ sha: z.string().regex(/^[0-9a-f]{40}$/).optional(), made: z.literal(++made) }));
  expect(made).toBe(0);
  expect(() => Object.freeze(schema)).toThrow(TypeError);
  const holder = Object.freeze({ schema });
  expect(holder.schema.parse({ made: 1 })).toEqual({ made: 1 });
  expect(holder.schema.safeParse({ made: 2 }).success).toBe(false);
  expect(z.strictObject({ inside: schema, list: z.array(schema) }).parse({ inside: { made: 1 }, list: [{ made: 1 }] })).toMatchObject({ inside: { made: 1 } });
  expect(schema instanceof z.ZodType).toBe(true);
  expect(schema.extend({ more: z.string() }).parse({ made: 1, more: 'x' })).toMatchObject({ more: 'x' });
  expect(z.toJSONSchema(schema)).toMatchObject({ type: 'object', required: ['made'] });
  expect(made).toBe(1);
});

/** The files that a file imports by value, and so on. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const imports = readFileSync(join(project, file), 'utf8').matchAll(/^(?:import|export)\s+(?!type\s)(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'/gm);
  for (const [, specifier] of imports) reached(relative(project, resolve(project, dirname(file), specifier!)), seen);
  return seen;
}
