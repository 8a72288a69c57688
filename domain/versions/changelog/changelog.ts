import type { Sha } from '../../code/commit.ts';
import { isSha, shortSha } from '../../code/commit.ts';
import { inert } from '../../code/quiet-text.ts';
import { strayTrailer, trailerValue } from './trailers.ts';

/** A commit of a range, as `git log` gives them: newest first. */
export interface LoggedCommit {
  readonly sha: Sha;
  /** The whole message. */
  readonly message: string;
}

export interface ChangelogRules {
  /** The trailer that says which group a commit belongs to. */
  readonly trailer: string;
  /** From a trailer's value, in lower case, to the heading of its group; in the order of the groups. */
  readonly groups: Readonly<Record<string, string>>;
}

export interface ChangelogEntry {
  /** First line of the commit's message. */
  readonly title: string;
  readonly sha: Sha;
}

export interface ChangelogGroup {
  readonly title: string;
  readonly entries: readonly ChangelogEntry[];
}

/** What a version brings, and what is to be mended before it is released. */
export interface Changelog {
  readonly groups: readonly ChangelogGroup[];
  readonly warnings: readonly string[];
}

/**
 * Those of the commits that carry the trailer, without those that a later one of them reverts. Values that are in no group make groups of their
 * own behind the others, with a warning.
 */
export function changelogOf(commits: readonly LoggedCommit[], { trailer, groups }: ChangelogRules): Changelog {
  const reverted = revertedBy(commits);
  const warnings: string[] = [];
  const entries = new Map<string, ChangelogEntry[]>(Object.values(groups).map((title) => [title, []]));
  for (const { sha, message } of commits) {
    if (reverted.has(sha)) continue;
    const title = titleLine(message);
    const value = trailerValue(message, trailer);
    const stray = strayTrailer(message, trailer);
    if (stray !== undefined) warnings.push(`${shortSha(sha)} "${title}": "${trailer}: ${stray}" is outside the last paragraph, where it is no trailer: it is not in the changelog`);
    if (!value) continue;
    const group = Object.hasOwn(groups, value.toLowerCase()) ? groups[value.toLowerCase()]! : value;
    if (!entries.has(group)) {
      warnings.push(`${shortSha(sha)} "${title}": "${trailer}: ${value}" is none of ${Object.keys(groups).join(', ')}: it makes a group of its own`);
      entries.set(group, []);
    }
    entries.get(group)!.push({ title, sha });
  }
  return { groups: [...entries].filter(([, found]) => found.length > 0).map(([title, found]) => ({ title, entries: found })), warnings };
}

/** A revert that is itself reverted takes nothing back. */
function revertedBy(commits: readonly LoggedCommit[]): ReadonlySet<Sha> {
  const reverted = new Set<Sha>();
  for (const { sha, message } of commits) {
    if (reverted.has(sha)) continue;
    for (const [, other = ''] of message.matchAll(/^This reverts commit ([0-9a-f]{40})\b/gim)) if (isSha(other)) reverted.add(other);
  }
  return reverted;
}

/**
 * The text of a section, without its heading.
 * @param link where a commit is shown
 */
export function sectionBody({ groups }: Changelog, link: (sha: Sha) => string): string {
  if (groups.length === 0) return 'No changes.\n';
  return groups
    .map(({ title, entries }) => {
      const count = entries.length === 1 ? '1 change' : `${entries.length} changes`;
      return `### ${inert(title)} (${count})\n\n${entries.map((entry) => `- [${inert(entry.title)}](${link(entry.sha)})\n`).join('')}`;
    })
    .join('\n');
}

function titleLine(message: string): string {
  return message.split('\n', 1)[0]!.trim();
}
