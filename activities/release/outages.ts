import { activityInfo, log } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { cut } from '../../domain/text/short-text.ts';
import type { TellOutage } from '../../ports/temporal/outages.ts';
import { serverTime } from '../server-time.ts';

/** For how long an activity has had no answer, in ms since 1970, and when its workflow is to hear of that next. */
interface Silence {
  readonly since: number;
  readonly next: number;
  readonly isTold: boolean;
}

/** The attempts of an activity that fails are a minute apart at most, and take a minute. */
const slackMs = 3 * 60_000;
/** Silences that are remembered. */
const most = 10_000;

type Attended = (...args: never[]) => Promise<unknown>;

/**
 * A service that does not answer is asked for ever. Whoever waits for it must know: has activities tell their workflow of what lasts for `silenceMs`, again when it
 * has lasted twice as long, and so on, and when it is over. Another worker that goes on with an activity begins to count anew.
 */
export function openOutages({ tell, silenceMs }: { readonly tell: TellOutage; readonly silenceMs: number }) {
  const silences = new Map<string, Silence>();

  return function attentive<A extends Attended>(activity: A): A {
    async function attended(...args: never[]): Promise<unknown> {
      try {
        const result = await activity(...args);
        await end();
        return result;
      } catch (failure) {
        if (isSilence(failure)) await bear(failure);
        // What was called off has not been answered.
        else if (!(failure instanceof CancelledFailure)) await end();
        throw failure;
      }
    }
    return Object.assign(attended, activity) as unknown as A;
  };

  async function bear(failure: unknown): Promise<void> {
    const { activityId, activityType } = activityInfo();
    const now = serverTime();
    const { since, next, isTold } = silences.get(key()) ?? { since: now, next: now + silenceMs, isTold: false };
    const until = now + waitOf(failure);
    silences.delete(key());
    if (until < next) return remember({ since, next, isTold });
    // It has been silent for so long, and is given as much time again.
    const after = until + Math.max(silenceMs, until - since);
    remember({ since, next: after, isTold: true });
    const why = cut(failure instanceof Error ? failure.message : String(failure), 400);
    await say({ activity: activityId, type: activityType, since: iso(since), again: iso(after + slackMs), why });
  }

  async function end(): Promise<void> {
    const silence = silences.get(key());
    silences.delete(key());
    if (!silence?.isTold) return;
    const { activityId, activityType } = activityInfo();
    await say({ activity: activityId, type: activityType, since: iso(silence.since) });
  }

  function remember(silence: Silence): void {
    silences.set(key(), silence);
    for (const oldest of silences.keys()) {
      if (silences.size <= most) break;
      silences.delete(oldest);
    }
  }

  async function say(news: Parameters<TellOutage>[1]): Promise<void> {
    const { workflowExecution } = activityInfo();
    if (workflowExecution) await tell(workflowExecution, news).catch((failure: unknown) => log.debug('the workflow could not be told of its outage', { failure }));
  }
}

/** Whatever is tried again without having waited for anything: also a mistake of ours, which would be tried for ever. */
function isSilence(failure: unknown): boolean {
  if (failure instanceof CancelledFailure) return false;
  return !(failure instanceof ApplicationFailure && (failure.category === ApplicationFailureCategory.BENIGN || failure.type === 'NotYet' || failure.nonRetryable === true));
}

/** A limit says how long it lasts: nobody has to find that out. */
function waitOf(failure: unknown): number {
  return failure instanceof ApplicationFailure && failure.type === 'RateLimited' ? Number(failure.nextRetryDelay ?? 0) : 0;
}

function key(): string {
  const { activityId, workflowExecution } = activityInfo();
  return `${workflowExecution?.runId} ${activityId}`;
}

/** To the second, as workflows have it. */
function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
