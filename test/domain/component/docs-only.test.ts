import { expect, it } from 'vitest';
import { isDocsOnly } from '../../../domain/component/docs-only.ts';

it.each([
  [['doc/a.md'], ['doc/'], true],
  [['doc/a.md', 'README.md'], ['doc/'], false],
  [['doc/a.go', 'README.md'], ['doc/', '*.md'], true],
  [['documents.go'], ['doc/'], false],
  [['CHANGELOG'], ['CHANGELOG'], true],
  [['a/CHANGELOG'], ['CHANGELOG'], false],
  [['doc/a.md'], [], false],
  [[], ['doc/'], false],
])('%j with %j: %s', (paths, patterns, expected) => expect(isDocsOnly(paths, patterns)).toBe(expected));
