import { stagingStage } from '../domain/rollout-plan.ts';
import type { RolloutPlan } from '../domain/rollout-plan.ts';
import type { Work } from './activities.ts';
import type { Audience } from './reporting.ts';
import type { StatusKeeper } from './status.ts';
import type { Steering } from './steering.ts';

export interface RolloutIssue {
  readonly number: number;
  readonly url: string;
}

/** What of a rollout only its issue's checklist shows. */
export interface Milestones {
  issue?: RolloutIssue;
  codeDeployed?: boolean;
  removal?: string;
}

/** The rollout's thread in the chat. */
export function rolloutThread({ id, flag, chat }: RolloutPlan, work: Work, milestones: Milestones): Audience {
  return {
    name: chat.progress,
    tell({ name, line }) {
      const { issue } = milestones;
      if (!issue) return undefined;
      const told = { thread: `${id}#${issue.number}`, channel: chat.progress, subject: `${flag} (${issue.url})`, transition: name, line };
      return work.telling.report.executeWithOptions({ summary: line }, [told]);
    },
  };
}

/** The rollout issue's checklist and label. */
export function rolloutChecklist(plan: RolloutPlan, { work, status, steering, milestones }: { work: Work; status: StatusKeeper; steering: Steering; milestones: Milestones }): Audience {
  return {
    name: 'the rollout issue',
    tell({ line, label }) {
      const { issue, codeDeployed = false, removal } = milestones;
      if (!issue) return undefined;
      const progress = {
        codeDeployed,
        tested: steering.isTested() || status.get().stages.some(({ name, mark }) => name === stagingStage && mark === 'done'),
        marks: status.get().stages.map(({ name, mark }) => ({ name, mark })),
        ...(removal !== undefined && { removal }),
      };
      return work.telling.followRolloutIssue.executeWithOptions({ summary: line }, [{ plan, number: issue.number, progress, ...(label && { label }) }]);
    },
  };
}
