import type { Sha } from '../../domain/code/commit.ts';
import type { LedgerCommit } from '../../domain/promotion/mainline.ts';
import { dayIn, daysFrom } from '../../domain/promotion/day.ts';
import { compareReleaseNames, releaseNamesIn } from '../../domain/promotion/release-name.ts';
import type { PromotionRules } from '../../domain/promotion/rules.ts';
import type { Chapter } from '../../domain/promotion/story.ts';
import { ancestorsOf, storyOf } from '../../domain/promotion/story.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { GitCommit } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';

/** For how many days after it was made a release is continued by hotfixes: they bear its name, and hold what is newer. */
const mostContinued = 31;

export interface Story {
  readonly chapters: readonly Chapter[];
  /** The release that is the latest, of production. */
  readonly latest?: string;
}

/** Follows a pull request through the releases of a component that is promoted. Reads only. */
export function createStories({ forge, git }: Pick<Ports, 'forge' | 'git'>) {
  /** @param mergeSha the commit by which it came onto the branch @throws `InvalidInput` where the history does not have that */
  async function tellStory({ repository }: PromotionRules, { number, mergeSha }: { readonly number: number; readonly mergeSha: Sha }): Promise<Story> {
    const { tags } = await git.refs(repository);
    const commits = new Map(tags.map(({ name, commit }) => [name, commit]));
    const [landing] = await git.log(repository, { to: mergeSha, limit: 1 });
    if (!landing) throw neverRetry('InvalidInput', `${repository} has no commit ${mergeSha}`);
    const landed = dayIn('UTC', Date.parse(landing.committedAt));
    const names = releaseNamesIn([...commits.keys()]).filter(({ day }) => daysFrom(landed, day) >= -mostContinued).toSorted(compareReleaseNames);
    const releases = [];
    let line: readonly LedgerCommit[] = [];
    // From the newest on, which has most of the older ones on its line: a log is asked for where it has not.
    for (const { text: name } of names.toReversed()) {
      const sha = commits.get(name)!;
      if (!line.some((commit) => commit.sha === sha)) line = await readSince(repository, landing, sha);
      const own = ancestorsOf(sha, line);
      if (own.some((commit) => commit.sha === mergeSha)) releases.push({ name, commits: own });
    }
    const latest = await forge.releases.latest(repository);
    return { chapters: storyOf(number, releases.toReversed()), ...(latest !== undefined && { latest }) };
  }

  /** What came with it and after it, up to there. */
  async function readSince(repository: string, { sha, parents }: GitCommit, to: Sha): Promise<readonly LedgerCommit[]> {
    if ((await git.mergeBase(repository, sha, to)) !== sha) return [];
    return (await git.log(repository, { from: parents[0], to })).map(ledgerCommit).toReversed();
  }

  return { tellStory };
}

/** A commit as the ledger of reverts reads it. */
export function ledgerCommit({ sha, parents, message }: GitCommit): LedgerCommit {
  const [title = '', ...body] = message.split('\n');
  return { sha, parents, title, body: body.join('\n') };
}
