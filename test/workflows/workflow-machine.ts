import { readFile } from 'node:fs/promises';
import { TypedSearchAttributes, defaultPayloadConverter } from '@temporalio/common';
import { msToTs } from '@temporalio/common/lib/time.js';
import { parseWorkflowCode } from '@temporalio/worker/lib/worker.js';
import type { Workflow, WorkflowCreateOptions } from '@temporalio/worker/lib/workflow/interface.js';
import { ReusableVMWorkflowCreator } from '@temporalio/worker/lib/workflow/reusable-vm.js';
import { workflowBundle } from '../servers.ts';

type Activation = Parameters<Workflow['activate']>[0];
type Job = NonNullable<Activation['jobs']>[number];
type Completion = Awaited<ReturnType<Workflow['activate']>>;
type Command = NonNullable<NonNullable<Completion['successful']>['commands']>[number];
type Payload = ReturnType<typeof toPayload>;

export interface Said {
  readonly name: string;
  readonly payload: object;
  readonly as: 'signal' | 'update';
}

export type Answer = 'accepted' | 'refused' | 'sent' | 'too late';

export interface Played<Result, Status> {
  readonly result: Result;
  /** To each message, in the order in which they were given. */
  readonly answers: readonly Answer[];
  /** What the query `status` answers at the end. */
  readonly status: Status;
}

export interface Play {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly input: object;
  readonly activities: object;
  readonly messages: readonly Said[];
  /** Chooses one of `count` ways to go on: 0 … count - 1. The same choices make the same run. */
  readonly choose: (count: number) => number;
}

/** Compiles the production bundle of workflows to play with. Timers never fire there. */
export async function openMachine() {
  const code = await readFile(workflowBundle.codePath, 'utf8');
  const creator = await ReusableVMWorkflowCreator.create(parseWorkflowCode(code, workflowBundle.codePath), 5_000, new Set());
  let runs = 0;

  /**
   * Runs a workflow as the SDK does, but without a server: what comes next (an activity's end, a message), and what comes with it in
   * one task, is chosen. So an interleaving takes a few milliseconds, and can be had again.
   *
   * @throws what the workflow fails with
   */
  async function play<Result, Status>({ workflowType, workflowId, input, activities, messages, choose }: Play): Promise<Played<Result, Status>> {
    const runId = `run-${runs++}`;
    const workflow = await creator.createWorkflow(createOptions({ workflowType, workflowId, runId }));
    const ends = new Map<number, { cancelled: boolean; end(cancelled: boolean): Promise<Job> }>();
    const unsaid = messages.map((message, index) => ({ index, job: messageJob(message, index) }));
    const answers: Answer[] = messages.map(() => 'too late');
    let clock = Date.UTC(2026, 0, 1);
    let closed: Command | undefined;

    async function activate(jobs: readonly Job[]): Promise<readonly Command[]> {
      const timestamp = msToTs((clock += 1_000));
      const completion = await workflow.activate({ runId, timestamp, isReplaying: false, historyLength: 3, jobs: [...jobs] });
      if (!completion.successful) throw new Error(`the workflow task failed: ${completion.failed?.failure?.message}`);
      return completion.successful.commands ?? [];
    }

    function obey(command: Command): void {
      const { scheduleActivity, requestCancelActivity, updateResponse } = command;
      if (command.completeWorkflowExecution || command.failWorkflowExecution || command.cancelWorkflowExecution) closed = command;
      if (requestCancelActivity) ends.get(requestCancelActivity.seq!)!.cancelled = true;
      if (updateResponse) answers[Number(updateResponse.protocolInstanceId)] = updateResponse.rejected ? 'refused' : 'accepted';
      if (scheduleActivity) {
        const { seq, activityType, arguments: args } = scheduleActivity;
        const run = (activities as Record<string, (input: unknown) => Promise<unknown>>)[activityType!]!;
        ends.set(seq!, { cancelled: false, end: async (cancelled) => resolution(seq!, activityType!, cancelled ? undefined : { value: await run(fromPayload(args?.[0])) }) });
      }
    }

    /** Messages come first in a task, as the server has them. */
    async function task(): Promise<readonly Job[]> {
      const said: Job[] = [];
      const ended: Job[] = [];
      do {
        if (unsaid.length + ends.size === 0) throw new Error(`${workflowId} waits for nothing that could come`);
        // People speak seldom enough that a workflow gets somewhere.
        if (unsaid.length > 0 && (ends.size === 0 || choose(12) === 0)) {
          const [{ index, job }] = unsaid.splice(choose(unsaid.length), 1) as [(typeof unsaid)[number]];
          answers[index] = 'sent';
          said.push(job);
        } else {
          const [seq, activity] = [...ends][choose(ends.size)]!;
          ends.delete(seq);
          // What was asked to stop may have been done by then.
          ended.push(await activity.end(activity.cancelled && choose(2) === 0));
        }
      } while (unsaid.length + ends.size > 0 && choose(3) === 0);
      return [...said, ...ended];
    }

    try {
      for (const command of await activate([startJob({ workflowType, workflowId, runId, input })])) obey(command);
      while (!closed) for (const command of await activate(await task())) obey(command);
      if (!closed.completeWorkflowExecution) throw new Error(`${workflowId} failed: ${JSON.stringify(closed.failWorkflowExecution?.failure?.message)}`);
      const [{ respondToQuery }] = (await activate([statusQuery])) as [Command];
      return {
        result: fromPayload(closed.completeWorkflowExecution.result) as Result,
        answers,
        status: fromPayload(respondToQuery?.succeeded?.response) as Status,
      };
    } finally {
      await workflow.dispose();
    }
  }

  return { play, close: () => creator.destroy() };
}

interface Execution {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly runId: string;
}

function startJob({ workflowType, workflowId, runId, input }: Execution & { readonly input: object }): Job {
  return { initializeWorkflow: { workflowType, workflowId, firstExecutionRunId: runId, arguments: [toPayload(input)], attempt: 1 } };
}

/** The SDK takes a query as it is, and asks for its `variant`; anything else it copies, and finds out for itself. */
const statusQuery: Job & { readonly variant: 'queryWorkflow' } = { variant: 'queryWorkflow', queryWorkflow: { queryId: 'status', queryType: 'status' } };

function messageJob({ name, payload, as }: Said, index: number): Job {
  const input = [toPayload(payload)];
  if (as === 'signal') return { signalWorkflow: { signalName: name, input } };
  return { doUpdate: { id: `update-${index}`, protocolInstanceId: String(index), name, input, runValidator: true, meta: { updateId: `update-${index}`, identity: 'test' } } };
}

function resolution(seq: number, name: string, done: { readonly value: unknown } | undefined): Job {
  if (done) return { resolveActivity: { seq, result: { completed: { result: toPayload(done.value) } } } };
  const cause = { message: 'cancelled', source: 'test', canceledFailureInfo: {} };
  const failure = { message: 'Activity cancelled', source: 'test', activityFailureInfo: { activityType: { name }, activityId: String(seq) }, cause };
  return { resolveActivity: { seq, result: { cancelled: { failure } } } };
}

function createOptions({ workflowType, workflowId, runId }: Execution): WorkflowCreateOptions {
  const startTime = new Date(Date.UTC(2026, 0, 1));
  return {
    info: {
      ...{ workflowType, workflowId, runId, startTime, runStartTime: startTime },
      ...{ firstExecutionRunId: runId, originalExecutionRunId: runId },
      ...{ namespace: 'default', taskQueue: 'machine', searchAttributes: {}, typedSearchAttributes: new TypedSearchAttributes() },
      ...{ historyLength: 3, historySize: 300, continueAsNewSuggested: false, taskTimeoutMs: 10_000, attempt: 1 },
      unsafe: { now: () => Date.now(), isReplaying: false },
    } as unknown as WorkflowCreateOptions['info'],
    randomnessSeed: [1, 2, 3, 4, 5, 6, 7, 8],
    now: startTime.getTime(),
    showStackTraceSources: false,
  };
}

function toPayload(value: unknown) {
  return defaultPayloadConverter.toPayload(value);
}

function fromPayload(payload: Payload | null | undefined): unknown {
  return payload ? defaultPayloadConverter.fromPayload(payload) : undefined;
}
