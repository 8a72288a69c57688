import { sleep } from '@temporalio/workflow';
import { spoken } from '../../domain/text/spoken.ts';
import { alongside } from '../release/race.ts';
import type { Session } from '../release/session.ts';

interface Stale {
  /** After so long (ms) it is told where the progress is told. */
  readonly notice: number;
  /** And then again and again, after so long (ms), to the team. */
  readonly escalate: number;
}

/** Runs `body`, and reminds people of a pull request that stays open meanwhile. */
export function remindWhile<T>(session: Pick<Session, 'status' | 'reporter'>, stale: Stale, body: () => Promise<T>): Promise<T> {
  return alongside(() => remind(session, stale), body);
}

async function remind({ status, reporter }: Pick<Session, 'status' | 'reporter'>, { notice, escalate }: Stale): Promise<never> {
  for (let count = 0, openMs = notice; ; count++, openMs += escalate) {
    await sleep(count === 0 ? notice : escalate);
    const { pullRequest, waitingFor } = status.get();
    const line = `${pullRequest?.url ?? 'the pull request'} is not merged after ${spoken(openMs)}${waitingFor ? `: it waits for ${waitingFor.what}` : ''}`;
    reporter.tell({ name: `stale-${count}`, line, ...(count > 0 && { urgent: true }) });
  }
}
