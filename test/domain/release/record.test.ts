import { expect, it } from 'vitest';
import { isRecordOf, recordName } from '../../../domain/release/record.ts';

const startedAt = '2026-01-31T09:00:00.000Z';

it('is kept by its component, when it began, its kind, and what tells it from others of the kind', () => {
  expect(recordName({ release: 'release/gitaly/from-1a2b3c4d5e6f', component: 'gitaly', startedAt })).toBe('gitaly/20260131T090000Z-release-from-1a2b3c4d5e6f');
});

it('is not taken for that of another kind whose releases are named alike', () => {
  const schemas = { release: 'schemas/migrator/v5.3.4444', component: 'migrator', startedAt };
  const flag = { ...schemas, release: 'flag/migrator/v5.3.4444' };
  expect(isRecordOf(recordName(schemas), schemas)).toBe(true);
  expect(isRecordOf(recordName(schemas), flag)).toBe(false);
  expect(recordName(schemas)).not.toBe(recordName(flag));
});

it('is not taken for that of a release whose name ends with the same', () => {
  const record = { release: 'flag/gitaly/gitaly_x', component: 'gitaly', startedAt };
  expect(isRecordOf(recordName(record), { ...record, release: 'flag/gitaly/x' })).toBe(false);
});
