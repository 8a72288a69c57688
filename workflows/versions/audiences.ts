import type { BackportPlan } from '../../domain/versions/backport.ts';
import type { PackagePlan } from '../../domain/versions/package-plan.ts';
import type { SecurityPlan } from '../../domain/versions/security/plan.ts';
import { chatAudiences, teamChannel } from '../release/calls.ts';
import { openThreads } from '../release/reporting.ts';
import type { Audience } from '../release/reporting.ts';
import type { Session } from '../release/session.ts';
import type { AgreedVersion } from './release.ts';

/** Who follows a version release: its thread, and, where somebody has to do something, the team. */
export function audiencesOf(session: Session<AgreedVersion>): readonly Audience[] {
  const { id, component, tag, chat } = session.plan;
  if (!chat) return [];
  const subject = `${component} ${tag}`;
  return chatAudiences(session, { progress: chat.progress, channel: chat.team, thread: id, subject, key: () => id });
}

/** Before everybody may know of it, the team is told of what stops it, and nobody of anything else. Its lines name nothing. */
export function securityAudiences(session: Session<SecurityPlan>): readonly Audience[] {
  const { id, component, issue, chat } = session.plan;
  return chat ? [teamChannel(session, { channel: chat.team, subject: `security release ${issue} of ${component}`, key: () => id })] : [];
}

/** Who follows the publication of a package. */
export function packageAudiences(session: Session<PackagePlan>): readonly Audience[] {
  const { id, package: { name }, spelled, chat } = session.plan;
  if (!chat) return [];
  return chatAudiences(session, { progress: chat.progress, channel: chat.team, thread: id, subject: `${name} ${spelled}`, key: () => id });
}

/** Who follows the backports of a component: one thread a stable branch, and, where somebody has to do something, the team. */
export function backportAudiences({ plan, work }: Session<BackportPlan>): readonly Audience[] {
  const { id, component, branch, chat, queue } = plan;
  if (!chat) return [];
  const tell = openThreads(work);
  const thread = `${id}/${branch}`;
  // The thread outlives the run: what happens in each of them is told of by what it was begun for.
  const named = (name: string) => `${name}-${queue[0]?.number ?? 0}`;
  return [
    { name: chat.progress, hear: ({ name, line }) => () => tell({ thread, channel: chat.progress, subject: `${component} ${branch}`, transition: named(name), line }) },
    {
      name: chat.team,
      hear({ name, line, urgent }) {
        if (!urgent) return undefined;
        return () => work.announce({ channel: chat.team, key: `${thread}/${named(name)}/team`, text: `${component} ${branch}: ${line}` }, `announce ${name}`);
      },
    },
  ];
}
