import { workflowInfo } from '@temporalio/workflow';
import { recordOf } from '../../domain/release/record.ts';
import type { Work } from './work.ts';
import type { Audience } from './reporting.ts';
import { now } from './status.ts';
import type { StatusKeeper } from './status.ts';

/** The records, which hear of a release once: when it has ended, and after everybody else. */
export function releaseRecords(work: Work, status: StatusKeeper): Audience {
  return {
    name: 'the records',
    hear() {
      if (status.get().ending === undefined) return undefined;
      const endedAt = now();
      const startedAt = workflowInfo().startTime.toISOString();
      return () => work.keepRecord(recordOf(status.get(), { startedAt, endedAt }), 'keep the record');
    },
  };
}
