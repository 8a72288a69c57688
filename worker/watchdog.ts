import type { Worker } from '@temporalio/worker';

/** How often its state is looked at, in ms. */
const lookMs = 1_000;

/**
 * A worker that can't send what a workflow task has come to stops to poll and waits for ever, in a process that looks healthy. Calls `end` once it has not
 * been running for longer than `patienceMs`, whatever the reason; whoever started the process starts another.
 *
 * @returns what calls the watch off
 */
export function watchOver(worker: Pick<Worker, 'getState'>, { patienceMs, end }: { readonly patienceMs: number; readonly end: (state: string) => void }): () => void {
  let stopping: number | undefined;
  const timer = setInterval(() => {
    const state = worker.getState();
    if (state === 'INITIALIZED' || state === 'RUNNING') stopping = undefined;
    else stopping ??= Date.now();
    if (stopping === undefined || Date.now() - stopping <= patienceMs) return;
    clearInterval(timer);
    end(state);
  }, lookMs);
  return () => clearInterval(timer);
}
