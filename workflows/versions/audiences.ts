import type { BackportPlan } from '../../domain/versions/backport.ts';
import type { ExperimentalPlan } from '../../domain/versions/packages/experimental-plan.ts';
import type { PackagePlan } from '../../domain/versions/packages/package-plan.ts';
import type { SecurityPlan } from '../../domain/versions/security/plan.ts';
import { chatAudiences, teamChannel } from '../release/calls.ts';
import type { Audience } from '../release/reporting.ts';
import type { Session } from '../release/session.ts';
import type { AgreedVersion } from './release.ts';

/** Who follows a version release: its thread, and, where somebody has to do something, the team. */
export function audiencesOf(session: Session<AgreedVersion>): readonly Audience[] {
  const { component, tag, chat } = session.plan;
  return chatAudiences(session, chat, { subject: `${component} ${tag}` });
}

/** Before everybody may know of it, the team is told of what stops it, and nobody of anything else. Its lines name nothing. */
export function securityAudiences(session: Session<SecurityPlan>): readonly Audience[] {
  const { id, component, issue, chat } = session.plan;
  return chat ? [teamChannel(session, { channel: chat.team, subject: `security release ${issue} of ${component}`, key: () => id })] : [];
}

/** Who follows the publication of a package. */
export function packageAudiences(session: Session<PackagePlan>): readonly Audience[] {
  const { package: { name }, spelled, chat } = session.plan;
  return chatAudiences(session, chat, { subject: `${name} ${spelled}` });
}

/** Who follows an experimental build. */
export function experimentalAudiences(session: Session<ExperimentalPlan>): readonly Audience[] {
  const { component, tag, chat } = session.plan;
  return chatAudiences(session, chat, { subject: `experimental build of ${component} ${tag}` });
}

/** Who follows the backports of a component: one thread a stable branch, and, where somebody has to do something, the team. */
export function backportAudiences(session: Session<BackportPlan>): readonly Audience[] {
  const { id, component, branch, chat, queue } = session.plan;
  const audiences = chatAudiences(session, chat, { subject: `${component} ${branch}`, key: `${id}/${branch}` });
  // The thread outlives the run: what happens in each of them is told of by what it was begun for.
  return audiences.map(({ name, hear }) => ({ name, hear: (transition) => hear({ ...transition, name: `${transition.name}-${queue[0]?.number ?? 0}` }) }));
}
