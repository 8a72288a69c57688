import { workflowInfo } from '@temporalio/workflow';
import { abortion } from '../../domain/people/decision.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { openAbort } from '../people/abort.ts';
import { workAt } from '../release/work.ts';
import type { Work } from '../release/work.ts';
import { assertWanted } from '../release/compensation.ts';
import { openConfirmations } from '../people/confirmations.ts';
import type { Confirmations } from '../people/confirmations.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { abort, confirm, decide, wake } from '../release/messages.ts';
import { receiveProgress } from '../release/progress.ts';
import { openQuestions } from '../people/questions.ts';
import type { Questions } from '../people/questions.ts';
import { releaseRecords } from '../release/records.ts';
import { startReporting } from '../release/reporting.ts';
import type { Audience, Reporter } from '../release/reporting.ts';
import { keepStatus } from '../release/status.ts';
import type { StatusKeeper } from '../release/status.ts';
import { openThreads } from '../release/thread.ts';
import { openWake } from '../release/wake.ts';
import type { Wakeable } from '../release/wake.ts';

/** What the steps of one schema release share. */
export interface SchemaRelease {
  readonly plan: SchemaPlan;
  /** Marks what this release writes; the UI's Reset does not change it. */
  readonly key: string;
  readonly status: StatusKeeper;
  readonly questions: Questions;
  readonly confirmations: Confirmations;
  readonly work: Work;
  readonly reporter: Reporter;
  readonly wakeable: Wakeable;
}

/** What a schema release, and an upload, can be told from its first moment on. */
export function openSchemaSession(component: string) {
  const status = keepStatus(component);
  const questions = openQuestions(status);
  const confirmations = openConfirmations(status);
  let releasers: readonly string[] | undefined;
  let committed = false;
  const abortable = openAbort(status, {
    schema: abortion,
    about: 'Stops the release, and takes back what it made; not after its schemas were published',
    refusal({ by }) {
      if (committed) return 'its schemas are in the bucket, where others may have found them: it can only go on';
      return releasers && !releasers.includes(by) ? `only ${releasers.join(', ')} may` : undefined;
    },
  });
  const { wakeable } = openWake();
  receiveProgress(status);
  const reporter = startReporting(status);
  receiveUnknown([abort, confirm, decide, wake].map(({ name }) => name), status);

  return {
    status,
    reporter,
    abortable,

    begun(plan: SchemaPlan): SchemaRelease {
      const work = workAt(plan.pace);
      const key = `${plan.id} of ${workflowInfo().startTime.toISOString()}`;
      releasers = plan.rules.releasers;
      status.planned(plan);
      status.change({ version: plan.version });
      reporter.begin(schemaThread({ plan, key, work }), releaseRecords(work, status));
      return { plan, key, status, questions, confirmations, work, reporter, wakeable };
    },

    /** From now on nothing is taken back, unless `act` turns out to have been refused. Not begun when somebody has just asked to stop. */
    async committing<T>(act: () => Promise<T>): Promise<T> {
      assertWanted();
      committed = true;
      try {
        return await act();
      } catch (refusal) {
        committed = false;
        throw refusal;
      }
    },
  };
}

/** Tells people of a release from its first step on: it may wait for them before there is a pull request. */
function schemaThread({ plan, key, work }: Pick<SchemaRelease, 'plan' | 'key' | 'work'>): Audience {
  const { chat, component, version } = plan;
  const tell = openThreads(work);
  return {
    name: chat.progress,
    hear: ({ name, line }) => () => tell({ thread: key, channel: chat.progress, subject: `${component} ${version}`, transition: name, line }),
  };
}
