import { workflowInfo } from '@temporalio/workflow';
import { abortion } from '../../domain/people/decision.ts';
import { toldWork } from '../../domain/schemas/plan.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { openAbort } from '../people/abort.ts';
import { openConfirmations } from '../people/confirmations.ts';
import type { Confirmations } from '../people/confirmations.ts';
import { abort, confirm, decide } from '../people/messages.ts';
import { assertWanted } from '../release/compensation.ts';
import { receiveUnknown } from '../release/inbox.ts';
import { wake } from '../release/messages.ts';
import { receiveProgress } from '../release/heard/progress.ts';
import { chatAudiences } from '../release/calls.ts';
import type { Audience } from '../release/reporting.ts';
import { openSession } from '../release/session.ts';
import type { Session } from '../release/session.ts';

/** What the steps of one schema release share. */
export interface SchemaRelease extends Session<SchemaPlan> {
  /** Marks what this release writes; the UI's Reset does not change it. */
  readonly key: string;
  readonly confirmations: Confirmations;
}

/** What a schema release, and an upload, can be told from its first moment on. */
export function openSchemaSession(component: string) {
  const session = openSession(component);
  const { status, reporter } = session;
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
  receiveProgress(status);
  receiveUnknown([abort, confirm, decide, wake].map(({ name }) => name), status);

  return {
    status,
    reporter,
    abortable,

    begin(plan: SchemaPlan): SchemaRelease {
      const key = `${plan.id} of ${workflowInfo().startTime.toISOString()}`;
      releasers = plan.rules.releasers;
      const begun = session.begin(plan, (followed) => followersOf(followed, key), { deciders: releasers });
      status.change({ version: plan.version, does: toldWork(plan) });
      return { ...begun, key, confirmations };
    },

    /** From now on nothing is taken back, unless `act` turns out to have been refused. Not begun when somebody has just asked to stop. */
    async commit<T>(act: () => Promise<T>): Promise<T> {
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

/** People are told of a release from its first step on: it may wait for them before there is a pull request. */
function followersOf(session: Session<SchemaPlan>, key: string): readonly Audience[] {
  const { chat, component, version } = session.plan;
  return chatAudiences(session, chat, { subject: `${component} ${version}`, key });
}
