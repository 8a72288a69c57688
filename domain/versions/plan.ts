import type { Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import type { Repository } from '../code/repository.ts';
import { releaseId } from '../release/kinds.ts';
import type { Pace } from '../release/pace.ts';
import type { Stage } from '../stages/rules.ts';
import { versionText } from './version.ts';
import type { Version, VersionKind } from './version.ts';
import type { VersionFile } from './version-file.ts';

/** What a commit of a version release changes of its parent. The texts follow from the parent and the plan, so that no history has to hold them. */
export interface PlannedCommit {
  readonly sha: Sha;
  readonly parent: Sha;
  readonly paths: readonly string[];
  readonly message: string;
  /** ISO 8601 */
  readonly date: string;
  /** The files that state the version, and the section of the changelog. */
  readonly states: boolean;
  readonly tells: boolean;
}

/** How the default branch learns of a version, as that is now. */
export type MergeBack =
  /** It needs nothing: it has the tagged commit or the section, or is the branch that was tagged. */
  | { readonly kind: 'none' }
  /** The tagged commit is merged into its head, as `sha`. */
  | { readonly kind: 'merge'; readonly into: Sha; readonly sha: Sha }
  /** People must merge it: these files can't be put together. */
  | { readonly kind: 'conflict'; readonly into: Sha; readonly paths: readonly string[] }
  /** It gets the section, too. */
  | { readonly kind: 'changelog'; readonly commit: PlannedCommit };

/** The pull request by which the product gets a candidate, before a release of the component brings it. */
export interface Downstream {
  readonly repository: Repository;
  readonly branch: string;
  readonly versionFile: string;
  readonly signoff?: string;
  /** Logins, of whom one reviews it once its build is green. */
  readonly maintainers: readonly string[];
  readonly requiredChecks: readonly string[];
}

/** What a version release has agreed to do, once; from then on part of its history. */
export interface VersionPlan {
  readonly kind: 'version';
  /** The workflow's id: one version is released once at a time. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  readonly version: Version;
  readonly tag: string;
  readonly versionKind: VersionKind;
  readonly defaultBranch: string;
  /** Where the version's commit goes: the stable branch, or the default branch for a candidate. */
  readonly branch: string;
  /** What that is at; nothing, where it is to be made. */
  readonly branchAt?: Sha;
  /** What is committed; nothing, where it has been before. */
  readonly commit?: PlannedCommit;
  /** The commit that is tagged. */
  readonly target: Sha;
  /** ISO 8601: of the tag, and of the merge. */
  readonly date: string;
  /** It has its tag already: everything before that has been done. */
  readonly isTagged: boolean;
  readonly mergeBack: MergeBack;
  readonly files: readonly VersionFile[];
  readonly changelogFile: string;
  /** Of the changelog, "2020-03-20", and what it says; none for a candidate. */
  readonly section?: { readonly date: string; readonly body: string };
  /** Whether it becomes what the forge calls the latest release. */
  readonly latest: boolean;
  /** The version whose changes are not told again. */
  readonly previous?: string;
  readonly warnings: readonly string[];
  readonly requiredChecks: readonly string[];
  readonly mergesBackBy: 'merge' | 'changelogOnly';
  /** One, whose approval people vote on before the tag is made; none, where nobody is asked. */
  readonly stages: readonly Stage[];
  /** The commit of `previous`. */
  readonly previousAt?: Sha;
  readonly chat?: { readonly progress: string; readonly team: string };
  readonly mention?: string;
  /** Of a candidate: where the product may be asked to take it. */
  readonly downstream?: Downstream;
  readonly pace: Pace;
}

/** Every version release's id begins so, and ends with the version. */
export function versionReleaseId(component: string, version: Version): string {
  return releaseId('version', component, versionText(version));
}

/** Every write of the plan, in its order, for people. */
export function versionWrites(plan: Pick<VersionPlan, 'branch' | 'branchAt' | 'commit' | 'tag' | 'target' | 'isTagged' | 'mergeBack' | 'defaultBranch' | 'repository' | 'latest' | 'versionKind'>): readonly string[] {
  const { branch, branchAt, commit, tag, target, isTagged, mergeBack, defaultBranch, repository, latest, versionKind } = plan;
  const tagging = [
    ...(branchAt === undefined ? [`make the branch ${branch} of ${repository} at ${shortSha(commit?.parent ?? target)}`] : []),
    ...(commit ? [`commit ${commit.paths.join(', ')} to ${branch} as ${shortSha(commit.sha)}`] : []),
    `tag ${shortSha(target)} as ${tag}`,
    `publish the ${versionKind === 'candidate' ? 'pre-release' : 'release'} ${tag}${latest ? ' as the latest' : ''}`,
  ];
  return [...(isTagged ? [] : tagging), ...mergeBackWrites(mergeBack, { defaultBranch, tag })];
}

function mergeBackWrites(mergeBack: MergeBack, { defaultBranch, tag }: { readonly defaultBranch: string; readonly tag: string }): readonly string[] {
  switch (mergeBack.kind) {
    case 'none':
      return [];
    case 'merge':
      return [`merge ${tag} into ${shortSha(mergeBack.into)} of ${defaultBranch} as ${shortSha(mergeBack.sha)}`];
    case 'conflict':
      return [`ask people to merge ${tag} into ${defaultBranch}, where ${mergeBack.paths.join(', ')} conflict`];
    case 'changelog':
      return [`commit ${mergeBack.commit.paths.join(', ')} to ${defaultBranch} as ${shortSha(mergeBack.commit.sha)}`];
  }
}
