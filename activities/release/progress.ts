import { activityInfo, log } from '@temporalio/activity';
import type { Progress } from '../../domain/release/progress.ts';
import { progressed } from '../../ports/pulse.ts';
import type { TellProgress } from '../../ports/temporal/progress.ts';
import { ageMs } from '../server-time.ts';

/**
 * Shows how far the running attempt has come: in its heartbeats, and in the release's Current Details, which is where an operator looks. A telling
 * costs the history four events. So there is one when the activity is 2 s old, one at 4 s, at 8 s and so on, counted from its first attempt: what is
 * shown is never older than half of the time that it took, and a day of it, killed workers and all, adds sixteen.
 */
export function openProgress(tell: TellProgress): (progress: Progress) => void {
  const { workflowExecution } = activityInfo();
  let told = doublings();

  return (progress) => {
    progressed(progress);
    const now = doublings();
    if (now <= told || !workflowExecution) return;
    told = now;
    tell(workflowExecution, progress).catch((failure: unknown) => log.debug('the release could not be told how far it has come', { failure }));
  };
}

/** How often the activity's age has doubled since it was a second old. */
function doublings(): number {
  const age = ageMs();
  return Math.floor(Math.log2(Math.max(1_000, age) / 1_000));
}
