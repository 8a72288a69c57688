import { assured } from '../stages/assured.ts';
import type { Commit, Sha } from '../code/commit.ts';
import { longestTitle } from '../code/quiet-text.ts';
import { cut } from '../text/short-text.ts';
import type { Pin } from './rules.ts';
import type { Approval, Stage } from '../stages/rules.ts';
import type { Pace } from '../release/pace.ts';
import type { CarriedChange } from '../changes/change.ts';
import type { PassagePlan } from '../stages/passage.ts';
import type { Repository } from '../code/repository.ts';
import type { Code } from '../code/rules.ts';
import type { ChatChannels } from '../release/chat.ts';

/** What one release has agreed to do: computed once, and from then on part of its history. */
export interface ReleasePlan {
  readonly kind: 'release';
  /** The workflow's id. It names the occasion: two releases of one component can't run at once from one setting of the pin. */
  readonly id: string;
  readonly component: string;
  readonly candidate: Sha;
  /** Committer date of the candidate: dates every commit that the release makes, so that they come out the same again. */
  readonly date: string;
  readonly pinned: Sha;
  /** How the version file says that, where it names a version: "12.9.0-rc1". */
  readonly pinnedAs?: string;
  /** Head of the downstream branch that the version commit is made on. */
  readonly base: Sha;
  readonly mirror: string;
  /** Nothing else on the mirror is released. */
  readonly mirrorBranch: string;
  /** What must be among a commit's green checks there. */
  readonly mirrorChecks: readonly string[];
  /** What counts for nothing there. */
  readonly mirrorIgnores?: readonly string[];
  /** What has announced checks of the candidate there, and never reported: people are asked whether it may go on without. */
  readonly silent?: readonly string[];
  readonly pin: Pin;
  /** Where it is merged already: the commit, and the pull request that brought it. */
  readonly landed?: { readonly sha: Sha; readonly pullRequest: { readonly number: number; readonly url: string } };
  /** It takes the pin back, to a candidate before it. */
  readonly isBack?: true;
  readonly stages: readonly Stage[];
  readonly chat?: ChatChannels;
  readonly pace: Pace;
}

export interface ChosenCandidate {
  readonly id: string;
  readonly candidate: Commit;
  readonly pinned: Sha;
  readonly pinnedAs?: string | undefined;
  readonly base: Sha;
}

/** What the catalog says of a component that is released. */
export interface Releasable {
  readonly name: string;
  readonly code: Code;
  readonly pin: Pin;
  readonly stages: readonly Stage[];
  readonly chat?: ChatChannels | undefined;
}

/** What the catalog says of all components. */
export interface Surroundings {
  readonly pace: Pace;
  readonly environments: Readonly<Record<string, { readonly assurance?: Approval['assurance'] }>>;
}

export function planRelease({ pace, environments }: Surroundings, { name: component, code, pin, stages, chat }: Releasable, { id, candidate, pinned, pinnedAs, base }: ChosenCandidate): ReleasePlan {
  return {
    kind: 'release',
    id,
    component,
    candidate: candidate.sha,
    date: candidate.committedAt,
    pinned,
    ...(pinnedAs !== undefined && { pinnedAs }),
    base,
    mirror: code.mirror,
    mirrorBranch: code.branch,
    mirrorChecks: code.requiredChecks,
    mirrorIgnores: code.ignoredChecks,
    pin,
    stages: stages.map((stage) => assured(stage, environments[stage.environment]?.assurance)),
    ...(chat && { chat }),
    pace,
  };
}

/** A plan that pins again what was pinned before, by a pull request on a branch of its own, and deploys nothing. */
export function planTakingBack(surroundings: Surroundings, component: Releasable, choice: ChosenCandidate): ReleasePlan {
  const { pin, ...plan } = planRelease(surroundings, component, choice);
  const { title } = pin;
  return { ...plan, pin: { ...pin, head: takingBackBranch(pin), title: cut(`Revert "${title}"`, longestTitle) }, stages: [], isBack: true };
}

/** The branch of the pull request that takes the pin back. */
export function takingBackBranch({ head }: Pick<Pin, 'head'>): string {
  return `${head}-back`;
}

/** Who is waited for where the catalog names nobody else. */
export function teamOf({ chat, component }: Pick<ReleasePlan, 'chat' | 'component'>): string {
  return chat?.team ?? `whoever owns ${component}`;
}

/** What a release carries through its stages. */
export function passageOf(plan: ReleasePlan): PassagePlan {
  const { id, component, candidate, pinned, base, stages, pace, mirror, pin } = plan;
  const { repository, branch } = pin;
  return { id, component, candidate, pinned, stages, pace, source: mirror, before: { candidate: pinned, sha: base }, deployedFrom: { repository, branch } };
}

/** Where deployments are started: what says which commit is used is there, too. */
export function deployedFrom({ code, pin }: { readonly code: Pick<Code, 'mirror' | 'branch'>; readonly pin?: Pick<Pin, 'repository' | 'branch'> | undefined }): { readonly repository: Repository; readonly branch: string } {
  return pin ? { repository: pin.repository, branch: pin.branch } : { repository: code.mirror, branch: code.branch };
}

/** The life of its pull request. */
export function changeOf(plan: ReleasePlan): CarriedChange {
  const { pin, pace } = plan;
  const { repository, head, branch, merge, autoMerge } = pin;
  return { repository, branch: head, into: branch, method: merge, autoMerge, team: teamOf(plan), patience: pace.patience };
}
