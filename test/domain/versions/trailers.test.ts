import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strayTrailer, trailersOf, trailerValue } from '../../../domain/versions/changelog/trailers.ts';

/** What git itself finds. */
function gits(message: string): readonly string[] {
  const args = ['-c', 'core.commentChar=#', 'interpret-trailers', '--parse', '--no-divider'];
  return execFileSync('git', args, { input: message, encoding: 'utf8', env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' } }).split('\n').filter(Boolean);
}

function ours(message: string): readonly string[] {
  return trailersOf(message).map(({ key, value }) => `${key}: ${value}`);
}

describe('trailers', () => {
  it.each([
    ['one line', 'Fix it\n\nBecause.\n\nChangelog: fixed\n'],
    ['the title alone', 'Changelog: fixed\n'],
    ['no end of line', 'Fix it\n\nChangelog: fixed'],
    ['one outside the last paragraph', 'Fix it\n\nChangelog: added\n\nSigned-off-by: Ann <ann@example.com>\n'],
    ['prose in the last paragraph', 'Fix it\n\nThis matters.\nChangelog: added\n'],
    ["prose beside one of git's own", 'Fix it\n\nThis matters.\nChangelog: added\nSigned-off-by: Ann <ann@example.com>\n'],
    ["too much prose beside one of git's own", 'Fix it\n\na\nb\nc\nd\ne\nf\ng\nSigned-off-by: Ann <ann@example.com>\n'],
    ['a pick', 'Fix it\n\nChangelog: fixed\n(cherry picked from commit 0123456789012345678901234567890123456789)\n'],
    ['two of one name', 'Fix it\n\nChangelog: performance\nChangelog: bug\n'],
    ['a folded value', 'Fix it\n\nChangelog: fixed\n  for good\nMR: !1\n'],
    ['indented text before the first', 'Fix it\n\n  indented\nChangelog: fixed\n'],
    ['comments', 'Fix it\n\n# a comment\nChangelog: fixed\n# another\n'],
    ['a comment at the end', 'Fix it\n\nChangelog: fixed\n\n# another\n'],
    ['blanks before the colon', 'Fix it\n\nChangelog : fixed\n'],
    ['a name of two words', 'Fix it\n\nSee also: this\n'],
    ['a link', 'Fix it\n\nhttps://example.com/a\n'],
    ['no value', 'Fix it\n\nChangelog:\n'],
    ['blank lines of spaces', 'Fix it\n  \nBecause.\n \nChangelog: fixed\n'],
    ['a title of two lines', 'Fix it\nand that\n\nChangelog: fixed\n'],
    ['carriage returns', 'Fix it\r\n\r\nChangelog: fixed\r\n'],
  ])('are those that git finds: %s', (_, message) => {
    expect(ours(message)).toEqual(gits(message));
  });

  it('are those that git finds, whatever the message', () => {
    const line = fc.constantFrom('Changelog: added', 'changelog:fixed', 'Signed-off-by: Ann <a@b.c>', 'prose that says it', '  indented', '', ' ', '# a comment', '(cherry picked from commit 12)', 'Note : x', 'See also: y', ': z', 'MR:');
    const message = fc.array(line, { minLength: 1, maxLength: 9 }).map((lines) => `Fix it\n${lines.join('\n')}\n`);
    fc.assert(fc.property(message, (text) => {
      expect(ours(text)).toEqual(gits(text));
    }), { numRuns: 300 });
  });
});

it('takes the last of several, whatever the case of their name', () => {
  expect(trailerValue('Fix it\n\nCHANGELOG: performance\nchangelog: bug\n', 'Changelog')).toBe('bug');
});

it('sees what looks like a trailer, and is none', () => {
  expect(strayTrailer('Fix it\n\nChangelog: added\n\nMore of it.\n', 'Changelog')).toBe('added');
  expect(strayTrailer('Fix it\n\nChangelog: added\n\nChangelog: fixed\n', 'Changelog')).toBeUndefined();
  expect(strayTrailer('Fix it\n\nThe Changelog: is long.\n', 'Changelog')).toBeUndefined();
});
