import type { FixPlan } from '../../../domain/promotion/fix-plan.ts';
import type { Confirmations } from '../../people/confirmations.ts';
import { openThreads } from '../../release/reporting.ts';
import type { Audience } from '../../release/reporting.ts';
import type { Session } from '../../release/session.ts';

/** What the steps of a stage fix, or of a hotfix, share. */
export interface Fix extends Session<FixPlan> {
  readonly confirmations: Confirmations;
}

/** Its thread, and everybody in the channel where somebody has to do something. */
export function fixAudiences({ plan, work }: Session<FixPlan>): readonly Audience[] {
  const { id, component, release, hotfix } = plan;
  const channel = plan.rules.chat.progress;
  const subject = `${component} ${hotfix ? `hotfix ${release}` : `${release} (stage fix)`}`;
  const tell = openThreads(work);
  return [
    { name: channel, hear: ({ name, line }) => () => tell({ thread: id, channel, subject, transition: name, line }) },
    { name: channel, hear: ({ name, line, urgent }) => (urgent ? () => work.announce({ channel, key: `${id}/${name}/team`, text: `${subject}: ${line}` }, `announce ${name}`) : undefined) },
  ];
}
