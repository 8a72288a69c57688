import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Client, Workflow } from '@temporalio/client';
import type { Claiming, Frozen, Landing, Leaving } from '../../domain/environments/claim.ts';
import { environmentId } from '../../domain/environments/environment.ts';
import type { ClaimAnswer, EnvironmentStatus } from '../../domain/environments/environment.ts';
import { assertStillOurs } from '../pulse.ts';
import { lastWords } from './last-words.ts';
import { isRunning } from './running-releases.ts';

/** The environments, as a release's activity meets them: each is a workflow, which is started where it does not run. */
export interface Environments {
  /** Asking again under the same key changes nothing. */
  claim(claiming: Claiming, taskQueue: string): Promise<ClaimAnswer>;
  leave(leaving: Leaving, taskQueue: string): Promise<void>;
  /** Says what the holder has brought. Saying it again changes nothing. */
  landed(landing: Landing, taskQueue: string): Promise<void>;
  /** From now on each deployment wakes the workflow, until that has ended. Asking again changes nothing. */
  follow(environment: string, workflow: string, taskQueue: string): Promise<void>;
  /** What is known of it; undefined where it does not run: nobody has asked for it yet. */
  record(environment: string): Promise<EnvironmentStatus | undefined>;
  /** What its last run on this task queue knew that somebody has terminated or cancelled: one of another has no worker that could answer. Undefined where there is none. */
  endedRecord(environment: string, taskQueue: string): Promise<EnvironmentStatus | undefined>;
  /** By what it is frozen now; undefined also for one that nobody has asked for yet. */
  frozen(environment: string): Promise<Frozen | undefined>;
}

function started(environment: string, taskQueue: string) {
  return {
    workflowId: environmentId(environment),
    taskQueue,
    args: [{ environment }] as [object],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `who may deploy to ${environment}`,
  } as const;
}

export function temporalEnvironments(client: Client): Environments {
  const { workflow } = client;

  async function tell<Answer>(name: string, environment: string, argument: object, taskQueue: string): Promise<Answer> {
    await assertStillOurs(`${name} ${environmentId(environment)}`);
    return workflow.executeUpdateWithStart<Workflow, Answer, [object]>(name, {
      args: [argument],
      startWorkflowOperation: new WithStartWorkflowOperation('environment', started(environment, taskQueue)),
    });
  }

  async function say(name: string, environment: string, argument: object, taskQueue: string): Promise<void> {
    await assertStillOurs(`${name} ${environmentId(environment)}`);
    await workflow.signalWithStart('environment', { ...started(environment, taskQueue), signal: name, signalArgs: [argument] });
  }

  /** One that has ended says nothing of today, and may have no worker left that could answer. */
  async function record(environment: string): Promise<EnvironmentStatus | undefined> {
    const id = environmentId(environment);
    return (await isRunning(workflow, id)) ? workflow.getHandle(id).query<EnvironmentStatus>('status') : undefined;
  }

  return {
    claim: (claiming, taskQueue) => tell('claim', claiming.claim.environment, claiming, taskQueue),
    leave: (leaving, taskQueue) => tell('leave', leaving.environment, leaving, taskQueue),
    landed: (landing, taskQueue) => say('deployed', landing.environment, landing, taskQueue),
    follow: (environment, follower, taskQueue) => say('follow', environment, { workflow: follower }, taskQueue),
    record,
    endedRecord: (environment, taskQueue) => lastWords(client, environmentId(environment), taskQueue),
    async frozen(environment) {
      return (await record(environment))?.frozen;
    },
  };
}
