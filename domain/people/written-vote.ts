import type { Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import type { Verdict } from './decision.ts';
import { isSamePerson } from './person.ts';
import { spokenLines } from './spoken-lines.ts';

/** A comment or a review that somebody wrote on a pull request, as the forge tells of it. */
export interface Remark {
  /** The forge's. */
  readonly id: string;
  readonly url: string;
  readonly by: string;
  readonly isPerson: boolean;
  readonly text: string;
  /** ISO 8601, to the second. */
  readonly at: string;
  /** Somebody has changed its text since, and need not be who wrote it. Undefined where the forge has to be asked. */
  readonly isEdited?: boolean;
  /** What a review says of which head. */
  readonly review?: { readonly verdict: Verdict | 'none'; readonly sha?: Sha };
}

export interface WrittenVote {
  readonly verdict: Verdict;
  readonly stage: string;
  readonly reason?: string;
  /** The beginning of the candidate's, where the voter was so careful. */
  readonly sha?: string;
}

const command = /^\/(approve|reject)[ \t]+([\w-]+)(?:[ \t]+(.*))?$/;
const sha = /^[0-9a-f]{7,40}$/;

/**
 * The votes in a remark, a line each: "/approve production", with the beginning of the candidate's SHA or without, and
 * "/reject production it leaks". In a review that approves, a line with a stage's name is enough.
 */
export function writtenVotes({ text, review }: Pick<Remark, 'text' | 'review'>, stages: readonly string[]): readonly WrittenVote[] {
  return spokenLines(text).flatMap((line): WrittenVote[] => {
    if (review?.verdict === 'approve' && stages.includes(line)) return [{ verdict: 'approve', stage: line }];
    const [, verdict, stage, rest = ''] = command.exec(line) ?? [];
    if (stage === undefined) return [];
    if (verdict === 'reject') return [{ verdict, stage, ...(rest && { reason: rest }) }];
    return [{ verdict: 'approve', stage, ...(sha.test(rest) && { sha: rest }) }];
  });
}

export interface VoteSetting {
  readonly candidate: Sha;
  /** ISO 8601, to the second: since when the release carries the candidate. */
  readonly since: string;
  /** The pull request's. */
  readonly head: Sha;
  /** Logins that Slipway itself writes by. */
  readonly ours: readonly string[];
}

/** Why a vote that was written there does not count, whoever wrote it; undefined if it does. */
export function unfitRemark({ by, isPerson, isEdited, at, review }: Remark, vote: WrittenVote, { candidate, since, head, ours }: VoteSetting): string | undefined {
  if (!isPerson || ours.some((login) => isSamePerson(login, by))) return `"${by}" is not a person`;
  if (isEdited) return `the vote of ${by} was edited: it has to be written anew`;
  if (vote.sha !== undefined && !candidate.startsWith(vote.sha)) return `the vote of ${by} is for ${vote.sha}, but this release carries ${candidate}`;
  if (!review) return at > since ? undefined : `the vote of ${by} was written at ${at}, but this release carries ${shortSha(candidate)} since ${since}: it has to be written anew`;
  if (review.sha !== head) return `the review of ${by} is of ${review.sha === undefined ? 'nothing' : shortSha(review.sha)}, but the pull request is at ${shortSha(head)}`;
  const says = review.verdict === 'none' ? 'neither approves nor asks for changes' : review.verdict === 'approve' ? 'approves' : 'asks for changes';
  return review.verdict === vote.verdict ? undefined : `the review of ${by} says "/${vote.verdict} ${vote.stage}", but ${says}`;
}
