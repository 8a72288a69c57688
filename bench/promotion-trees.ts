import { execFileSync } from 'node:child_process';
import { asSha } from '../domain/code/commit.ts';
import type { LedgerCommit } from '../domain/promotion/mainline.ts';
import { landingsOf } from '../domain/promotion/mainline.ts';
import { readLedger, standingOf } from '../domain/promotion/reverts.ts';
import { row } from './table.ts';

/** Of the lines that a change added, how many a tree must have to count as having the change, and to count as not having it. */
const present = 0.7;
const gone = 0.3;

/**
 * Compares the ledger with trees. Right after each revert, and right before it, the lines that each pull request had added whose standing
 * it changed are looked for in the files that it had touched: they are there where the ledger says "in", and not where it says "out".
 */
export async function compareWithTrees(clone: string): Promise<void> {
  const git = (...args: readonly string[]) => execFileSync('git', ['--git-dir', clone, ...args], { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
  const tags = new Set(git('tag', '--list', '20[0-9][0-9].*').split('\n'));
  const commits = historyOf(git, 'HEAD');
  const landings = landingsOf(commits);
  const whole = readLedger(commits);
  const counts = { agree: 0, disagree: 0, untold: 0 };
  const disagreements: string[] = [];
  const place = new Map(commits.map(({ sha }, index) => [sha, index]));
  let before = new Map<number, string>();
  let reverts = 0;
  for (const [index, { commit, branch }] of landings.entries()) {
    if (![commit, ...branch].some(({ title, body }) => /\brevert|\breapply/i.test(title + body))) continue;
    const ledger = readLedger(landings.slice(0, index + 1).flatMap((landing) => [...landing.branch, landing.commit]).toSorted((a, b) => place.get(a.sha)! - place.get(b.sha)!));
    const now = new Map([...ledger.standings].map(([pull, { kind }]) => [pull, kind as string]));
    const changed = [...now].filter(([pull, kind]) => kind !== 'unclear' && (before.get(pull) ?? 'in') !== kind);
    reverts += changed.length > 0 ? 1 : 0;
    before = now;
    for (const [pull, kind] of changed) {
      const landed = landings.slice(0, index).find((landing) => numberIn(landing.commit.title) === pull);
      const share = landed && shareOf(git, landed.commit, commit.sha);
      if (share === undefined || (share < present && share > gone)) counts.untold += 1;
      else if (kind === (share >= present ? 'in' : 'out')) counts.agree += 1;
      else {
        counts.disagree += 1;
        disagreements.push(`#${pull} is ${kind} at ${commit.sha.slice(0, 9)} "${commit.title.slice(0, 70)}", but ${Math.round(share * 100)} % of its lines are there`);
      }
    }
  }
  console.log(`\nThe whole history: ${commits.length} commits, ${landings.length} landings, ${tags.size - 1} dated tags\n`);
  row('pull requests', 'out at the head', 'unclear at the head', 'reverts that change a standing', 'trees agree', 'trees disagree', 'trees do not tell', 'unclear commits');
  row('---', '---', '---', '---', '---', '---', '---', '---');
  const kinds = [...whole.standings.values()].map(({ kind }) => kind);
  row(kinds.length, kinds.filter((kind) => kind === 'out').length, kinds.filter((kind) => kind === 'unclear').length, reverts, counts.agree, counts.disagree, counts.untold, whole.unclear.length);
  for (const line of disagreements) console.log(`disagrees: ${line}`);
  for (const pull of [6405, 4694, 4688, 6157]) console.log(`#${pull} at the head: ${JSON.stringify(standingOf(whole, pull))}`);
}

function historyOf(git: (...args: readonly string[]) => string, head: string): LedgerCommit[] {
  return git('log', '--topo-order', '--reverse', '--format=%H%x1f%P%x1f%s%x1f%b%x1e', head)
    .split('\x1e')
    .map((record) => record.trim())
    .filter((record) => record !== '')
    .map((record) => {
      const [sha = '', parents = '', title = '', body = ''] = record.split('\x1f');
      return { sha: asSha(sha), parents: parents.split(' ').filter((parent) => parent !== '').map(asSha), title, body };
    });
}

function numberIn(title: string): number | undefined {
  const [, merged, squashed] = /^Merge pull request #(\d+)|\(#(\d+)\)$/.exec(title) ?? [];
  const number = merged ?? squashed;
  return number === undefined ? undefined : Number(number);
}

/** Which part of the lines that a change added is in a tree; undefined for a change that added too few to tell. */
function shareOf(git: (...args: readonly string[]) => string, { sha, parents }: LedgerCommit, tree: string): number | undefined {
  const added = new Map<string, string[]>();
  let file = '';
  for (const line of git('diff', '--no-renames', '--unified=0', parents[0]!, sha).split('\n')) {
    if (line.startsWith('+++ ')) file = line.slice(6);
    else if (line.startsWith('+') && line.trim().length > 12) added.set(file, [...(added.get(file) ?? []), line.slice(1)]);
  }
  let [all, found] = [0, 0];
  for (const [path, lines] of added) {
    const old = contentOf(git, parents[0]!, path);
    const text = contentOf(git, tree, path);
    for (const line of lines) {
      if (old.has(line)) continue;
      all += 1;
      if (text.has(line)) found += 1;
    }
  }
  return all < 2 ? undefined : found / all;
}

function contentOf(git: (...args: readonly string[]) => string, tree: string, path: string): ReadonlySet<string> {
  try {
    return new Set(git('show', `${tree}:${path}`).split('\n'));
  } catch {
    return new Set();
  }
}
