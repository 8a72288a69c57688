import { expect, it } from 'vitest';
import { openProductTags } from '../../../domain/versions/product/tags.ts';
import { versionOf } from '../../../domain/versions/version.ts';

const tagged = ['12.8.0', '12.8.1', '12.9.0-rc1', '12.9.0', '12.10.0-rc40'].map(versionOf);
const open = (...tags: readonly string[]) => openProductTags(tags, '-ee', tagged).map(({ tag }) => tag);

it.each<[string, readonly string[], readonly string[]]>([
  ['the next minor', ['v12.10.0-ee'], ['v12.10.0-ee']],
  ['a candidate of it', ['v12.10.0-rc42-ee'], ['v12.10.0-rc42-ee']],
  ['a patch of the newest line, and of one before it', ['v12.9.1-ee', 'v12.8.2-ee'], ['v12.8.2-ee', 'v12.9.1-ee']],
  ['the lowest first', ['v13.0.0-ee', 'v12.10.0-ee'], ['v12.10.0-ee', 'v13.0.0-ee']],
  ['nothing of what is tagged', ['v12.9.0-ee', 'v12.8.1-ee', 'v12.10.0-rc40-ee'], []],
  ['nothing below what its line has', ['v12.8.0-rc42-ee', 'v12.9.0-rc43-ee'], []],
  ['nothing of lines that the component never had', ['v8.0.0-ee', 'v8.0.5-ee', 'v12.7.3-ee'], []],
  ['nothing of other tags', ['v12.10.0', '12.10.0-ee', 'v12.10-ee', 'v12.10.0-ee-1'], []],
])('asks for %s', (_, tags, wanted) => {
  expect(open(...tags)).toEqual(wanted);
});

it('asks for nothing where the component has no version yet', () => {
  expect(openProductTags(['v12.9.0-ee'], '-ee', [])).toEqual([]);
});
