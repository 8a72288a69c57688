import { describe, expect, test } from 'vitest';
import { asSha } from '../../../domain/code/commit.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { LedgerCommit } from '../../../domain/promotion/mainline.ts';
import { readLedger, standingOf } from '../../../domain/promotion/reverts.ts';
import { readChains } from './chains.ts';

const chains = readChains(new URL('revert-chains.md', import.meta.url));

function chain(part: string) {
  return chains.find(({ name }) => name.includes(part))!.commits;
}

/** A history of these messages, one on top of the other; each commit's hash is made of its place. */
function history(...messages: readonly string[]): LedgerCommit[] {
  return messages.map((message, index) => {
    const [title = '', ...body] = message.split('\n');
    return { sha: hash(index), parents: index > 0 ? [hash(index - 1)] : [], title, body: body.join('\n') };
  });
}

function hash(index: number): Sha {
  return asSha(String(index).padStart(2, '0').repeat(20).replace(/^0/, 'a'));
}

function kinds(commits: readonly LedgerCommit[], ...pulls: readonly number[]) {
  const ledger = readLedger(commits);
  return pulls.map((pull) => standingOf(ledger, pull).kind);
}

describe('in real chains', () => {
  test('a change was in, out, in, out and in, by squashes whose titles are cut', () => {
    const commits = chain('depth 4');
    const standing = commits.map((_, index) => [commits[index]!.release, standingOf(readLedger(commits.slice(0, index + 1)), 6405)]);
    expect(standing).toEqual([
      ['2026.01.14', { kind: 'in' }],
      ['2026.01.14.1', { kind: 'out', by: '#6412' }],
      ['2026.01.15', { kind: 'in' }],
      ['2026.01.16', { kind: 'out', by: '#6412' }],
      ['2026.01.26', { kind: 'in' }],
    ]);
  });

  test('two changes were out for a release and in again afterwards, though no commit has a line that says what it reverts', () => {
    const commits = chain('stage fix').filter(({ sha }) => sha !== 'aadd5d57d');
    expect(commits).toHaveLength(8);
    expect(kinds(commits.filter(({ release }) => release === '2024.06.20'), 4694, 4688)).toEqual(['out', 'out']);
    expect(kinds(commits, 4694, 4688)).toEqual(['in', 'in']);
  });

  test('the revert of the merge of a revert brings the change back', () => {
    const commits = chain('revert of a merge commit');
    expect(kinds(commits.slice(0, 2), 6157)).toEqual(['out']);
    expect(kinds(commits, 6157, 6158)).toEqual(['in', 'out']);
  });

  test('one squash undid a revert and reverted something else', () => {
    expect(kinds(chain('Undo reverts'), 5440, 5503, 5505)).toEqual(['in', 'out', 'out']);
  });

  test('a revert named its pull request, and was reverted by its title', () => {
    const commits = chain('names a PR');
    expect(kinds(commits.slice(0, 1), 3744)).toEqual(['out']);
    expect(kinds(commits, 3744, 3785)).toEqual(['in', 'out']);
  });

  test('a revert was merged, and taken back by a commit without a pull request', () => {
    expect(kinds(chain('plain commit'), 4212, 4277)).toEqual(['in', 'out']);
  });

  test('the word alone reverts nothing, and is listed', () => {
    const ledger = readLedger(chain('though the word is there'));
    expect(ledger.standings.size).toBe(0);
    expect(ledger.unclear.map(({ sha }) => sha)).toEqual(['66a6b3957', '432acdd7a', 'd179c0ad9', '4cbb7183b', 'bfdd3d5e2']);
  });

  test('a revert of what came before the history is listed, unless it names the pull request', () => {
    const ledger = readLedger(chain('several commits'));
    expect(ledger.unclear.map(({ sha }) => sha)).toEqual(['27217236c']);
    expect(standingOf(ledger, 4663).kind).toBe('out');
  });
});

describe('a pull request', () => {
  test('is absent from a history that never had it', () => {
    expect(kinds(history('Add (#1)'), 2)).toEqual(['absent']);
  });

  test.each([
    ['a commit line', `Revert "Add"\n\nThis reverts commit ${hash(0)}.`],
    ['a short hash', `Revert "Add"\n\nThis reverts commit ${hash(0).slice(0, 9)}.`],
    ['the line of a pull request', 'Take it out\n\nReverts owner/name#1'],
    ['a title', 'Revert "Add the thing that shows it"'],
    ['a title with its number', 'Revert "Something else entirely (#1)" (#2)'],
    ['a cut title', 'Revert "Add the thing that…" (#2)'],
    ['a merged branch', 'Merge pull request #2 from owner/revert-1-add\n\nTake it out'],
  ])('is out by %s', (_, message) => {
    expect(kinds(history('Add the thing that shows it (#1)', message), 1)).toEqual(['out']);
  });

  test('is back by "Reapply", and out again when that is reverted', () => {
    const messages = ['Add the thing (#1)', 'Revert "Add the thing" (#2)', 'Reapply "Add the thing" (#3)', 'Revert "Reapply "Add the thing"" (#4)'];
    expect([1, 2, 3, 4].map((length) => kinds(history(...messages.slice(0, length)), 1)[0])).toEqual(['in', 'out', 'in', 'out']);
  });

  test('may be reverted to any depth', () => {
    const messages = ['Add the thing (#1)'];
    for (let depth = 2; depth <= 40; depth++) messages.push(`Revert "${messages.at(-1)!.replace(/ \(#\d+\)$/, '')}" (#${depth})`);
    expect(messages.map((_, index) => kinds(history(...messages.slice(0, index + 1)), 1)[0])).toEqual(messages.map((_, index) => (index % 2 === 0 ? 'in' : 'out')));
  });

  test('is unclear once a part of it was reverted', () => {
    expect(kinds(history('Add (#1)', `Partially revert ${hash(0)}`), 1)).toEqual(['unclear']);
    const [add, one, two, merge, revert] = history('Base', 'One', 'Two', 'Merge pull request #1 from owner/add\n\nAdd both', `Revert "One"\n\nThis reverts commit ${hash(1)}.`);
    const merged = [add!, one!, two!, { ...merge!, parents: [add!.sha, two!.sha] }, revert!];
    expect(kinds(merged, 1)).toEqual(['unclear']);
    expect(kinds([...merged.slice(0, 4), { ...revert!, body: `This reverts commit ${one!.sha}.\nThis reverts commit ${two!.sha}.` }], 1)).toEqual(['out']);
  });

  test('of which one is reverted by title is the last one of that title that is in', () => {
    expect(kinds(history('Bump the library (#1)', 'Bump the library (#2)', 'Revert "Bump the library" (#3)'), 1, 2)).toEqual(['in', 'out']);
    expect(kinds(history('Bump the library (#1)', 'Bump the library (#2)', 'Revert "Bump the library" (#3)', 'Revert "Bump the library" (#4)'), 1, 2)).toEqual(['out', 'out']);
  });

  test('that says it reverts nothing of this history changes nothing', () => {
    expect(kinds(history('Add (#1)', 'Revert "Another one" (#2)\n\nThis reverts commit ffffffffffff.'), 1)).toEqual(['in']);
  });
});

test('what the forge knows of a pull request counts where its commit says nothing', () => {
  const commits = history('Add the thing (#1)', 'Quick fix (#2)');
  const pulls = [{ number: 2, title: 'Quick fix', branch: 'revert-1-thing', body: '' }];
  expect(standingOf(readLedger(commits, pulls), 1)).toEqual({ kind: 'out', by: '#2' });
  const rebased = [{ number: 9, title: 'Take it out', branch: 'x', body: 'Reverts owner/name#1', commits: [hash(1)] }];
  expect(standingOf(readLedger(history('Add the thing (#1)', 'Quick fix'), rebased), 1)).toEqual({ kind: 'out', by: '#9' });
});
