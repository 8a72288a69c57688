import type { Sha } from '../code/commit.ts';
import type { LedgerCommit } from './mainline.ts';
import type { PullStanding } from './reverts.ts';
import { readLedger, standingOf } from './reverts.ts';
import { readRevertWords } from './revert-words.ts';

/** A release with the commits that it has and a certain older one has not, parents before their children. */
export interface ReleasedCommits {
  readonly name: string;
  readonly commits: readonly LedgerCommit[];
}

/** From this release on a pull request stands so. */
export interface Chapter {
  readonly release: string;
  readonly standing: PullStanding;
}

/**
 * What became of a pull request, release by release: only where something changed.
 * @param releases in their order
 */
export function storyOf(pull: number, releases: readonly ReleasedCommits[]): Chapter[] {
  const chapters: Chapter[] = [];
  const known = new Map<string, PullStanding>();
  const mentions = new Map<Sha, boolean>();
  const isDecisive = ({ sha, title, body }: LedgerCommit) => {
    const answer = mentions.get(sha) ?? (readRevertWords(title, body).mentions || title.includes(`#${pull}`));
    mentions.set(sha, answer);
    return answer;
  };
  for (const { name, commits } of releases) {
    // Whatever else a release has changes nothing: most have the same reverts as the one before.
    const decisive = commits.filter(isDecisive).map(({ sha }) => sha).join(' ');
    const standing = known.get(decisive) ?? standingOf(readLedger(commits), pull);
    known.set(decisive, standing);
    if (standing.kind !== (chapters.at(-1)?.standing.kind ?? 'absent')) chapters.push({ release: name, standing });
  }
  return chapters;
}

/** "in 2026.01.14, reverted in 2026.01.14.1 by #6412, back in 2026.01.15" */
export function toldStory(chapters: readonly Chapter[]): string {
  if (chapters.length === 0) return 'in no release yet';
  let wasIn = false;
  return chapters
    .map(({ release, standing }) => {
      const again = wasIn;
      wasIn ||= standing.kind === 'in';
      switch (standing.kind) {
        case 'in':
          return `${again ? 'back in' : 'in'} ${release}`;
        case 'out':
          return `reverted in ${release} by ${standing.by}`;
        case 'unclear':
          return `unclear in ${release}: ${standing.why}`;
        case 'absent':
          return `not in ${release}`;
      }
    })
    .join(', ');
}

/** The commits that these lead to, out of those that are known, in their order. */
export function ancestorsOf(start: Sha, commits: readonly LedgerCommit[]): readonly LedgerCommit[] {
  const known = new Map(commits.map((commit) => [commit.sha, commit]));
  const found = new Set<Sha>();
  const open = [start];
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    const commit = known.get(sha);
    if (!commit || found.has(sha)) continue;
    found.add(sha);
    open.push(...commit.parents);
  }
  return commits.filter(({ sha }) => found.has(sha));
}
