import type { Sha } from '../../code/commit.ts';
import type { Repository } from '../../code/repository.ts';
import type { Pace } from '../../release/pace.ts';

/**
 * What a security release has agreed to do. Histories count as public: it holds numbers and SHAs, and nothing that anybody has written in the
 * security repository.
 */
export interface SecurityPlan {
  readonly kind: 'security';
  /** The workflow's id: one issue is released once at a time. */
  readonly id: string;
  readonly component: string;
  /** Of the issue, in the security repository. */
  readonly issue: number;
  /** Where the fix is made. */
  readonly repository: Repository;
  /** Where everybody sees it, in the end. */
  readonly canonical: Repository;
  readonly defaultBranch: string;
  /** ISO 8601: of its commits, tags, and sections of the changelog. */
  readonly date: string;
  /** Who may let it be tagged, and disclosed; anybody, where nobody is named. */
  readonly approvers?: readonly string[];
  readonly stages: readonly [];
  readonly chat?: { readonly progress: string; readonly team: string };
  readonly mention?: string;
  readonly pace: Pace;
}

/** The fix, as one of the branches gets it. */
export interface ReadyFix {
  readonly branch: string;
  /** Of the pull request. */
  readonly number: number;
  readonly head: Sha;
}

/** A branch of the security repository that is ready to be seen: a version's, or the default branch. */
export interface PreparedLine {
  readonly branch: string;
  /** What the canonical branch is to have. */
  readonly target: Sha;
  /** The tag itself, whose name is told when it is disclosed; none on the default branch. */
  readonly tag?: Sha;
}
