import { condition } from '@temporalio/workflow';
import { interval } from '../../../domain/people/decision.ts';
import { isSamePerson, yourLogin } from '../../../domain/people/person.ts';
import type { SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { receive } from '../../release/inbox.ts';
import type { Session } from '../../release/session.ts';
import type { StatusKeeper } from '../../release/status.ts';
import { disclose } from '../messages.ts';

/** Keeps from everybody what is ready, until its time has come or an operator says so. @param until ISO 8601 */
export function openEmbargo(status: StatusKeeper, until: string | undefined) {
  let plan: SecurityPlan | undefined;
  let isOver = false;

  receive(disclose, status, {
    schema: interval,
    example: { by: yourLogin },
    about: 'Lets everybody know of it, from now on',
    refusal({ by }) {
      if (isOver) return 'it is disclosed already';
      if (!plan) return 'it is not tagged yet: there is nothing to disclose';
      const { approvers } = plan;
      if (!approvers || approvers.some((one) => one.includes('/') || isSamePerson(one, by))) return undefined;
      return `only ${approvers.join(', ')} may disclose it`;
    },
    accept({ by, reason }) {
      isOver = true;
      status.record({ message: 'disclose', by, ...(reason !== undefined && { reason }) });
    },
  });

  return {
    /** Waits until everybody may know of what has been prepared. A time that has passed before that counts for nothing: somebody has to say so. */
    async over({ plan: agreed, reporter }: Session<SecurityPlan>): Promise<void> {
      plan = agreed;
      const isTimed = until !== undefined && Date.parse(until) > Date.now();
      const what = `disclosure of security release ${agreed.issue}${isTimed ? `, at ${until} unless somebody discloses it before` : ''}`;
      status.enter('held', { waitingFor: { what, whom: agreed.approvers ?? ['an operator'], send: [{ message: 'disclose', payload: { by: yourLogin } }] } });
      if (until !== undefined && !isTimed) reporter.tell({ name: 'late', line: `it was not ready at ${until}: somebody has to disclose it`, urgent: true });
      if (isTimed) await condition(() => isOver, Date.parse(until) - Date.now());
      else await condition(() => isOver);
      isOver = true;
    },
  };
}
