import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezeRule, freezeWindows } from '../../../domain/environments/calendar.ts';

const amsterdam = 'Europe/Amsterdam';
const reason = 'nobody is here';

function windows(rule: unknown, from: string, to: string, zone = amsterdam) {
  return freezeWindows([freezeRule.parse(rule)], zone, { from: Date.parse(from), to: Date.parse(to) }).map((window) => [window.from, window.to]);
}

describe('a freeze', () => {
  it('goes by the clocks of its time zone, in winter and in summer', () => {
    const rule = { kind: 'dates', from: '2026-03-01T09:00', to: '2026-07-01T09:00', reason };
    expect(windows(rule, '2026-06-01T00:00:00Z', '2026-06-02T00:00:00Z')).toEqual([['2026-03-01T08:00:00.000Z', '2026-07-01T07:00:00.000Z']]);
  });

  it('comes back every week, over the week\'s end too', () => {
    const rule = { kind: 'weekly', from: 'fri 16:00', to: 'mon 08:00', reason };
    expect(windows(rule, '2026-03-25T00:00:00Z', '2026-04-08T00:00:00Z')).toEqual([
      ['2026-03-27T15:00:00.000Z', '2026-03-30T06:00:00.000Z'],
      ['2026-04-03T14:00:00.000Z', '2026-04-06T06:00:00.000Z'],
    ]);
  });

  it('that has begun already is among those that touch the time asked for', () => {
    const rule = { kind: 'weekly', from: 'fri 16:00', to: 'mon 08:00', reason };
    expect(windows(rule, '2026-03-29T12:00:00Z', '2026-03-29T13:00:00Z')).toHaveLength(1);
    expect(windows(rule, '2026-03-31T12:00:00Z', '2026-03-31T13:00:00Z')).toEqual([]);
  });

  it('shows, at its ends, what the catalog says, wherever the clocks are', () => {
    const zones = fc.constantFrom('UTC', amsterdam, 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Chatham', 'America/Los_Angeles');
    // Summer time begins and ends in the small hours everywhere.
    const noonish = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.integer({ min: 6, max: 22 }));
    fc.assert(
      fc.property(zones, noonish, (zone, [month, day, hour]) => {
        const two = (value: number) => String(value).padStart(2, '0');
        const local = `2026-${two(month)}-${two(day)}T${two(hour)}:30`;
        const [window] = freezeWindows([freezeRule.parse({ kind: 'dates', from: local, to: '2028-01-01T00:00', reason })], zone, { from: Date.parse('2027-06-01'), to: Date.parse('2027-06-02') });
        const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(Date.parse(window!.from));
        expect(shown.replace(' ', 'T')).toBe(local);
      }),
    );
  });
});

it.each([
  [{ kind: 'dates', from: '2026-02-30T09:00', to: '2026-03-01T09:00', reason }, 'must be a day that exists'],
  [{ kind: 'dates', from: '2026-03-02T09:00', to: '2026-03-01T09:00', reason }, 'must come after "from"'],
  [{ kind: 'dates', from: '2 March', to: '2026-03-01T09:00', reason }, 'must be a local date and time'],
  [{ kind: 'weekly', from: 'friday', to: 'mon 08:00', reason }, 'must be a time of the week'],
  [{ kind: 'weekly', from: 'fri 16:00', to: 'fri 16:00', reason }, 'must differ from "from"'],
])('refuses %j', (rule, why) => {
  expect(freezeRule.safeParse(rule).error?.issues.map(({ message }) => message).join()).toContain(why);
});
