import type { FixPlan } from '../../../domain/promotion/fix-plan.ts';
import type { Confirmations } from '../../people/confirmations.ts';
import { chatAudiences } from '../../release/calls.ts';
import type { Audience } from '../../release/reporting.ts';
import type { Session } from '../../release/session.ts';

/** What the steps of a stage fix, or of a hotfix, share. */
export interface Fix extends Session<FixPlan> {
  readonly confirmations: Confirmations;
  /** Who has started it, and with it the release that it leads to. */
  readonly by?: string | undefined;
}

/** Its thread, and everybody in the channel where somebody has to do something. */
export function fixAudiences(session: Session<FixPlan>): readonly Audience[] {
  const { component, release, hotfix, rules: { chat: { progress } } } = session.plan;
  return chatAudiences(session, { progress, team: progress }, { subject: `${component} ${hotfix ? `hotfix ${release}` : `${release} (stage fix)`}` });
}
