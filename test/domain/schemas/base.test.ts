import { expect, it } from 'vitest';
import { doubtsAbout } from '../../../domain/schemas/base.ts';
import type { BaseQuestion } from '../../../domain/schemas/base.ts';

const doubts = (change: Partial<BaseQuestion>) => doubtsAbout({ version: 'v5.3.4444', action: 'inject-current-schemas', base: 'main', carrier: 'main', named: 'v5.2.1093', ...change });

it.each<[string, Partial<BaseQuestion>]>([
  ['the next line', {}],
  ['a patch of the same line', { version: 'v5.2.1234' }],
  ['the very same version, made again', { version: 'v5.2.1093', action: 'fetch-current-schemas' }],
  ["the next major's first line", { version: 'v6.0.1' }],
  ['anything, where nobody knows what builds take', { version: 'v53.4.444', named: undefined }],
  ['an older version whose schemas are only uploaded, from a commit that is named', { version: 'v5.1.3333', action: 'upload-current-schemas', isExact: true }],
  ['an upload of what builds take', { version: 'v5.2.1093', action: 'upload-current-schemas' }],
])('has no doubts about %s', (_, change) => {
  expect(doubts(change)).toEqual([]);
});

it.each<[string, Partial<BaseQuestion>, string]>([
  ['a version below what builds take', { version: 'v5.1.3333' }, 'builds of main take the schemas of v5.2.1093 now: v5.1.3333 is below that'],
  ['an older patch of the same line', { version: 'v5.2.9' }, 'builds of main take the schemas of v5.2.1093 now: v5.2.9 is below that'],
  ['a slip of the finger', { version: 'v53.4.444' }, 'builds of main take the schemas of v5.2.1093 now: v53.4.444 is far beyond that'],
  ['a line that is left out', { version: 'v5.4.0' }, 'builds of main take the schemas of v5.2.1093 now: v5.4.0 is far beyond that'],
  ["a major's second line", { version: 'v6.1.0' }, 'builds of main take the schemas of v5.2.1093 now: v6.1.0 is far beyond that'],
  ['an upload of an older version from the head of a branch that has gone beyond it', { version: 'v5.1.3333', action: 'upload-current-schemas' }, 'builds of main take the schemas of v5.2.1093 now: v5.1.3333 is below that'],
  ['an older version, though its commit is named: builds would go back', { version: 'v5.1.3333', isExact: true }, 'builds of main take the schemas of v5.2.1093 now: v5.1.3333 is below that'],
  ["an upload far beyond", { version: 'v53.4.444', action: 'upload-current-schemas' }, 'builds of main take the schemas of v5.2.1093 now: v53.4.444 is far beyond that'],
  ['a line that another branch carries', { version: 'v5.2.1234', carrier: '5.2' }, 'v5.2.1234 is of the line 5.2, which 5.2 carries, not main'],
])('doubts %s', (_, change, doubt) => {
  expect(doubts(change)).toEqual([doubt]);
});
