import type { Sha } from '../../code/commit.ts';

/** A pull request of the security repository, as one of the branches of a security release has it. */
export interface SecurityPull {
  readonly number: number;
  readonly title: string;
  readonly head: Sha;
  readonly isDraft: boolean;
  readonly isAssigned: boolean;
  /** Of this very head. */
  readonly isApproved: boolean;
  readonly checks: 'green' | 'red' | 'running' | 'none';
  /** Files that can't be put together with its branch. */
  readonly conflicts: readonly string[];
}

/** A branch that is to get the fix, and the open pull requests into it that name the issue. */
export interface FixBranch {
  readonly branch: string;
  readonly pulls: readonly SecurityPull[];
}

export interface Readiness {
  /** How many of the branches lack nothing. */
  readonly ready: number;
  /** What people have to do, for the eyes of the security repository only. */
  readonly missing: readonly string[];
}

/** Every branch must have one pull request that is open, green, approved and assigned, and all of them one title. */
export function readinessOf(branches: readonly FixBranch[], issue: number): Readiness {
  const missing: string[] = [];
  let ready = 0;
  const [title] = branches.flatMap(({ pulls }) => pulls.map((pull) => pull.title));
  for (const { branch, pulls } of branches) {
    const lacks = lackingOn(branch, pulls, { issue, title });
    missing.push(...lacks);
    if (lacks.length === 0 && pulls[0]?.checks === 'green') ready++;
  }
  return { ready, missing };
}

function lackingOn(branch: string, pulls: readonly SecurityPull[], { issue, title }: { readonly issue: number; readonly title: string | undefined }): readonly string[] {
  const [pull, ...others] = pulls;
  if (!pull) return [`${branch} has no open pull request that names #${issue}`];
  const { number, isDraft, isAssigned, isApproved, checks, conflicts } = pull;
  return [
    ...(others.length > 0 ? [`${branch} has ${pulls.length} pull requests that name #${issue}: close all but one of ${pulls.map((one) => `#${one.number}`).join(', ')}`] : []),
    ...(isDraft ? [`#${number} is a draft`] : []),
    ...(checks === 'red' ? [`checks of #${number} have failed`] : []),
    ...(checks === 'none' ? [`no check of #${number} has run`] : []),
    ...(isApproved ? [] : [`nobody has approved #${number} as it is now`]),
    ...(isAssigned ? [] : [`#${number} is assigned to nobody`]),
    ...(pull.title === title ? [] : [`#${number} has another title than the others`]),
    ...(conflicts.length > 0 ? [`#${number} can't be merged into ${branch}: ${conflicts.join(', ')}`] : []),
  ];
}

/** Whether a text names an issue of its own repository: "#12", or its URL. */
export function namesIssue(text: string, issue: number): boolean {
  return new RegExp(String.raw`(?<![\w/])#${issue}(?!\d)|/issues/${issue}(?!\d)`).test(text);
}

/** An issue is made from a template if it has all of its headings; a template without any tells nothing. */
export function isMadeFrom(body: string, template: string): boolean {
  const has = new Set(body.split('\n').map((line) => line.trim()));
  const headings = template.split('\n').map((line) => line.trim()).filter((line) => /^#{1,6}\s/.test(line));
  return headings.length > 0 && headings.every((line) => has.has(line));
}
