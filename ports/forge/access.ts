import type { BranchRestriction } from '../../domain/code/branch-rules.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { MergeMethod } from './merging.ts';

export interface BranchRules {
  readonly checks: readonly string[];
  /** How many reviews; 0 where none is asked for, or where the token may not see that one is. */
  readonly reviews: number;
  readonly mergeQueue: boolean;
  /** Every commit must be signed. */
  readonly signatures: boolean;
}

/** What the token is allowed, as far as the forge tells, and who belongs to what. */
export interface Access {
  /** Whether the forge signs what is committed by this token. */
  readonly signs: boolean;
  /** Whether somebody is in a team ("org/team"), or in one below it. Nobody is in a team that the token may not see. */
  isMember(team: string, login: string): Promise<boolean>;
  /** Logins of a team's members; undefined for one that the token may not see. */
  members(team: string): Promise<readonly string[] | undefined>;
  /** Whose token it is, and its scopes where it is of a kind that has some; nobody's, where it is an app's. */
  identity(): Promise<{ readonly login: string; readonly scopes?: readonly string[] } | undefined>;
  /** How far it reaches into a repository; undefined where it does not see any. */
  repository(repository: Repository): Promise<'read' | 'write' | undefined>;
  /** What a branch asks for before a merge, as far as the token may see it; undefined for a branch that asks for nothing. */
  rules(repository: Repository, branch: string): Promise<BranchRules | undefined>;
  /** What only some may do to a branch of this name, by rules; it need not exist. Whether the token is one of them is not told. */
  restrictions(repository: Repository, branch: string): Promise<readonly BranchRestriction[]>;
  /** How changes may be merged there; undefined where the token may not know. */
  merging(repository: Repository): Promise<{ readonly methods: readonly MergeMethod[]; readonly autoMerge: boolean } | undefined>;
  /** Whether a workflow can be dispatched. */
  workflow(repository: Repository, file: string): Promise<'active' | 'disabled' | undefined>;
}
