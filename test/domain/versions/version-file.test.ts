import { expect, it } from 'vitest';
import { withHigher } from '../../../domain/versions/version-file.ts';

const ruby = { path: 'version.rb', pattern: "VERSION = '{version}'" };
const plain = { path: 'VERSION' };
const stating = (version: string, more = '') => `module Gitaly\n  VERSION = '${version}'\n${more}end\n`;

it.each<[string, typeof ruby | typeof plain, string, string, string | undefined]>([
  ['a final version over its candidate', plain, '12.9.0-rc2\n', '12.9.0\n', '12.9.0\n'],
  ['the next candidate over a final version', plain, '12.10.0-rc1\n', '12.9.0\n', '12.10.0-rc1\n'],
  ['candidates by their numbers', plain, '12.9.0-rc9\n', '12.9.0-rc10\n', '12.9.0-rc10\n'],
  ['whatever the ends of lines', plain, '12.9.0-rc2\n', '12.9.0', '12.9.0'],
  ['in a line of a file', ruby, stating('12.9.0-rc2'), stating('12.9.0'), stating('12.9.0')],
  ['nothing where the files differ in more', ruby, stating('12.9.0-rc2'), stating('12.9.0', '  X = 1\n'), undefined],
  ['nothing where one states no version', plain, '12.10.0-pre\n', '12.9.0\n', undefined],
  ['nothing where it is empty', plain, '', '12.9.0\n', undefined],
])('of two texts of a version file the higher stays: %s', (_, file, one, other, higher) => {
  expect(withHigher(file, one, other)).toBe(higher);
});
