import { isAncestor, mergeTrees } from '../../git/history.ts';
import { checkNames, stateOfCheck } from '../ci/check-state.ts';
import { allChecks } from '../code/protection.ts';
import type { PullRequest, Repository } from '../state.ts';

/** GitHub's `mergeable_state`, and why a merge would be refused. */
export interface Mergeability {
  readonly state: 'draft' | 'dirty' | 'blocked' | 'behind' | 'unstable' | 'clean';
  readonly refusals: readonly string[];
}

export async function mergeability(repository: Repository, issue: PullRequest): Promise<Mergeability> {
  const { pull } = issue;
  const base = repository.refs.get(`refs/heads/${pull.base}`);
  if (base === undefined || (await mergeTrees(repository.gitDir, base, pull.headSha)).kind === 'conflict') {
    return { state: 'dirty', refusals: ['Pull Request is not mergeable'] };
  }
  if (pull.queued) return { state: 'blocked', refusals: ['Pull Request is in the merge queue'] };
  if (pull.draft) return { state: 'draft', refusals: ['Pull Request is still a draft'] };

  const protection = repository.protections.get(pull.base);
  const missing = (protection ? allChecks(protection) : []).flatMap((name) => missingCheck(repository, pull.headSha, name));
  const lacksReviews = approvals(issue).size < (protection?.requiredReviews ?? 0);
  const reviewRefusal = `At least ${protection?.requiredReviews} approving review is required by reviewers with write access.`;
  if (missing.length > 0 || lacksReviews) return { state: 'blocked', refusals: [...missing, ...(lacksReviews ? [reviewRefusal] : [])] };

  if (protection?.strict && !(await isAncestor(repository.gitDir, base, pull.headSha))) {
    return { state: 'behind', refusals: ['Head branch is not up to date with the base branch.'] };
  }
  const settled = checkNames(repository, pull.headSha).every((name) => stateOfCheck(repository, pull.headSha, name) === 'success');
  return { state: settled ? 'clean' : 'unstable', refusals: [] };
}

export function isOpenPull(issue: { pull?: unknown; state: string }): issue is PullRequest {
  return issue.pull !== undefined && issue.state === 'open';
}

/** Who approves now: a reviewer's newest verdict counts. */
export function approvals({ pull }: PullRequest): ReadonlySet<string> {
  const verdicts = new Map(pull.reviews.filter(({ state }) => state !== 'COMMENTED' && state !== 'PENDING').map((review) => [review.author, review.state]));
  return new Set([...verdicts].filter(([, state]) => state === 'APPROVED').map(([author]) => author));
}

function missingCheck(repository: Repository, sha: string, name: string): string[] {
  const state = stateOfCheck(repository, sha, name);
  const words = { missing: 'is expected', pending: 'is in progress', failure: 'is failing' } as const;
  return state === 'success' ? [] : [`Required status check "${name}" ${words[state]}.`];
}
