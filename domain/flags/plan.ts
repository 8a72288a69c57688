import type { Sha } from '../code/commit.ts';
import type { FlagRules } from './rules.ts';
import { planRollout } from './steps.ts';
import type { RolloutStep } from './steps.ts';
import type { RolloutRequest } from './request.ts';
import { shownSetting } from './setting.ts';
import type { Pace } from '../release/pace.ts';
import { releaseId } from '../release/kinds.ts';
import type { Code } from '../code/rules.ts';
import type { ChatChannels } from '../release/chat.ts';

/** What one rollout has agreed to do: computed once, and from then on part of its history. */
export interface RolloutPlan {
  readonly kind: 'rollout';
  /** The workflow's (see `rolloutId`). */
  readonly id: string;
  readonly component: string;
  readonly flag: string;
  /** The commit without which the flag means nothing. */
  readonly commit: Sha;
  readonly reason?: string;
  /** Where the component's commits are, and the file that pins one of them downstream. */
  readonly source: string;
  readonly pin?: { readonly repository: string; readonly versionFile: string };
  readonly rules: FlagRules;
  readonly steps: readonly RolloutStep[];
  /** What the status shows a mark for: staging, and each step. */
  readonly stages: readonly { readonly name: string; readonly environment: string }[];
  /** The rollout issue to adopt, where one was given. */
  readonly issue?: number;
  readonly chat?: ChatChannels;
  readonly pace: Pace;
}

/** A flag has one rollout at a time: this is its workflow's id. */
export function rolloutId({ component, flag }: { readonly component: string; readonly flag: string }): string {
  return releaseId('rollout', component, flag);
}

export const stagingStage = 'staging';

/** "5 %", "on": what a step is called among the stages. */
export function stepName({ to }: Pick<RolloutStep, 'to'>): string {
  return shownSetting(to);
}

/** What the catalog says of a component whose flags are rolled out. */
export interface WithFlags {
  readonly code: Code;
  readonly pin?: NonNullable<RolloutPlan['pin']> | undefined;
  readonly chat?: ChatChannels | undefined;
  readonly flags: FlagRules;
}

/** @param request with a flag's name that is right */
export function agreeOnRollout(pace: Pace, { code, pin, chat, flags: rules }: WithFlags, { component, flag, commit, steps: percentages, issue, reason }: RolloutRequest & { readonly commit: Sha }): RolloutPlan {
  const { staging, production } = rules;
  const steps = planRollout({ percentages: percentages ?? production.steps, soak: production.soak });
  return {
    kind: 'rollout',
    id: rolloutId({ component, flag }),
    component,
    flag,
    commit,
    source: code.mirror,
    ...(pin && { pin: { repository: pin.repository, versionFile: pin.versionFile } }),
    rules,
    steps,
    stages: [
      ...(staging ? [{ name: stagingStage, environment: staging.environment }] : []),
      ...steps.map((step) => ({ name: stepName(step), environment: production.environment })),
    ],
    ...(chat && { chat }),
    pace,
    ...(issue !== undefined && { issue }),
    ...(reason !== undefined && { reason }),
  };
}
