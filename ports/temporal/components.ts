import { activityInfo } from '@temporalio/activity';
import { WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, Workflow } from '@temporalio/client';
import type { ComponentRecord, Objecting } from '../../domain/component/component-record.ts';
import { componentId } from '../../domain/people/objection.ts';
import type { ObjectionNews, Objections } from '../../domain/people/objection.ts';
import { assertStillOurs } from '../pulse.ts';
import { lastWords } from './last-words.ts';

/** The components' own workflows, which keep what people have against their releases. */
export interface Components {
  /**
   * What people have against the releases of a component: nothing, where nobody has ever objected. A run that somebody has ended is asked, too,
   * as long as a worker of its task queue can answer for it: what was halted stays halted.
   */
  objections(component: string): Promise<Objections | undefined>;
  /** What its last run knew that somebody has ended. */
  endedRecord(component: string, taskQueue: string): Promise<ComponentRecord | undefined>;
  /** Says how a release has ended, to the component's workflow, which is started where it does not run. Saying it again changes nothing. */
  object(objecting: Objecting, taskQueue: string): Promise<void>;
  /** Tells a release. One that has ended needs no word. */
  tell(release: string, news: ObjectionNews): Promise<void>;
}

const endings = ['TERMINATED', 'CANCELLED'];

export function temporalComponents(client: Client): Components {
  const { workflow } = client;
  return {
    async objections(component) {
      const handle = workflow.getHandle(componentId(component));
      const found = await handle.describe().catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
      const isEnded = found && endings.includes(found.status.name) && found.taskQueue === activityInfo().taskQueue;
      if (!found || (found.status.name !== 'RUNNING' && !isEnded)) return undefined;
      return client.withDeadline(Date.now() + 10_000, () => workflow.getHandle(found.workflowId, found.runId).query<Objections>('status'));
    },
    endedRecord: (component, taskQueue) => lastWords(client, componentId(component), taskQueue),
    async object(objecting, taskQueue) {
      const { component } = objecting;
      await assertStillOurs(`object to ${component}`);
      await workflow.executeUpdateWithStart<Workflow, void, [Objecting]>('objects', {
        args: [objecting],
        startWorkflowOperation: new WithStartWorkflowOperation('component', {
          workflowId: componentId(component),
          taskQueue,
          args: [{ component }] as [object],
          workflowIdConflictPolicy: 'USE_EXISTING',
          staticSummary: `what people have against releases of ${component}`,
        }),
      });
    },
    async tell(release, news) {
      await assertStillOurs(`tell ${release}`);
      await workflow.getHandle(release).signal('objected', news).catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
    },
  };
}
