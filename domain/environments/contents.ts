import type { Sha } from '../code/commit.ts';
import { asSha } from '../code/commit.ts';

// What an environment runs is compared with what comes by content: a forge's history alone doesn't tell, because picked commits
// are others there.

/** Stands in an environment's record for the id of a release where people have deployed by their own means. */
export const somebodyElse = 'somebody else';

/** What somebody says that an environment runs. */
export interface Sighting {
  /** Commit of the repository that is deployed from. */
  readonly sha: Sha;
  /** ISO 8601: since when. */
  readonly at: string;
  /** Id of the release that brought it; nobody knows where people deploy by their own means. */
  readonly release?: string;
  /** What it pins of the component that is asked about. */
  readonly candidate?: Sha;
}

export interface Sightings {
  /** By the page on which the environment tells what it runs. */
  readonly report?: Sha;
  /** The forge's newest deployment that succeeded, whoever deployed it. */
  readonly forge?: Sighting;
  /** What releases have brought, by component. */
  readonly record: readonly Sighting[];
}

/** What an environment runs: what it says of itself is believed before what anybody remembers, and of that the latest. */
export function seenThere({ report, forge, record }: Sightings): Sighting | undefined {
  const known = [...(forge ? [forge] : []), ...record].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (report === undefined) return known.at(-1);
  return known.findLast(({ sha }) => sha === report) ?? { sha: report, at: '' };
}

/** A commit that one side has and the other side's history lacks. */
export interface Change {
  readonly sha: Sha;
  readonly title: string;
  /** Whole. */
  readonly message: string;
  /** The same for commits that make the same change; nothing where that can't be told. */
  readonly patch?: string;
  readonly files: readonly string[];
  /** Its content is that of the commits that it merges. */
  readonly isMerge?: boolean;
}

/**
 * Those of the changes that the other side lacks by content, too: neither the original of one of the others' picks nor a pick of one of
 * them, nor the same change, nor one of version files and changelogs only.
 */
export function lacking(changes: readonly Change[], others: readonly Change[]): readonly Change[] {
  const there = new Set(others.map(({ sha }) => sha));
  const origins = new Set(others.flatMap(originsOf));
  const patches = new Set(others.flatMap(({ patch }) => patch ?? []));
  return changes.filter((change) => {
    const { sha, patch, files, isMerge } = change;
    if (isMerge || origins.has(sha) || tellsVersionOnly(files)) return false;
    if (patch !== undefined && patches.has(patch)) return false;
    return !originsOf(change).some((origin) => there.has(origin) || origins.has(origin));
  });
}

/** The commits that one was picked from, as `git cherry-pick -x` says. */
export function originsOf({ message }: Pick<Change, 'message'>): readonly Sha[] {
  return [...message.matchAll(/\(cherry picked from commit ([0-9a-f]{40})\)/g)].map(([, sha]) => asSha(sha!));
}

/** A file that pins a component is none of them: taking it back takes the component back. */
function tellsVersionOnly(files: readonly string[]): boolean {
  return files.length > 0 && files.every((path) => /^(version|changelog)(\.\w+)?$/i.test(path.slice(path.lastIndexOf('/') + 1)) || /(^|\/)changelogs?\//i.test(path));
}

/** How what comes stands to what runs in its environment. */
export type ContentStanding =
  /** Nothing is known to run there. */
  | { readonly kind: 'free' }
  /** Exactly that commit runs there. */
  | { readonly kind: 'there'; readonly runs: Sighting }
  /** What runs there is contained in what comes. */
  | { readonly kind: 'ahead'; readonly runs: Sighting }
  /** What comes is contained in what runs there. */
  | { readonly kind: 'behind'; readonly runs: Sighting }
  /** Each lacks something: these are the newest changes that would go. */
  | { readonly kind: 'apart'; readonly runs: Sighting; readonly lost: readonly Pick<Change, 'sha' | 'title'>[] };

/** @param gone what runs there and would go; `brought` what comes and is not there */
export function standing(runs: Sighting, { gone, brought }: { readonly gone: readonly Change[]; readonly brought: readonly Change[] }): ContentStanding {
  const lost = lacking(gone, brought);
  if (lost.length === 0) return { kind: 'ahead', runs };
  if (lacking(brought, gone).length === 0) return { kind: 'behind', runs };
  return { kind: 'apart', runs, lost: lost.slice(0, mostTold).map(({ sha, title }) => ({ sha, title })) };
}

const mostTold = 10;

/** Whether the environment has what was brought, by that commit or by another one that contains it. */
export function shows({ kind }: ContentStanding): boolean {
  return kind === 'there' || kind === 'behind';
}
