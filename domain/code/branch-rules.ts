import { isCalled } from './pipeline.ts';

const restricted = {
  creation: 'making',
  branch_name_pattern: 'naming',
  required_signatures: 'pushing without a signature to',
  commit_message_pattern: 'pushing messages of another pattern to',
  commit_author_email_pattern: 'pushing commits of other authors to',
  committer_email_pattern: 'pushing commits of other committers to',
  update: 'moving',
  pull_request: 'moving, without a pull request,',
  required_status_checks: 'moving, before its checks are green,',
  deletion: 'deleting',
} as const;

/** What can be kept from all but some, by the names that GitHub's rules have. */
export type BranchRestriction = keyof typeof restricted;

export const branchRestrictions = Object.keys(restricted) as readonly BranchRestriction[];

/** What of a release's own branch a rule keeps from it, and what comes of that. Undefined where nothing does. */
export function toldRestrictions(restrictions: readonly BranchRestriction[]): string | undefined {
  if (restrictions.length === 0) return undefined;
  const moves = branchRestrictions.indexOf('update');
  const worst = Math.min(...restrictions.map((restriction) => branchRestrictions.indexOf(restriction)));
  const comes = worst < moves ? 'a release may not begin' : worst < branchRestrictions.length - 1 ? 'a release may not follow a newer commit' : 'a release may leave it behind';
  return `a rule keeps all but some from ${restrictions.map((restriction) => restricted[restriction]).join(', ')} it: ${comes}`;
}

/** What a branch asks for before a merge. */
export interface MergeRules {
  readonly checks: readonly string[];
  readonly reviews: number;
  /** Every commit must be signed. */
  readonly signatures: boolean;
}

interface Doubt {
  readonly what: string;
  readonly todo: string;
}

/** What of a base branch's rules will hold releases up, or lets people past what the catalog asks for. @param wanted the catalog's checks, which decide alone where any is named */
export function doubtsAbout({ checks, reviews, signatures }: MergeRules, { wanted, signs, hasReviewer }: { readonly wanted: readonly string[]; readonly signs: boolean; readonly hasReviewer: boolean }): readonly Doubt[] {
  const isSame = (name: string, called: string) => isCalled({ name }, called) || called.endsWith(` / ${name}`);
  const more = checks.length === 0 ? [] : wanted.filter((called) => !checks.some((name) => isSame(name, called)));
  const unnamed = wanted.length === 0 ? [] : checks.filter((name) => !wanted.some((called) => isSame(name, called)));
  return [
    ...(signatures && !signs ? [{ what: 'asks for signed commits, and what Slipway commits by this token is not', todo: 'connect it as a GitHub App, whose commits GitHub signs, or leave it out of that rule' }] : []),
    ...(checks.length === 0 ? [{ what: 'is protected, but asks for no check', todo: 'require the checks that a release must pass' }] : []),
    ...(more.length > 0 ? [{ what: `asks for ${checks.join(', ')}, but not for ${more.join(', ')}`, todo: 'the catalog alone requires that: people can merge without it' }] : []),
    ...(unnamed.length > 0 ? [{ what: `asks for ${unnamed.join(', ')}, too, which pin.requiredChecks does not name`, todo: 'a release waits for that all the same: name it there, or take it out of the rules' }] : []),
    ...(reviews > (hasReviewer ? 1 : 0) ? [{ what: `asks for ${reviews} ${reviews === 1 ? 'review' : 'reviews'}, of which ${hasReviewer ? 'one comes' : 'none comes'} from a second identity`, todo: 'people have to approve each release at the forge; GITHUB_REVIEWER_TOKEN gives one review' }] : []),
  ];
}
