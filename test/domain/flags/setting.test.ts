import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { exposure, flagValue, parseFlagName, raises, shownSetting } from '../../../domain/flags/setting.ts';
import type { FlagSetting } from '../../../domain/flags/setting.ts';

const setting: fc.Arbitrary<FlagSetting> = fc.oneof(fc.boolean(), fc.integer({ min: 1, max: 100 }), fc.constant('unset' as const));

describe('a flag value', () => {
  test.each([false, true, 1, 5, 100])('may be %s', (value) => {
    expect(flagValue.parse(value)).toBe(value);
  });

  test.each([0, 101, 2.5, -1, '25', 'true', null])('may not be %s', (value) => {
    expect(flagValue.safeParse(value).error?.issues[0]?.message).toBe('must be true, false or an integer from 1 to 100 (percent of actors)');
  });
});

describe('raising a flag', () => {
  test('is never also lowering it', () => {
    fc.assert(fc.property(setting, setting, (a, b) => !(raises(a, b) && raises(b, a))));
  });

  test('never takes the flag from anybody', () => {
    fc.assert(fc.property(setting, setting, (a, b) => !raises(a, b) || exposure(b) >= exposure(a)));
  });

  test('includes the step from 100 to true, though nobody new sees it', () => {
    expect(raises(100, true)).toBe(true);
    expect(exposure(100)).toBe(exposure(true));
  });

  test('is not what turning an unset flag off is', () => {
    expect(raises('unset', false)).toBe(false);
    expect(raises(false, 'unset')).toBe(false);
  });
});

test('settings are told in the words of people', () => {
  expect([false, 25, 100, true, 'unset' as const].map(shownSetting)).toEqual(['off', '25 %', '100 %', 'on', 'unset']);
});

describe('a flag name', () => {
  test('is taken when it carries the prefix of its component', () => {
    expect(parseFlagName('gitaly_go_user_delete_tag', 'gitaly_')).toEqual({ kind: 'valid', value: 'gitaly_go_user_delete_tag' });
  });

  test.each([
    ['go_user_delete_tag', 'gitaly_go_user_delete_tag'],
    ['Go-User-Delete-Tag', 'gitaly_go_user_delete_tag'],
    ['gitaly-go', 'gitaly_go'],
    ['GITALY_GO', 'gitaly_go'],
    [' a b ', 'gitaly_a_b'],
  ])('%s is refused, and the right name is told', (given, meant) => {
    const parsed = parseFlagName(given, 'gitaly_');
    expect(parsed).toMatchObject({ kind: 'invalid', message: expect.stringContaining(`Did you mean "${meant}"?`) });
  });

  test.each(['', 'gitaly_', '///', '..'])('%j is refused without a guess', (given) => {
    const parsed = parseFlagName(given, 'gitaly_');
    expect(parsed.kind === 'invalid' && !parsed.message.includes('Did you mean')).toBe(true);
  });

  test('whatever is suggested would be taken, and whatever is taken is safe in a URL', () => {
    fc.assert(
      fc.property(fc.string(), (given) => {
        const parsed = parseFlagName(given, 'gitaly_');
        if (parsed.kind === 'valid') return encodeURIComponent(parsed.value) === parsed.value && parsed.value.startsWith('gitaly_');
        const meant = /Did you mean "(.*)"\?$/s.exec(parsed.message)?.[1];
        return meant === undefined || parseFlagName(meant, 'gitaly_').kind === 'valid';
      }),
    );
  });
});
