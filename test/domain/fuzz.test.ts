import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readCatalog } from '../../domain/catalog-text.ts';
import { writtenVotes } from '../../domain/people/written-vote.ts';
import { parseInput } from '../../domain/text/input.ts';
import { project } from '../../sandbox/parts/build.mjs';
import { readNews } from '../../worker/webhooks/news.ts';
import { sources } from '../sources.ts';
import { payloadConverter } from '../../temporal/payload-converter.cjs';

/** What Temporal lets through at most, in bytes, less a little. */
const largest = 1_900_000;

/** Texts as nobody types them: halves of characters, markers, markup, a million of anything. */
const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 6, arbitrary: fc.constantFrom('\ud800', '\udfff x', '\0', '__proto__', 'constructor', '<!-- slipway: x -->', '@everyone', '`${{ x }}`', '../..', '-', '\u202e', ' ', '\n'.repeat(50)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: largest }).map((length) => 'ä'.repeat(length / 2)) },
);
const anything = fc.anything({ key: text, values: [text, fc.double(), fc.boolean(), fc.constant(null), fc.integer()], maxDepth: 3, maxKeys: 5, withNullPrototype: true });

/** All that the catalog, requests, and messages are read by. */
const schemas = (await Promise.all(sources('domain').map(async (file) => Object.entries((await import(join(project, file))) as object).map(([name, schema]) => [`${file} ${name}`, schema as unknown] as const))))
  .flat()
  .flatMap(([name, schema]) => (schema instanceof z.ZodObject ? [[name, schema] as const] : []));

/** As a workflow gets it. */
function received(input: unknown): unknown {
  const data = Buffer.from(JSON.stringify(input) ?? 'null');
  return payloadConverter.fromPayload({ metadata: { encoding: Buffer.from('json/plain') }, data });
}

describe('what anybody may send', () => {
  it('is of many kinds', () => {
    expect(schemas.length).toBeGreaterThan(20);
  });

  it.each(schemas)('is accepted, or refused in few words: %s', (_, schema) => {
    const fields = Object.keys(schema.shape);
    // Right names, and anything in them: what is wrong altogether comes no further than the first look.
    const near = fc.dictionary(fc.constantFrom(...fields, '__proto__', 'unknown'), fc.oneof(text, anything, fc.constantFrom(...fields)), { maxKeys: fields.length + 2 });
    fc.assert(
      fc.property(fc.oneof(near, anything), (input) => {
        const read = parseInput(schema, received(input), { example: 'x' });
        expect(read.kind === 'invalid' ? read.message.length : 0).toBeLessThan(1_200);
        expect(read.kind === 'invalid' ? read.message.isWellFormed() : true).toBe(true);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a catalog', () => {
  const example = readFileSync(join(project, 'slipway.yaml'), 'utf8');

  it('is read, or refused with a line for each of its mistakes, whatever is put into it', () => {
    const torn = fc.tuple(fc.nat(example.length), fc.nat(40), fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('{', '- ', '&a ', '*a', '!!js ', '? ', '\t', '"', '\0', '__proto__: 1\n'))).map(([at, length, put]) => example.slice(0, at) + put + example.slice(at + length));
    fc.assert(fc.property(fc.oneof(torn, fc.string({ unit: 'binary' })), (catalog) => {
      expect(readCatalog(catalog)).toBeDefined();
    }), { numRuns: 60 });
  });
});

it('a comment is no vote, or one, and never a mistake', () => {
  const comment = fc.array(fc.oneof(text, fc.constantFrom('/slipway approve production', '/slipway reject', '/slipway', '> ', '```', '\n')), { maxLength: 8 }).map((parts) => parts.join('').slice(0, 65_536));
  fc.assert(fc.property(comment, (remark) => {
    expect(Array.isArray(writtenVotes({ text: remark }, ['staging', 'production']))).toBe(true);
  }), { numRuns: 200 });
});

it('a webhook is read, or is none', () => {
  const names = fc.constantFrom('push', 'check_suite', 'check_run', 'status', 'pull_request', 'pull_request_review', 'workflow_run', 'deployment_status', 'issue_comment', 'merge_group', 'no event');
  const payload = fc.oneof(anything, fc.record({ repository: fc.oneof(anything, fc.record({ full_name: text })), ref: text, check_suite: anything, workflow_run: anything, pull_request: anything, deployment: anything, state: text, branches: anything }, { requiredKeys: [] }));
  fc.assert(fc.property(names, payload, (name, body) => {
    expect(readNews(name, JSON.parse(JSON.stringify(body) ?? 'null'))).toBeDefined();
  }), { numRuns: 300 });
});
