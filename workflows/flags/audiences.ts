import { workflowInfo } from '@temporalio/workflow';
import { checklist } from '../../domain/flags/issue.ts';
import type { RolloutMilestones, Rollout } from './rollout.ts';
import { teamChannel } from '../release/calls.ts';
import type { Audience } from '../release/reporting.ts';
import { openThreads } from '../release/reporting.ts';

type FollowedRollout = Pick<Rollout, 'plan' | 'work' | 'status' | 'steering' | 'milestones'>;

/** Who follows a rollout. */
export function audiencesOf(rollout: Omit<FollowedRollout, 'milestones'>, milestones: RolloutMilestones): readonly Audience[] {
  return [rolloutChecklist, rolloutThread, rolloutTeam].map((audience) => audience({ ...rollout, milestones }));
}

/** The rollout's thread in the chat. */
function rolloutThread({ plan, work, milestones }: FollowedRollout): Audience {
  const { id, flag, chat } = plan;
  const tell = openThreads(work);
  return {
    name: chat?.progress ?? '',
    hear({ name, line }) {
      const { issue } = milestones;
      if (!chat || !issue) return undefined;
      const report = { thread: `${id}#${issue.number}`, channel: chat.progress, subject: flag, transition: name, line };
      return () => tell(report);
    },
  };
}

/** A flag may be rolled out again, and be refused before there is an issue: its time tells it from others. */
function rolloutTeam({ plan, work, status, milestones }: FollowedRollout): Audience {
  const { id, flag, chat } = plan;
  const key = `${id} of ${workflowInfo().startTime.toISOString()}`;
  if (!chat) return { name: '', hear: () => undefined };
  return teamChannel({ plan, work, status }, { channel: chat.team, subject: flag, key: () => key, more: () => milestones.issue?.url });
}

/** The rollout issue's checklist and label. */
function rolloutChecklist({ plan, work, status, steering, milestones }: FollowedRollout): Audience {
  return {
    name: 'the rollout issue',
    hear({ name, label }) {
      const { issue, codeDeployed = false, undeployed, removal } = milestones;
      if (!issue) return undefined;
      const { stages, ending } = status.get();
      const progress = { codeDeployed, ...(undeployed && { undeployed }), tested: steering.isTested(), marks: stages, ...(removal !== undefined && { removal }) };
      // An ending that nothing on the way had a label for: "aborted", "failed".
      const standing = label ?? (ending === 'rolledOut' ? undefined : ending);
      const followed = { repository: plan.rules.issues.repository, number: issue.number, id: plan.id, section: checklist(plan, progress), ...(standing && { label: standing }) };
      return () => work.followRolloutIssue(followed, `follow up the issue: ${name}`);
    },
  };
}
