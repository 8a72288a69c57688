import { workflowInfo } from '@temporalio/workflow';
import { checklist } from '../../domain/flags/issue.ts';
import type { RolloutMilestones, Rollout } from './rollout.ts';
import type { Audience } from '../release/reporting.ts';
import { openThreads } from '../release/reporting.ts';

type Followed = Pick<Rollout, 'plan' | 'work' | 'status' | 'steering' | 'milestones'>;

/** Who follows a rollout. */
export function audiencesOf(rollout: Omit<Followed, 'milestones'>, milestones: RolloutMilestones): readonly Audience[] {
  return [rolloutChecklist, rolloutThread, rolloutTeam].map((audience) => audience({ ...rollout, milestones }));
}

/** The rollout's thread in the chat. */
function rolloutThread({ plan, work, milestones }: Followed): Audience {
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

/**
 * The channel of the team that owns the flag's component: what somebody has to do something about, each as a message of its own. A
 * flag may be rolled out again, and be refused before there is an issue: its time tells it from others.
 */
function rolloutTeam({ plan, work, milestones }: Followed): Audience {
  const { id, flag, chat } = plan;
  const key = `${id} of ${workflowInfo().startTime.toISOString()}`;
  return {
    name: chat?.team ?? '',
    hear({ name, line, urgent }) {
      if (!chat || !urgent) return undefined;
      const { issue } = milestones;
      const announcement = { channel: chat.team, key: `${key}/${name}/team`, text: `${flag}: ${line}${issue ? ` (${issue.url})` : ''}` };
      return () => work.announce(announcement, `announce ${name}`);
    },
  };
}

/** The rollout issue's checklist and label. */
function rolloutChecklist({ plan, work, status, steering, milestones }: Followed): Audience {
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
