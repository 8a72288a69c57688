import type { Commit, Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import type { Code } from '../code/rules.ts';
import type { ChatChannels } from '../release/chat.ts';
import type { PassagePlan } from '../stages/passage.ts';
import type { Stage } from '../stages/rules.ts';
import { assured } from '../stages/assured.ts';
import type { ReleasePlan, Surroundings } from './plan.ts';

/** What a release of a component that nothing pins has agreed to do: its commit goes straight to its stages. */
export interface StraightPlan extends Pick<ReleasePlan, 'component' | 'candidate' | 'silent' | 'mirror' | 'mirrorBranch' | 'stages' | 'chat' | 'pace'> {
  readonly kind: 'straight';
  /** The workflow's id. A commit may be released again, but not twice at once. */
  readonly id: string;
  /** What the first stage ran when it began, if that is known: there it takes the place of this. */
  readonly pinned?: Sha;
}

export interface StraightChoice {
  readonly id: string;
  readonly candidate: Commit;
  readonly runs?: Sha | undefined;
}

export interface Straight {
  readonly name: string;
  readonly code: Code;
  readonly stages: readonly Stage[];
  readonly chat?: ChatChannels | undefined;
}

export function planStraight({ pace, environments }: Surroundings, { name: component, code, stages, chat }: Straight, { id, candidate, runs }: StraightChoice): StraightPlan {
  return {
    kind: 'straight',
    id,
    component,
    candidate: candidate.sha,
    ...(runs && { pinned: runs }),
    mirror: code.mirror,
    mirrorBranch: code.branch,
    stages: stages.map((stage) => assured(stage, environments[stage.environment]?.assurance)),
    ...(chat && { chat }),
    pace,
  };
}

/** What is carried through the stages: the candidate itself is what is deployed. */
export function straightPassage({ id, component, candidate, pinned, stages, pace, mirror, mirrorBranch }: StraightPlan): PassagePlan {
  const deployedFrom = { repository: mirror, branch: mirrorBranch };
  return { id, component, candidate, stages, pace, source: mirror, ...(pinned && { pinned, before: { candidate: pinned, sha: pinned } }), deployedFrom };
}

/** Every write that such a release would make, should nothing come in its way, in order. */
export function straightWrites({ mirror, component, candidate, stages, chat }: StraightPlan): readonly string[] {
  return [
    ...(chat ? [`${chat.progress}: a thread for ${component} ${shortSha(candidate)}`] : []),
    ...stages.flatMap(({ name, environment, approval }) => [
      ...(approval ? [`${name} only once ${approval.required} of ${approval.approvers.join(', ')} approve`] : []),
      `${mirror}: bring ${shortSha(candidate)} to ${environment}`,
    ]),
  ];
}
