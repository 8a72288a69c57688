import type { Sha } from '../code/commit.ts';
import { inert } from '../code/quiet-text.ts';
import type { Repository } from '../code/repository.ts';
import type { Pace } from '../release/pace.ts';
import { cut } from '../text/short-text.ts';
import type { Day } from './day.ts';
import { compareReleaseNames, nextReleaseName, releaseNamesIn } from './release-name.ts';

/** One thing that a release brings, and QA looks at: a pull request, or a commit that came without one. */
export interface Item {
  /** `#12`, or the first digits of a commit. */
  readonly name: string;
  readonly title: string;
  readonly url: string;
  /** Login, where it is known. */
  readonly author?: string;
}

/** What one pre-release has agreed to do: computed once, and from then on part of its history, whatever day it becomes meanwhile. */
export interface PreReleasePlan {
  readonly kind: 'preRelease';
  /** The workflow's. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  readonly name: string;
  readonly candidate: Sha;
  /** The release before it; none, where it is the first. */
  readonly since?: string;
  readonly items: readonly Item[];
  /** Commits that are too old to be among the items. */
  readonly older: number;
  readonly stages: readonly [];
  readonly onTag: readonly string[];
  readonly engineer?: string;
  readonly channel: string;
  readonly pace: Pace;
}

/** What there is to release on a day, by the tags of that day and by the release that comes before the head of the branch. */
export type DayRelease =
  /** The head is released already, today or before. */
  | { readonly kind: 'released'; readonly as: string }
  | { readonly kind: 'next'; readonly name: string };

/**
 * Whether a day gets a pre-release, and which.
 * @param taken names of all tags @param atHead those that stand on the head of the branch
 */
export function choosePreRelease({ today, taken, atHead }: { readonly today: Day; readonly taken: readonly string[]; readonly atHead: readonly string[] }): DayRelease {
  const [newest] = releaseNamesIn(atHead).toSorted((a, b) => compareReleaseNames(b, a));
  return newest ? { kind: 'released', as: newest.text } : { kind: 'next', name: nextReleaseName(today, taken) };
}

/** A release's page takes 125,000 characters; a pull request's number and its box are worth more than the end of its title. */
const longestTitle = 120;
const longestList = 60_000;

/** The text of a pre-release: a task for each item, whose tick is QA's answer. */
export function preReleaseBody({ since, items, older }: Pick<PreReleasePlan, 'since' | 'items' | 'older'>): string {
  const lines = items.map(({ name, title, url, author }) => `- [ ] [${name}](${url}) ${inert(cut(title, longestTitle))}${author === undefined ? '' : ` (${inert(author)})`}`);
  const kept: string[] = [];
  let length = 0;
  for (const line of lines) {
    length += line.length + 1;
    if (length > longestList) break;
    kept.push(line);
  }
  const left = lines.length - kept.length;
  return [
    since === undefined ? 'Everything so far.' : `Merged since ${since}. Tick what QA has approved.`,
    '',
    ...kept,
    ...(left > 0 ? ['', `and ${left} more, which do not fit on this page.`] : []),
    ...(older > 0 ? ['', `and ${older} older commits, of which it was not asked what they belong to.`] : []),
  ].join('\n');
}

/** The items of a release's page, and whether each is ticked. People edit that page: whatever is no task of ours is not counted. */
export function ticksIn(body: string): ReadonlyMap<string, boolean> {
  const tasks = [...body.matchAll(/^\s*[-*] \[([ xX])\] \[(#\d+|[0-9a-f]{7,40})\]\(/gm)];
  return new Map(tasks.map(([, mark = ' ', name = '']) => [name, mark !== ' ']));
}

/** Whether each of these was ticked. One that is not on the page was not. */
export function allTicked(items: readonly Item[], body: string): boolean {
  const ticks = ticksIn(body);
  return items.every(({ name }) => ticks.get(name) === true);
}
