import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { check } from '../../../domain/text/mistakes.ts';
import { nearestName, unknownName } from '../../../domain/text/nearest-name.ts';
import { cut, oneLine, sentence } from '../../../domain/text/short-text.ts';

describe('a text that is cut', () => {
  it('is never longer than asked, begins as it did, and is whole where it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 2, max: 40 }), (text, most) => {
        const short = cut(text, most);
        expect(short.length).toBeLessThanOrEqual(most);
        expect(short.isWellFormed()).toBe(true);
        expect(text.length <= most ? short === text : text.startsWith(short.slice(0, -1)) && short.endsWith('…')).toBe(true);
      }),
    );
  });
});

describe('what people call something', () => {
  it.each(['', 'a\nb', 'a\u2028b', 'a\u0000', 'a\rb', 'x'.repeat(201)])('is refused where it is empty, of several lines or long: %j', (text) => {
    expect(oneLine.safeParse(text).success).toBe(false);
  });

  it('may be in any script', () => {
    expect(oneLine.parse('Łukasz 😀')).toBe('Łukasz 😀');
    expect(sentence.safeParse('x'.repeat(1_001)).success).toBe(false);
  });
});

it('a long text is nobody\'s mistyped name, and is not told whole', () => {
  expect(nearestName('x'.repeat(1_000_000), ['production'])).toBeUndefined();
  expect(unknownName('stage', 'x'.repeat(1_000_000), ['production']).length).toBeLessThan(200);
});

it('thousands of unknown keys are counted, not told one by one', () => {
  const input = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`kye${n}`, n]));
  const checked = check(z.strictObject({ key: z.number().optional() }), input);
  expect(checked.kind === 'invalid' && checked.mistakes).toHaveLength(11);
  expect(checked).toMatchObject({ mistakes: expect.arrayContaining([{ path: [], at: 'value', message: 'and 19990 more unknown keys' }]) });
});
