import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { toString } from 'mdast-util-to-string';
import { describe, expect, it } from 'vitest';
import { marker } from '../../../domain/code/marker.ts';
import { fittingBody, fittingTitle, inert, silent } from '../../../domain/code/quiet-text.ts';

/** What the forge makes something of, once its markdown is read. */
const alive = /@\w|#\d|\bGH-\d|https?:\/\/|\bwww\.\w/i;

describe("other people's text is inert", () => {
  it.each([
    'Thank @everyone',
    'closes #12',
    'Fixes: owner/name#7',
    'fixes https://github.com/owner/name/issues/78',
    'Fixes:https://github.com/owner/name/issues/78',
    'closes GH-9',
    'resolves gh-9',
    '&commat;team and &#64;team',
    '<b>@team</b> <!-- slipway: x -->',
    'see www.example.org',
    '![x](https://example.org/pixel.png)',
    '[fixes #1](https://example.org)',
    '`@team`',
    'a\n# b @team\r\n- c',
    'closes: #1',
    'Resolved : #1',
    'fixes [owner/name#7](https://github.com/owner/name/issues/7)',
    'fix owner/name#7, closes #8 and resolves #9',
    '&#35;12 and &num;12',
  ])('%j', (text) => {
    const tree = fromMarkdown(inert(text));
    expect(toString(tree)).not.toMatch(alive);
    expect(tree.children.map(({ type }) => type)).toEqual(['paragraph']);
    expect(JSON.stringify(tree)).not.toMatch(/"type":"(link|image|html|inlineCode|emphasis|strong)"/);
    expect(inert(text)).not.toContain('<');
  });

  it('and still says what it said', () => {
    const shown = (text: string) => toString(fromMarkdown(inert(text))).replaceAll('\u200b', '');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab @#&;*_`[]<>!\\|~:/1')), minLength: 1, maxLength: 40 }).map((text) => `x${text}y`), (text) => {
        expect(shown(text)).toBe(text.replaceAll(/\s+/g, ' '));
      }),
    );
  });

  it('and closes nothing that follows it', () => {
    expect(`${inert('What this fixes')} https://forge/o/n/issues/78`).toBe('What this fixes\u200b https://forge/o/n/issues/78');
  });

  it('and short', () => {
    expect(inert('x'.repeat(2_000)).length).toBe(200);
  });
});

it('a line with links is silent, and its links stay', () => {
  expect(silent('fixes https://forge/o/n/issues/78?a=1&b=2 for @team')).toBe('fixes\u200b https://forge/o/n/issues/78?a=1&b=2 for @\u200bteam');
  expect(silent('Fixes:https://forge/o/n/issues/78')).toBe('Fixes\u200b:https://forge/o/n/issues/78');
});

describe('what is too long for the forge', () => {
  it('keeps the markers at its end, by which it is recognised', () => {
    const end = `\n${marker('release/gitaly/from-aaaa')}\n${marker('other')}`;
    const body = fittingBody(`${'x'.repeat(105_603)}${end}`);
    expect(body.length).toBe(65_536);
    expect(body.endsWith(`…${end}`)).toBe(true);
    expect(fittingBody(`x${end}`)).toBe(`x${end}`);
  });

  it('is cut at no half of a character, and not inside of code', () => {
    for (let pad = 0; pad < 3; pad++) expect(fittingBody('x'.repeat(pad) + '😀'.repeat(40_000)).isWellFormed()).toBe(true);
    for (const fence of ['```', '~~~', '````', '``````````````````']) {
      const body = fittingBody(`text\n${fence}sh\n${'line\n'.repeat(20_000)}${fence}\n${marker('key')}`);
      expect(body.length).toBeLessThanOrEqual(65_536);
      const { children } = fromMarkdown(body);
      expect(children.map(({ type }) => type)).toEqual(['paragraph', 'code', 'html']);
    }
    expect(fittingBody(`\`\`\`\nx\n\`\`\`\n${'y'.repeat(70_000)}`)).toMatch(/y…$/);
    expect(fittingBody('y'.repeat(200_000), 125_000).length).toBeLessThanOrEqual(125_000);
  });

  it.each(['Revert "Fix: closes #12"', 'fixes owner/name#7', 'Resolved: GH-9', 'fix https://forge/o/n/issues/78'])('is a title that closes nothing, also as the message of a commit: %j', (title) => {
    expect(fittingTitle(title).replaceAll('\u200b', '')).toBe(title);
    expect(fittingTitle(title)).not.toMatch(/\b(close[sd]?|fix(e[sd])?|resolve[sd]?):?\s+(\S*#|GH-|https:)/i);
  });

  it('is a title of one line', () => {
    expect(fittingTitle(`a\r\nb ${'x'.repeat(300)}`)).toMatch(/^a b x{251}…$/);
  });
});
