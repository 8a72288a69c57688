import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseInput } from '../../../domain/text/input.ts';
import { releaseRequest, releaseRequestExample } from '../../../domain/component/request.ts';

const parse = (input: unknown) => parseInput(releaseRequest, input, releaseRequestExample);

it('takes one JSON object', () => {
  expect(parse({ component: 'gitaly' })).toEqual({ kind: 'valid', value: { component: 'gitaly' } });
});

it('names every mistake, what was given, and what to send instead', () => {
  expect(parse({ component: 5, shaa: 'x' })).toEqual({
    kind: 'invalid',
    message:
      'component: must be text, not 5; shaa: unknown key "shaa": did you mean "sha"? Known: component, sha, by, reason, dryRun. Send for example {"component":"gitaly"}',
  });
});

it('answers anything at all with a value or a message, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.jsonValue(), fc.record({ component: fc.jsonValue(), sha: fc.jsonValue() })), (input) => {
      const parsed = parse(input);
      expect(parsed.kind === 'valid' || parsed.message.length > 0).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
