import { expect, it } from 'vitest';
import { frozen, newEnvironment, thawed } from '../../../domain/environments/environment.ts';
import { environmentPage } from '../../../domain/environments/environment-page.ts';

const now = '2026-01-01T00:00:00Z';
const production = newEnvironment('production');

it('says what to send before the tables, however many follow it', () => {
  const followers = Array.from({ length: 200 }, (_, n) => `flag/gitaly/gitaly_${n}`);
  const page = environmentPage({ ...production, followers }, now);
  expect(page).toContain('Free\n\nSend `freeze` with\n```json\n{"by":"your-login","reason":"why"}\n```\n\n| component |');
  expect(page).toMatch(/\(see the query `status`\)$/);
  expect(page.length).toBeLessThanOrEqual(4_000);
});

it('says who froze it, and then who thawed it, and why', () => {
  const cold = frozen(production, { by: 'olga', reason: 'the incident' }, now);
  expect(environmentPage(cold, now)).toContain('**Frozen**, by olga: the incident\n\nSend `thaw` with\n```json\n{"by":"your-login"}\n');
  const page = environmentPage(thawed(cold, { by: 'kim', reason: 'it is over' }, now).record, now);
  expect(page).toContain('Thawed by kim: it is over, at 2026-01-01T00:00:00Z\n\nSend `freeze` with');
  expect(page).not.toContain('olga');
});

it('shows what it did not accept', () => {
  const refused = [{ message: 'freeze', why: 'resaon: unknown key', at: now }];
  expect(environmentPage({ ...production, refused }, now)).toContain('**Not accepted:**\n- `freeze` at 2026-01-01T00:00:00Z: resaon: unknown key');
});
