import { ApplicationFailure } from '@temporalio/common';
import type { Sha } from '../../domain/code/commit.ts';
import { isNamed, notAnApprover } from '../../domain/people/approval.ts';
import type { Verdict } from '../../domain/people/decision.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import type { Remark, WrittenVote } from '../../domain/people/written-vote.ts';
import { unfitRemark, writtenVotes } from '../../domain/people/written-vote.ts';
import type { FailureType } from '../../ports/failures.ts';
import { notYet } from '../../ports/failures.ts';
import type { Access } from '../../ports/forge/access.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { teamsIn } from '../../domain/people/teams.ts';
import type { Approval } from '../../domain/stages/rules.ts';

/** A look at a pull request for votes on a stage. */
export interface VoteSearch {
  readonly repository: Repository;
  readonly number: number;
  readonly stage: string;
  /** Names of all the stages there are. */
  readonly stages: readonly string[];
  readonly approvers: Approval['approvers'];
  readonly candidate: Sha;
  /** ISO 8601, to the second: since when the release carries the candidate. */
  readonly since: string;
  /** What is known already, by its `id`. Without it the look is the first, and answers though there is nothing. */
  readonly known?: readonly string[];
}

export interface FoundVote {
  readonly id: string;
  readonly url: string;
  readonly verdict: Verdict;
  readonly by: string;
  readonly reason?: string;
  /** The candidate, where the vote is for no other: not where it only came late enough. A rejection has no place to name it. */
  readonly sha?: Sha;
  /** Why it does not count. */
  readonly why?: string;
}

/** Strangers may comment as much as they like: from so many on, what does not count is news no longer. */
const mostKnown = 30;

interface VoteOnPaper {
  readonly id: string;
  readonly remark: Remark;
  readonly vote: WrittenVote;
}

export function createWrittenVotes({ forge }: { readonly forge: Pick<Forge, 'access' | 'discussions' | 'pullRequests' | 'reviewer'> }) {
  const { access, discussions, pullRequests, reviewer } = forge;

  /** Looks once for what people have written to approve or reject a stage. @throws `NotYet` while there is nothing new */
  async function findVotes(search: VoteSearch): Promise<readonly FoundVote[]> {
    const { repository, number, stage, stages, known } = search;
    const seen = new Set(known);
    const written = (await discussions.remarks(repository, number)).flatMap((remark) =>
      writtenVotes(remark, stages)
        .map((vote, n) => ({ id: `${remark.id}/${n}`, remark, vote }))
        .filter(({ id, vote }) => !seen.has(id) && (vote.stage === stage || !stages.includes(vote.stage))),
    );
    const found = written.length > 0 ? await judged(search, written) : [];
    const counting = found.filter(({ why }) => why === undefined);
    const refused = found.filter(({ why }) => why !== undefined).slice(0, Math.max(0, mostKnown - seen.size));
    if (counting.length + refused.length === 0 && known) throw notYet(`nobody has decided on ${stage} in #${number} yet`);
    return found.filter((vote) => vote.why === undefined || refused.includes(vote));
  }

  async function judged({ repository, number, candidate, since, ...search }: VoteSearch, written: readonly VoteOnPaper[]): Promise<readonly FoundVote[]> {
    const standing = { candidate, since, head: await headOf(repository, number), ours: await ours() };
    const refusals = new Map<string, string | undefined>();
    const found: FoundVote[] = [];
    for (const { id, remark, vote } of written) {
      const { url, by, isEdited = await discussions.isEdited(remark.id) } = remark;
      if (!refusals.has(by)) refusals.set(by, await stranger(by, search));
      const unknown = vote.stage === search.stage ? undefined : unknownName('stage', vote.stage, search.stages);
      const why = unfitRemark({ ...remark, isEdited }, vote, standing) ?? refusals.get(by) ?? unknown;
      const isBound = vote.sha !== undefined || vote.verdict === 'reject' || remark.review !== undefined;
      found.push({ id, url, verdict: vote.verdict, by, ...(vote.reason && { reason: vote.reason }), ...(isBound && { sha: candidate }), ...(why && { why }) });
    }
    return found;
  }

  async function stranger(by: string, { stage, approvers }: Pick<VoteSearch, 'stage' | 'approvers'>): Promise<string | undefined> {
    try {
      return (await isApprover(access, { approvers }, by)) ? undefined : notAnApprover(by, stage, { approvers });
    } catch (failure) {
      // The release can still be decided on by somebody whom the catalog names.
      if (!(failure instanceof ApplicationFailure) || failure.type !== ('PermissionDenied' satisfies FailureType)) throw failure;
      return `whether "${by}" is in ${teamsIn({ approvers }).join(', ')} can't be known: ${failure.message}`;
    }
  }

  async function headOf(repository: Repository, number: number): Promise<Sha> {
    const pull = await pullRequests.get(repository, number);
    if (!pull) throw notYet(`#${number} is not shown yet`);
    return pull.head;
  }

  async function ours(): Promise<readonly string[]> {
    const logins = await Promise.all([access.identity().then((identity) => identity?.login), reviewer?.login()]);
    return logins.filter((login) => login !== undefined);
  }

  return { findVotes };
}

/** Whether the catalog names this person, or a team that they are in. */
export async function isApprover(access: Pick<Access, 'isMember'>, approval: Pick<Approval, 'approvers'>, login: string): Promise<boolean> {
  if (isNamed(approval, login)) return true;
  for (const team of teamsIn(approval)) if (await access.isMember(team, login)) return true;
  return false;
}
