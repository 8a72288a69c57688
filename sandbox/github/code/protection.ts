import { json } from '../../http/exchange.ts';
import { stateOfCheck } from '../ci/check-state.ts';
import { Refusal } from '../refusal.ts';
import { apiUrl } from './repository.ts';
import type { Call, Handlers } from '../call.ts';
import type { Protection, Repository } from '../state.ts';

/** Whoever asks for them. */
export function allChecks({ requiredChecks, rulesetChecks }: Protection): readonly string[] {
  return [...requiredChecks, ...rulesetChecks];
}

export const protectionHandlers = {
  'repos/get-branch-protection': getProtection,
  'repos/get-branch-rules': getRules,
} satisfies Handlers<'repos/get-branch-protection' | 'repos/get-branch-rules'>;

/** @throws Refusal 422 when a rule keeps the branch from being made */
export function assertCreationAllowed(repository: Repository, ref: string): void {
  if (repository.protections.get(ref.replace(/^refs\/heads\//, ''))?.restricts.includes('creation')) throw ruleViolated('Cannot create ref due to creations being restricted.');
}

function ruleViolated(rule: string): Refusal {
  return new Refusal(422, `Repository rule violations found\n\n${rule}\n\n`);
}

/** @throws Refusal 422 when the branch is protected and would be deleted or moved to a commit without its checks */
export function assertUpdateAllowed(repository: Repository, ref: string, to: string | undefined): void {
  const protection = repository.protections.get(ref.replace(/^refs\/heads\//, ''));
  if (protection === undefined) return;
  if (to === undefined && protection.restricts.includes('deletion')) throw ruleViolated('Cannot delete this branch');
  if (isRulesetOnly(protection)) return;
  if (to === undefined) throw new Refusal(422, 'Cannot delete this protected ref.');
  if (protection.requiredReviews > 0) throw new Refusal(422, 'Cannot update this protected ref.');
  const missing = allChecks(protection).find((name) => stateOfCheck(repository, to, name) !== 'success');
  if (missing !== undefined) throw new Refusal(422, `Required status check "${missing}" is expected.`);
}

/** A branch that has no protection of its own, only rules that restrict who makes or deletes it. */
function isRulesetOnly({ requiredChecks, rulesetChecks, requiredReviews, strict, mergeQueue, restricts }: Protection): boolean {
  return restricts.length > 0 && requiredChecks.length + rulesetChecks.length + requiredReviews === 0 && !strict && !mergeQueue;
}

function getProtection({ world, repository, params }: Call<'repos/get-branch-protection'>) {
  const branch = params['branch'] ?? '';
  if (!repository.refs.has(`refs/heads/${branch}`)) throw new Refusal(404, 'Branch not found');
  const protection = repository.protections.get(branch);
  if (protection === undefined) throw new Refusal(404, 'Branch not protected');
  return json(200, renderProtection(`${apiUrl(world, repository)}/branches/${encodeURIComponent(branch)}/protection`, protection));
}

/** What rulesets say: a merge queue, restrictions, checks. All else is the branch's own protection. */
function getRules({ repository, params }: Call<'repos/get-branch-rules'>) {
  const { mergeQueue = false, restricts = [], rulesetChecks = [] } = repository.protections.get(params['branch'] ?? '') ?? {};
  const parameters = {
    check_response_timeout_minutes: 60, grouping_strategy: 'ALLGREEN', max_entries_to_build: 1, max_entries_to_merge: 1,
    merge_method: 'MERGE', min_entries_to_merge: 1, min_entries_to_merge_wait_minutes: 0,
  };
  const ofRuleset = { ruleset_source_type: 'Repository', ruleset_source: repository.fullName, ruleset_id: repository.id };
  const checks = { required_status_checks: rulesetChecks.map((context) => ({ context })), strict_required_status_checks_policy: false };
  return json(200, [
    ...(mergeQueue ? [{ type: 'merge_queue', parameters, ...ofRuleset }] : []),
    ...restricts.map((type) => ({ type, ...ofRuleset })),
    ...(rulesetChecks.length > 0 ? [{ type: 'required_status_checks', parameters: checks, ...ofRuleset }] : []),
  ]);
}

export function renderProtection(url: string, { requiredChecks, strict, requiredReviews, dismissStaleReviews }: Protection) {
  const reviews = {
    url: `${url}/required_pull_request_reviews`,
    dismiss_stale_reviews: dismissStaleReviews,
    require_code_owner_reviews: false,
    required_approving_review_count: requiredReviews,
  };
  return {
    url,
    required_status_checks: {
      url: `${url}/required_status_checks`,
      strict,
      contexts: requiredChecks,
      contexts_url: `${url}/required_status_checks/contexts`,
      checks: requiredChecks.map((context) => ({ context, app_id: null })),
    },
    ...(requiredReviews > 0 ? { required_pull_request_reviews: reviews } : {}),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: true },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
  };
}
