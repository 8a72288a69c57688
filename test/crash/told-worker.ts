import { runWorker } from '../../worker/worker.ts';
import { progress } from '../../workflows/release/messages.ts';
import { json } from '../worlds.ts';
import { freezeWhenTold } from './self-freezing.ts';

const skewMs = Number(process.env.SLIPWAY_TEST_SKEW_MS ?? 0);
if (skewMs !== 0) setClock(skewMs);
freezeWhenTold();

/**
 * The worker that production runs; but the sandbox is told of what its activities say to Temporal, before and after, so that it is
 * journalled and can be held like everything else that they write. Not of progress, which is told by the clock and changes nothing but what is shown.
 */
await runWorker({
  interceptors: {
    workflow: [
      {
        startUpdateWithStart: (input, next) => told(`${input.updateName} ${input.workflowStartOptions.workflowId}`, input.updateArgs, () => next(input)),
        signalWithStart: (input, next) => told(`${input.signalName} ${input.options.workflowId}`, input.signalArgs, () => next(input)),
        startUpdate: (input, next) => told(`${input.updateName} ${input.workflowExecution.workflowId}`, input.args, () => next(input)),
        signal: (input, next) => (input.signalName === progress.name ? next(input) : told(`${input.signalName} ${input.workflowExecution.workflowId}`, input.args, () => next(input))),
        startWithDetails: (input, next) => told(`start ${input.options.workflowId}`, [], () => next(input)),
      },
    ],
  },
});

async function told<Answer>(what: string, [argument]: readonly unknown[], act: () => Promise<Answer>): Promise<Answer> {
  const { claim, key = claim?.key, sha = '' } = (argument ?? {}) as { readonly claim?: { readonly key: string }; readonly key?: string; readonly sha?: string };
  const name = `temporal ${what} ${key ?? sha}`.trimEnd();
  await tell(name, 'before');
  const answer = await act();
  await tell(name, 'after');
  return answer;
}

async function tell(key: string, moment: 'before' | 'after'): Promise<void> {
  const { resolved } = await json<{ resolved: 'drop' | 'apply' }>(`${process.env.SANDBOX_WORLD}/control/effects`, { method: 'POST', body: { key, moment } });
  if (resolved === 'drop') throw new Error(`${key} is lost`);
}

/** The clock of a machine that is wrong by so much. */
function setClock(byMs: number): void {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given: []) {
      if (given.length === 0) super(Right.now() + byMs);
      else super(...given);
    }

    static override now(): number {
      return Right.now() + byMs;
    }
  } as DateConstructor;
}
