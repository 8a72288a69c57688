import { condition, defineSignal, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';

export const poke = defineSignal('poke');

const { noop } = proxyActivities<{ noop(workflowId: string): Promise<void> }>({ startToCloseTimeout: '1 minute' });

/** As many activities as are asked for, one after another, and one signal: the least that a workflow of this shape costs. */
export async function bare({ activities }: { readonly activities: number }): Promise<void> {
  let poked = false;
  setHandler(poke, () => void (poked = true));
  for (let done = 0; done < activities; done++) await noop(workflowInfo().workflowId);
  await condition(() => poked);
}

/** An activity for each signal, until it is terminated. */
export async function listening(): Promise<void> {
  let pokes = 0;
  setHandler(poke, () => void pokes++);
  for (;;) {
    await condition(() => pokes > 0);
    pokes--;
    await noop(workflowInfo().workflowId);
  }
}
