import { sleep } from '@temporalio/workflow';
import { spoken } from '../../domain/text/duration.ts';
import type { Release } from '../component/release.ts';
import { alongside } from '../release/race.ts';

/** Reminds people of a pull request that stays open: once where its progress is told, then again and again its team. */
export function reminding<T>(release: Release, body: () => Promise<T>): Promise<T> {
  return alongside(() => remind(release), body);
}

async function remind({ plan, status, reporter }: Release): Promise<never> {
  const { notice, escalate } = plan.downstream.stale;
  for (let count = 0, openMs = notice; ; count++, openMs += escalate) {
    await sleep(count === 0 ? notice : escalate);
    const { pullRequest, waitingFor } = status.get();
    const line = `${pullRequest?.url ?? 'the pull request'} is not merged after ${spoken(openMs)}${waitingFor ? `: it waits for ${waitingFor.what}` : ''}`;
    reporter.tell({ name: `stale-${count}`, line, ...(count > 0 && { urgent: true }) });
  }
}
