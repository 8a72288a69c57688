import type { Sha } from '../code/commit.ts';
import type { MainLineStep, LedgerCommit } from './mainline.ts';
import { landingsOf } from './mainline.ts';
import type { RevertWords, WantedTitle } from './revert-words.ts';
import { fits, numberOf, readRevertWords, revertedByBranch } from './revert-words.ts';

/** What the forge knows of a pull request. A history alone says less: who reverts by hand leaves the body empty. */
export interface LedgerPull {
  readonly number: number;
  readonly title: string;
  readonly branch: string;
  readonly body: string;
  /** Commits by which it came onto the main line, where their messages don't say so. */
  readonly commits?: readonly Sha[];
}

/** Whether a pull request is in a commit, net of reverts of reverts. */
export type PullStanding =
  | { readonly kind: 'in' }
  /** `by`: what took it out, as a person would look for it. */
  | { readonly kind: 'out'; readonly by: string }
  | { readonly kind: 'unclear'; readonly why: string }
  /** It never came onto the main line of this commit. */
  | { readonly kind: 'absent' };

export interface Ledger {
  /** Pull requests that are in the history, each with its standing. */
  readonly standings: ReadonlyMap<number, PullStanding>;
  /** Commits with the word in their title of which it can't be told what they revert. */
  readonly unclear: readonly { readonly sha: Sha; readonly title: string }[];
}

/** What came onto the main line, with what it takes back. */
interface Entry {
  /** Undefined for what came before the history that is given, and is known from its reverts only. */
  readonly landing?: MainLineStep;
  readonly pull?: number;
  readonly titles: readonly string[];
  /** Filled as the history goes on: who takes this back, as a whole or in part. */
  readonly takers: { readonly entry: Entry; readonly isWhole: boolean }[];
}

interface RevertTarget {
  readonly entry: Entry;
  readonly isWhole: boolean;
}

/**
 * The ledger of reverts of a history: computed anew from what it says, never remembered.
 * @param commits of the commit in question, parents before their children (see `landingsOf`)
 */
export function readLedger(commits: readonly LedgerCommit[], pulls: readonly LedgerPull[] = []): Ledger {
  const known = new Map(pulls.map((pull) => [pull.number, pull]));
  const numbers = new Map(pulls.flatMap(({ number, commits: shas = [] }) => shas.map((sha) => [sha, number] as const)));
  const entries: Entry[] = [];
  const unclear: { sha: Sha; title: string }[] = [];
  for (const landing of landingsOf(commits)) {
    const entry = entryOf(landing, known, numbers);
    const words = revertsOf(entry, landing, known);
    const targets = targetsOf(words, entries);
    for (const { entry: target, isWhole } of targets) target.takers.push({ entry, isWhole });
    if (targets.every(isNameless) && words.some(({ mentions }) => mentions)) unclear.push({ sha: landing.commit.sha, title: entry.titles[0]! });
    entries.push(entry);
  }
  return { standings: standingsOf(entries), unclear };
}

export function standingOf({ standings }: Ledger, pull: number): PullStanding {
  return standings.get(pull) ?? { kind: 'absent' };
}

const mergeTitle = /^Merge pull request #(\d+) from [^/\s]+\/(\S+)/;

function entryOf(landing: MainLineStep, known: ReadonlyMap<number, LedgerPull>, numbers: ReadonlyMap<Sha, number>): Entry {
  const { title, body, sha } = landing.commit;
  const [, merged] = mergeTitle.exec(title) ?? [];
  const pull = numbers.get(sha) ?? (merged === undefined ? numberOf(title) : Number(merged));
  const mergedTitle = merged === undefined ? undefined : body.trim().split('\n', 1)[0];
  const titles = [known.get(pull ?? 0)?.title, mergedTitle, title].filter((text): text is string => text !== undefined && text !== '');
  return { landing, titles, takers: [], ...(pull !== undefined && { pull }) };
}

/** What each text of it says: the pull request's first, which speaks for all of it. */
function revertsOf({ pull }: Entry, { commit, branch }: MainLineStep, known: ReadonlyMap<number, LedgerPull>): RevertWords[] {
  const [, , mergedBranch = ''] = mergeTitle.exec(commit.title) ?? [];
  const { title = '', body = '', branch: name = mergedBranch } = known.get(pull ?? 0) ?? {};
  const byBranch = revertedByBranch(name);
  const words = readRevertWords(title, body);
  const ofPull = byBranch === undefined || words.pulls.includes(byBranch) ? words : { ...words, pulls: [...words.pulls, byBranch] };
  return [ofPull, ...[commit, ...branch].map((each) => readRevertWords(each.title, each.body))];
}

function isNameless({ entry: { landing, pull } }: RevertTarget): boolean {
  return !landing && pull === undefined;
}

/** What is named and not found came earlier than the history that is given: from now on it is known. */
function targetsOf(words: readonly RevertWords[], before: Entry[]): RevertTarget[] {
  const found = new Map<Entry, boolean>();
  for (const each of words) {
    for (const { entry, isWhole } of targetsOfOne(each, before)) found.set(entry, (found.get(entry) ?? false) || isWhole);
  }
  if (found.size === 0) {
    const earlier = earlierOf(words);
    before.push(...earlier);
    return earlier.map((entry) => ({ entry, isWhole: !words.some(({ isPartial }) => isPartial) }));
  }
  return [...found].map(([entry, isWhole]) => ({ entry, isWhole }));
}

function earlierOf(words: readonly RevertWords[]): Entry[] {
  const pulls = [...new Set(words.flatMap((each) => each.pulls))];
  const titles = words.flatMap((each) => each.titles).filter(({ isCut }) => !isCut).map(({ text }) => text);
  if (pulls.length === 1) return [{ pull: pulls[0]!, titles: titles.slice(0, 1), takers: [] }];
  if (pulls.length > 1) return pulls.map((pull) => ({ pull, titles: [], takers: [] }));
  return [...new Set(titles)].map((title) => ({ titles: [title], takers: [] }));
}

/** Hashes are exact, numbers of pull requests nearly so, titles are not: the better says what the others would only repeat. */
function targetsOfOne({ shas, pulls, titles, isPartial }: RevertWords, before: readonly Entry[]): RevertTarget[] {
  if (shas.length + pulls.length + titles.length === 0) return [];
  const byPull = before.filter(({ pull }) => pull !== undefined && pulls.includes(pull)).map((entry) => ({ entry, isWhole: !isPartial }));
  if (byPull.length > 0) return byPull;
  const bySha = before.flatMap((entry) => {
    const isWhole = coverage(entry, shas);
    return isWhole === undefined ? [] : [{ entry, isWhole: !isPartial && (isWhole || titles.some((title) => isTitled(entry, title))) }];
  });
  if (bySha.length > 0) return bySha;
  return titles.flatMap((title) => byTitle(title, before) ?? []).map((target) => ({ ...target, isWhole: target.isWhole && !isPartial }));
}

/** Whether these hashes are all of an entry; undefined if they are nothing of it. */
function coverage({ landing }: Entry, shas: readonly string[]): boolean | undefined {
  if (!landing || shas.length === 0) return undefined;
  const isNamed = ({ sha }: LedgerCommit) => shas.some((wanted) => sha.startsWith(wanted) || wanted.startsWith(sha));
  if (isNamed(landing.commit)) return true;
  if (!landing.branch.some(isNamed)) return undefined;
  return written(landing).every(isNamed);
}

/** What was written on its branch: merges of the main line into it are none of its own. */
function written({ branch }: MainLineStep): readonly LedgerCommit[] {
  return branch.filter(({ parents }) => parents.length < 2);
}

/** The last one of that title that is in; where none is, the last one. */
function byTitle(title: WantedTitle, before: readonly Entry[]): RevertTarget | undefined {
  const whole = before.filter((entry) => isTitled(entry, title)).map((entry) => ({ entry, isWhole: true }));
  const part = before.flatMap((entry) =>
    entry.landing?.branch.some((commit) => fits(title, commit.title)) ? [{ entry, isWhole: written(entry.landing).length === 1 }] : [],
  );
  const candidates = whole.length > 0 ? whole : part;
  return candidates.findLast(({ entry }) => stand(entry).kind !== 'out') ?? candidates.at(-1);
}

function isTitled({ titles }: Entry, wanted: WantedTitle): boolean {
  return titles.some((title) => fits(wanted, title));
}

function stand({ takers }: Entry): PullStanding {
  const standing = takers.map(({ entry, isWhole }) => ({ entry, isWhole, kind: stand(entry).kind }));
  const out = standing.findLast(({ kind, isWhole }) => kind === 'in' && isWhole);
  if (out) return { kind: 'out', by: told(out.entry) };
  const doubt = standing.findLast(({ kind }) => kind !== 'out');
  if (!doubt) return { kind: 'in' };
  return { kind: 'unclear', why: `${told(doubt.entry)} ${doubt.isWhole ? 'may take it back' : 'takes back a part of it'}` };
}

function told({ pull, landing, titles }: Entry): string {
  return pull !== undefined ? `#${pull}` : (landing?.commit.sha.slice(0, 9) ?? titles[0] ?? 'something earlier');
}

/** A pull request that was rebased came as several commits. */
function standingsOf(entries: readonly Entry[]): Map<number, PullStanding> {
  const standings = new Map<number, PullStanding>();
  for (const entry of entries) {
    if (entry.pull === undefined) continue;
    const [now, before] = [stand(entry), standings.get(entry.pull)];
    const isMixed = before !== undefined && before.kind !== now.kind;
    standings.set(entry.pull, isMixed ? { kind: 'unclear', why: `some of its commits are in, others are not` } : now);
  }
  return standings;
}
