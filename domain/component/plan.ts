import type { Commit, Sha } from '../code/commit.ts';
import type { Catalog, Component } from '../catalog.ts';
import type { Approval, Stage } from '../stages/rules.ts';
import type { Pace } from '../release/pace.ts';
import type { PassagePlan } from '../stages/passage.ts';

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
  /** Head of the downstream branch that the version commit is made on. */
  readonly base: Sha;
  readonly mirror: string;
  /** Nothing else on the mirror is released. */
  readonly mirrorBranch: string;
  /** What must be among a commit's green checks there. */
  readonly mirrorChecks: readonly string[];
  /** What counts for nothing there. */
  readonly mirrorIgnores?: readonly string[];
  readonly downstream: Component['downstream'];
  readonly stages: readonly Stage[];
  readonly chat: Component['chat'];
  readonly pace: Pace;
}

export interface Chosen {
  readonly id: string;
  readonly candidate: Commit;
  readonly pinned: Sha;
  readonly base: Sha;
}

export function planRelease(catalog: Catalog, component: string, { id, candidate, pinned, base }: Chosen): ReleasePlan {
  const { source, downstream, stages, chat } = catalog.components[component]!;
  return {
    kind: 'release',
    id,
    component,
    candidate: candidate.sha,
    date: candidate.committedAt,
    pinned,
    base,
    mirror: source.mirror,
    mirrorBranch: source.branch,
    mirrorChecks: source.requiredChecks,
    mirrorIgnores: source.ignoredChecks,
    downstream,
    stages: stages.map((stage) => assured(stage, catalog.environments[stage.environment]?.assurance)),
    chat,
    pace: catalog.pace,
  };
}

/** With what its environment wants of votes. */
function assured(stage: Stage, assurance: Approval['assurance']): Stage {
  return stage.approval && assurance ? { ...stage, approval: { ...stage.approval, assurance } } : stage;
}

/** What a release carries through its stages. */
export function passageOf(plan: ReleasePlan): PassagePlan {
  const { id, component, candidate, pinned, base, stages, pace, mirror, downstream } = plan;
  const { repository, branch } = downstream;
  return { id, component, candidate, pinned, stages, pace, source: mirror, before: { candidate: pinned, sha: base }, deployedFrom: { repository, branch } };
}
