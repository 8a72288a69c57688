import { expect, it } from 'vitest';
import { recordOfSetting, toldSetting } from '../../../domain/flags/desk-record.ts';
import { isRecordOf, recordName } from '../../../domain/release/record.ts';

const set = { component: 'gitaly', flag: 'gitaly_x', environment: 'production', from: 100, to: 25, by: 'alice', reason: 'the incident' } as const;
const times = { startedAt: '2026-01-05T10:00:00.123Z', endedAt: '2026-01-05T10:00:01Z' };

it('is told, and recorded among the rollouts of the flag, with who has set it and why', () => {
  expect(toldSetting(set)).toBe('gitaly_x in production: 100 % → 25 %, by alice: the incident');
  const record = recordOfSetting(set, times);
  expect(record).toMatchObject({ release: 'flag/gitaly/gitaly_x', outcome: toldSetting(set), decisions: [{ message: 'set 100 % → 25 %', by: 'alice', reason: 'the incident', assurance: 'claimed' }] });
  expect(isRecordOf(recordName(record), { release: 'flag/gitaly/gitaly_x', component: 'gitaly' })).toBe(true);
});
