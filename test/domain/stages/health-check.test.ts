import { expect, test } from 'vitest';
import { healthCheck } from '../../../domain/stages/health-check.ts';

test.each([
  { kind: 'http', url: 'https://gitlab.test/-/health' },
  { kind: 'prometheus', query: 'sum(rate(errors[5m]))', max: 0.05 },
  { kind: 'prometheus', query: 'sum(rate(requests[5m]))', min: 1 },
])('%j is a check', (check) => {
  expect(healthCheck.parse(check)).toEqual(check);
});

test('a check at Sentry looks, if nothing is said, at an hour of unresolved issues, and allows none', () => {
  expect(healthCheck.parse({ kind: 'sentry', project: 'gitaly' })).toEqual({ kind: 'sentry', project: 'gitaly', query: 'is:unresolved', seen: 3_600_000, max: 0 });
});

test.each([
  [{ kind: 'prometheus', query: 'errors' }, 'needs "min" or "max", else any value would be healthy'],
  [{ kind: 'sentry', project: '../gitaly' }, 'must be the slug of a Sentry project'],
  [{ kind: 'sentry', project: 'gitaly', max: 100 }, 'expected number to be <=99'],
  [{ kind: 'http', url: 'file:///etc/passwd' }, 'Invalid URL'],
  [{ kind: 'statsd' }, 'Invalid'],
])('%j is none: %s', (check, message) => {
  expect(healthCheck.safeParse(check).error?.issues[0]?.message).toContain(message);
});
