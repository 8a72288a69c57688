import { expect, test } from 'vitest';
import { ancestorsOf, storyOf, toldStory } from '../../../domain/promotion/story.ts';
import { readChains } from './chains.ts';
import { namedSha } from '../../shas.ts';

const chain = readChains(new URL('revert-chains.md', import.meta.url)).find(({ name }) => name.includes('depth 4'))!.commits;

/** Each release has everything up to its own commit. */
const releases = [
  ['2026.01.13', 0],
  ['2026.01.14', 1],
  ['2026.01.14.1', 2],
  ['2026.01.15', 3],
  ['2026.01.16', 4],
  ['2026.01.19', 4],
  ['2026.01.26', 5],
] as const;

test('a pull request is followed through its reverts, release by release', () => {
  const story = storyOf(6405, releases.map(([name, length]) => ({ name, commits: chain.slice(0, length) })));
  expect(toldStory(story)).toBe('in 2026.01.14, reverted in 2026.01.14.1 by #6412, back in 2026.01.15, reverted in 2026.01.16 by #6412, back in 2026.01.26');
});

test('one that no release has is in none', () => {
  expect(toldStory(storyOf(6405, releases.slice(0, 1).map(([name]) => ({ name, commits: [] }))))).toBe('in no release yet');
});

test('what a commit leads to is found without what it does not', () => {
  const commits = [['a'], ['b', 'a'], ['c', 'a'], ['d', 'b', 'c']].map((hashes) => hashes.map(namedSha)).map(([sha, ...parents]) => ({ sha: sha!, parents, title: '', body: '' }));
  expect(ancestorsOf(namedSha('c'), commits).map(({ sha }) => sha)).toEqual(['a', 'c']);
  expect(ancestorsOf(namedSha('d'), commits)).toEqual(commits);
  expect(ancestorsOf(namedSha('x'), commits)).toEqual([]);
});
