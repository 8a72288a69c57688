import type { Catalog } from '../../domain/catalog.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { stableBranch } from '../../domain/code/stable-branch.ts';
import { releaseTrailer } from '../../domain/code/trailer.ts';
import { askedCandidate } from '../../domain/versions/candidate-number.ts';
import type { Asker } from '../../domain/versions/candidate-number.ts';
import type { VersionRules } from '../../domain/versions/rules.ts';
import { readVersion, versionKind, versionText } from '../../domain/versions/version.ts';
import type { Version } from '../../domain/versions/version.ts';
import { statedVersion } from '../../domain/versions/version-file.ts';
import { componentIn } from '../../ports/catalog/entries.ts';
import type { Refs } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { runningCode } from '../environments/running-code.ts';
import type { RunningQuestion } from '../environments/running-code.ts';

/** Where a version is made: on which branch, and on which of its commits. */
export type Ground = { readonly kind: 'ground'; readonly branch: string; readonly branchAt?: Sha; readonly parent: Sha; readonly ours?: OursAt } | Refused;
/** Nothing was written, and nothing will be before somebody changes something. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: string;
  /** Where people are told of it, who have not started it themselves. */
  readonly channel?: string;
}

/** The version's own commit, from before. */
interface OursAt {
  readonly committedAt: string;
}

interface CandidateWish {
  readonly asker: Asker;
  readonly sha?: Sha | undefined;
}

/** What is known of a component when a version of it is planned. */
export interface Scene {
  readonly version: Version;
  readonly id: string;
  readonly repository: Repository;
  readonly rules: VersionRules;
  readonly catalog: Catalog;
  readonly component: string;
  /** The product's tag that asks for it. */
  readonly product?: string | undefined;
  readonly refs: Refs;
  readonly defaultBranch: string;
  /** Of the default branch. */
  readonly head: Sha;
  readonly tagged: readonly Version[];
}

/** Decides on which commit a version that has no tag is made: what production runs, what is on its stable branch, or the head. */
export function versionGround({ forge, git, environments }: Pick<Ports, 'forge' | 'git' | 'environments'>) {
  const running = runningCode({ forge, environments });

  async function groundOf(scene: Scene, request: CandidateWish): Promise<Ground> {
    const { version, refs, repository, tagged } = scene;
    const branch = stableBranch(version);
    const stable = refs.branches[branch];
    const kind = versionKind(version);
    if (kind === 'candidate' && request.asker === 'developers') return candidateGround(scene);
    if (kind === 'candidate') {
      const free = askedCandidate(version, tagged, request.asker, scene.rules.candidates);
      if (free.kind === 'refused') return free;
    }
    if (kind === 'patch') {
      if (stable === undefined) return refused(`version: a patch is made on ${branch}, and ${repository} has no such branch`);
      return onBranch(scene, branch, stable);
    }
    const present = await running.runs(questionOf(scene));
    if (stable !== undefined) {
      const base = await git.mergeBase(repository, scene.head, stable);
      const unreached = base === undefined ? `${branch} has nothing in common with ${scene.defaultBranch}` : await notReached(scene, base, present, `${branch} goes off from ${shortSha(base)}, which`);
      return unreached === undefined ? onBranch(scene, branch, stable) : refused(`version: ${unreached}`);
    }
    const commit = request.sha ?? present;
    if (commit === undefined) return refused(`version: ${scene.rules.production.environment} runs nothing that is known: ${versionText(version)} is made of the commit that it runs`);
    const recorded = request.sha === undefined ? await running.recordedOtherwise(questionOf(scene), commit) : undefined;
    if (recorded !== undefined) {
      const { environment } = scene.rules.production;
      return refused(`version: ${environment} is found to run ${shortSha(commit)}, and its record says ${shortSha(recorded)}: say by "sha" which of them ${versionText(version)} is made of`);
    }
    const unreached = await notReached(scene, commit, present, shortSha(commit));
    return unreached === undefined ? { kind: 'ground', branch, parent: commit } : refused(`sha: ${unreached}`);
  }

  /** On the default branch as it is; or it is there already, and only lacks its tag. */
  async function candidateGround(scene: Scene): Promise<Ground> {
    const { version, defaultBranch, head, tagged, rules } = scene;
    const ground = await onBranch(scene, defaultBranch, head);
    if (ground.kind === 'ground' && ground.ours) return ground;
    const free = askedCandidate(version, [...tagged, ...(await statedVersions(scene))], 'developers', rules.candidates);
    return free.kind === 'refused' ? free : ground;
  }

  /** A branch's head; known for our own commit where that is the head, so that it is not made twice. */
  async function onBranch({ id, repository }: Scene, branch: string, head: Sha): Promise<Ground> {
    const [newest] = await git.log(repository, { to: head, limit: 1 });
    const isOurs = newest !== undefined && releaseTrailer(newest.message) === id;
    return { kind: 'ground', branch, branchAt: head, parent: head, ...(isOurs && { ours: { committedAt: newest.committedAt } }) };
  }

  function questionOf({ catalog, component, repository, rules }: Scene): RunningQuestion {
    const { pin } = componentIn(catalog, component);
    return { component, source: repository, ...(pin && { pin: pin }), ...rules.production };
  }

  /** Why a commit must not be released; undefined if production runs it, or a successor of it. */
  async function notReached({ repository, rules }: Scene, commit: Sha, present: Sha | undefined, what: string): Promise<string | undefined> {
    const { environment } = rules.production;
    if (present === undefined) return `${environment} runs nothing that is known: it can't be told that ${what} ever reached it`;
    return (await git.mergeBase(repository, commit, present)) === commit ? undefined : `${what} never reached ${environment}, which runs ${shortSha(present)}`;
  }

  /** What the first version file states where candidates are made: a number is in use before it is tagged. */
  async function statedVersions({ repository, rules, head }: Pick<Scene, 'repository' | 'rules' | 'head'>): Promise<readonly Version[]> {
    const [file] = rules.files;
    const text = file && (await git.read(repository, head, file.path));
    const stated = text === undefined ? undefined : statedVersion(file!, text);
    const read = stated === undefined ? undefined : readVersion(stated);
    return read?.kind === 'version' ? [read.version] : [];
  }

  return { groundOf, statedVersions };
}

export function refused(reason: string): Refused {
  return { kind: 'refused', reason };
}
