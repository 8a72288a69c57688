import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { frozenBy } from '../../domain/environments/environment.ts';
import type { EnvironmentRecord, Notice } from '../../domain/environments/environment.ts';
import { environmentFrozen, granted, superseded } from './messages.ts';
import { wake } from '../release/messages.ts';
import { now } from '../release/status.ts';

/** What an environment has still to tell, and what of its freezes was heard. */
export function openNews({ lease }: EnvironmentRecord) {
  let outbox: readonly Notice[] = [];
  /** By the holder. A run before this one may have told it something else. */
  let heard: { readonly fence: number; readonly frozen: string } | undefined = lease && { fence: lease.fence, frozen: 'unknown' };
  /** By those who follow the environment. */
  let turned: string | undefined;

  return {
    add(notices: readonly Notice[]): void {
      outbox = [...outbox, ...notices];
    },
    none: () => outbox.length === 0,
    /** Tells everybody in order; whoever is gone is handed to `lost`. */
    async spread(lost: (notice: Notice) => void): Promise<void> {
      for (let [notice] = outbox; notice; [notice] = outbox) {
        outbox = outbox.slice(1);
        const told = notice;
        await signal(told).catch((failure: unknown) => {
          log.warn('a workflow that is gone was not told', { ...told, failure });
          lost(told);
        });
      }
    },
    /** For those who follow the environment: that it was frozen or thawed, by whomever, since they were last told. */
    ofFreeze(record: EnvironmentRecord): readonly Notice[] {
      const frozen = frozenBy(record, now());
      const before = turned;
      turned = JSON.stringify(frozen ?? null);
      if (turned === (before ?? 'null')) return [];
      const about = `${record.environment} is ${frozen ? `frozen: ${frozen.reason}` : 'thawed'}`;
      return record.followers.map((to) => ({ kind: 'news', to, about }));
    },
    /** Whoever has the environment stops its clock while that is frozen. */
    async tellHolder(record: EnvironmentRecord): Promise<void> {
      const { environment, lease: held } = record;
      if (held?.claim.purpose !== 'promote') return;
      const frozen = frozenBy(record, now());
      const news = { fence: held.fence, frozen: frozen ? JSON.stringify(frozen) : '' };
      if (news.frozen === (heard?.fence === news.fence ? heard.frozen : '')) return;
      heard = news;
      await getExternalWorkflowHandle(held.claim.release)
        .signal(environmentFrozen, { environment, ...(frozen && { frozen }) })
        .catch((failure: unknown) => log.warn('the holder is gone', { release: held.claim.release, failure }));
    },
  };
}

function signal({ to, ...notice }: Notice): Promise<void> {
  const receiver = getExternalWorkflowHandle(to);
  switch (notice.kind) {
    case 'granted':
      return receiver.signal(granted, { key: notice.key, fence: notice.fence, ...(notice.previous && { previous: notice.previous }) });
    case 'superseded':
      return receiver.signal(superseded, { key: notice.key, by: notice.by });
    case 'news':
      return receiver.signal(wake, { about: notice.about });
  }
}
