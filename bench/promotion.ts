import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { daysFrom } from '../domain/promotion/day.ts';
import { issueKeys } from '../domain/promotion/issue-keys.ts';
import { readLedger } from '../domain/promotion/reverts.ts';
import { checkReleaseName, compareReleaseNames, nextReleaseName, parseReleaseName, releaseNamesIn } from '../domain/promotion/release-name.ts';
import { project } from '../sandbox/parts/build.mjs';
import { readChains } from '../test/domain/promotion/chains.ts';
import { readTable } from '../test/domain/promotion/tables.ts';
import { compareWithTrees } from './promotion-trees.ts';
import { row } from './table.ts';

const projects = ['MNTOR'];

/**
 * `npm run bench -- promotion [<folder with monitor-*.tsv>] [<clone of the product>]`: what the rules of promotion make of a real product's
 * tags, pull requests and reverts. Without a folder, of the parts of them that the tests have.
 */
export async function benchPromotion([folder, clone]: readonly string[]): Promise<void> {
  const fixtures = join(project, 'test/domain/promotion');
  const file = (name: string) => (folder === undefined ? join(fixtures, name) : join(folder, `monitor-${name}`));
  printNames(file('tags.tsv'));
  printKeys(file('pr-keys.tsv'));
  printChains(file('revert-chains.md'));
  if (clone !== undefined) {
    if (!existsSync(clone)) throw new Error(`there is no clone at ${clone}`);
    await compareWithTrees(clone);
  }
}

function printNames(file: string): void {
  const tags = readTable(file).map(({ tag = '', made, creatordate = '' }) => ({ tag, made: (made ?? creatordate).slice(0, 10).replaceAll('-', '.') }));
  const all = tags.map(({ tag }) => tag);
  const names = releaseNamesIn(all);
  const refused = tags.filter(({ tag }) => parseReleaseName(tag).kind === 'invalid');
  const far = tags.filter(({ tag, made }) => parseReleaseName(tag).kind === 'valid' && checkReleaseName(tag, { today: made, nearDays: 7, taken: all }).kind === 'invalid');
  const newest = names.toSorted(compareReleaseNames).at(-1);
  console.log('\nNames of releases\n');
  row('tags', 'well-formed', 'refused by their form', 'refused as far from their day', 'newest');
  row('---', '---', '---', '---', '---');
  row(tags.length, names.length, refused.length, far.length, newest?.text ?? '');
  for (const { tag, made } of far) console.log(`far: ${tag}, made on ${made} (${daysFrom(made, tag.slice(0, 10))} days)`);
  const days = [...new Set(names.map(({ day }) => day))];
  const several = days.filter((day) => names.filter((name) => name.day === day).length > 2);
  console.log(`next on each of ${days.length} days; on those with more than two:`);
  for (const day of several) console.log(`  ${names.filter((name) => name.day === day).map(({ text }) => text).join(', ')} -> ${nextReleaseName(day, all)}`);
}

function printKeys(file: string): void {
  const rows = readTable(file).map(({ pr = '', title = '', branch = '', keys_title: inTitle = '', keys_branch: inBranch = '' }) => {
    const meant = normalized(`${inTitle},${inBranch}`);
    const found = [...new Set([...issueKeys(title, projects), ...issueKeys(branch, projects)])];
    return { pr, title, branch, found, missed: meant.filter((key) => !found.includes(key)), madeUp: found.filter((key) => !meant.includes(key)) };
  });
  console.log('\nIssue keys in titles and branches\n');
  row('pull requests', 'keys found', 'without', 'missed', 'more than the table has');
  row('---', '---', '---', '---', '---');
  const count = (of: 'found' | 'missed' | 'madeUp') => rows.reduce((sum, each) => sum + each[of].length, 0);
  row(rows.length, count('found'), rows.filter(({ found }) => found.length === 0).length, count('missed'), count('madeUp'));
  for (const { pr, title, branch, missed, madeUp } of rows) {
    if (missed.length > 0) console.log(`missed in #${pr} "${title}" (${branch}): ${missed.join(', ')}`);
    if (madeUp.length > 0) console.log(`more in #${pr} "${title}" (${branch}): ${madeUp.join(', ')}`);
  }
}

function normalized(keys: string): string[] {
  return [...new Set(keys.toUpperCase().split(',').map((key) => key.trim().replace(/\s*[- ]\s*/, '-')))].filter((key) => key !== '');
}

function printChains(file: string): void {
  console.log('\nReverts\n');
  for (const { name, commits } of readChains(file)) {
    const { standings, unclear } = readLedger(commits);
    console.log(`${name}\n  ${[...standings].map(([pull, { kind }]) => `#${pull} ${kind}`).join(', ') || 'no pull request'}`);
    for (const { sha, title } of unclear) console.log(`  unclear: ${sha} ${title.slice(0, 90)}`);
  }
}
