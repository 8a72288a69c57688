import type { Sha } from '../code/commit.ts';
import type { Repository } from '../code/repository.ts';
import type { Pace } from '../release/pace.ts';
import type { Day } from './day.ts';

/** A commit that stage has reported, and what was seen of it meanwhile. */
export interface SeenOnStage {
  readonly sha: Sha;
  /** Of its image, the last time that it was looked at while stage ran it: the push of a tag builds a commit again. */
  readonly digest?: string | undefined;
  /** ISO 8601: since when stage runs it. */
  readonly at: string;
  /** What its checks have come to. */
  readonly checks?: 'green' | 'red' | undefined;
}

/** So many of the newest are remembered: of a busy branch the commits of weeks. */
export const mostSeen = 100;

/** What the following of stage has agreed to look at. */
export interface StageWatchPlan {
  readonly kind: 'stageWatch';
  /** The workflow's. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  readonly branch: string;
  /** The environment. */
  readonly stage: string;
  /** The environment that releases go to. */
  readonly production?: string;
  readonly image?: string;
  /** What brings images there. */
  readonly application?: string;
  readonly requiredChecks: readonly string[];
  readonly channel: string;
  /** How long production may go without a release before people are told, ms; 0 for ever. */
  readonly notice: number;
  readonly stages: readonly [];
  readonly pace: Pace;
}

/** Why a commit has not come to stage. */
export type Lateness = 'red' | 'unbuilt' | 'untaken';

/** What stage does, compared with what was known of it. */
export type StageNews =
  /** It runs another commit. */
  | { readonly kind: 'moved'; readonly sha: Sha; readonly title: string; readonly digest?: string }
  /** The image of what it runs is there, or is another one: the commit was built again. */
  | { readonly kind: 'built'; readonly sha: Sha; readonly digest: string }
  /** The checks of what it runs have ended. `told`: which have failed. */
  | { readonly kind: 'checked'; readonly sha: Sha; readonly checks: 'green' | 'red'; readonly told: string }
  /** This commit has not come to stage in time. `told`: where to look. */
  | { readonly kind: 'late'; readonly sha: Sha; readonly title: string; readonly why: Lateness; readonly told: string }
  /** Production has had no release for so many days. */
  | { readonly kind: 'quiet'; readonly days: number; readonly latest: string };

/** When it ran this commit the last time: undefined where that was not seen. */
export function seenOf(seen: readonly SeenOnStage[], sha: Sha): SeenOnStage | undefined {
  return seen.findLast((one) => one.sha === sha);
}

/** What has been seen, after this news. */
export function withNews(seen: readonly SeenOnStage[], news: StageNews, at: string): readonly SeenOnStage[] {
  const last = seen.at(-1);
  switch (news.kind) {
    case 'moved': {
      const { sha, digest } = news;
      return [...seen, { sha, at, ...(digest !== undefined && { digest }) }].slice(-mostSeen);
    }
    case 'built':
      return last?.sha === news.sha ? [...seen.slice(0, -1), { ...last, digest: news.digest }] : seen;
    case 'checked':
      return last?.sha === news.sha ? [...seen.slice(0, -1), { ...last, checks: news.checks }] : seen;
    default:
      return seen;
  }
}

interface DatedCommit {
  readonly sha: Sha;
  /** ISO 8601 */
  readonly committedAt: string;
}

/**
 * The commits of a branch that should have come to stage by now, the newest first: those that came after what it runs, and long enough ago. Stage
 * may pass over some, where several come at once.
 *
 * @param line newest first @param before ms since 1970: what came later has time still
 */
export function overdue<Commit extends DatedCommit>(line: readonly Commit[], { runs, before }: { readonly runs: Sha | undefined; readonly before: number }): readonly Commit[] {
  const at = line.findIndex(({ sha }) => sha === runs);
  return (at < 0 ? line : line.slice(0, at)).filter(({ committedAt }) => Date.parse(committedAt) <= before);
}

/** When production got its latest release, as far as anybody tells: ms since 1970. Its name alone is older, where it waited for QA, or is a hotfix's. */
export function lastReleased(latest: Day | undefined, since: string | undefined): number | undefined {
  const known = [latest?.replaceAll('.', '-'), since].flatMap((text) => (text ? [Date.parse(text)] : [])).filter((at) => !Number.isNaN(at));
  return known.length === 0 ? undefined : Math.max(...known);
}
