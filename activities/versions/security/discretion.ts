import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { createHash } from 'node:crypto';
import { marker } from '../../../domain/code/marker.ts';
import { inert } from '../../../domain/code/quiet-text.ts';
import type { SecurityPlan } from '../../../domain/versions/security/plan.ts';
import { answerOf, neverRetry, notYet, tryAgain } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { effect } from '../../effect.ts';

type Named = Pick<SecurityPlan, 'id' | 'repository' | 'issue'>;

/** What must not be told where everybody reads is told at the issue, in the security repository. */
export function discretion({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  /** Once for each text. */
  async function tellAtIssue({ id, repository, issue }: Named, text: string): Promise<void> {
    const mark = marker(`${id}/${createHash('sha256').update(text).digest('hex').slice(0, 12)}`);
    await effect({
      key: `comment ${repository}#${issue}`,
      lagMs: readLagMs,
      probe: async () => ((await forge.discussions.hasComment(repository, issue, mark)) ? true : undefined),
      act: () => forge.discussions.comment(repository, issue, `${text}\n\n${mark}`),
    });
  }

  /** Failures end in histories, which count as public: what they say is told at the issue, and they say no more than that. */
  async function discreetly<T>(plan: Named, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (failure) {
      throw await withhold(plan, failure);
    }
  }

  async function withhold(plan: Named, failure: unknown): Promise<unknown> {
    if (failure instanceof CancelledFailure) return failure;
    if (!(failure instanceof ApplicationFailure)) return tryAgain('Unavailable', told(plan));
    const { type, message, nonRetryable, nextRetryDelay } = failure;
    if (type === 'NotYet') return notYet(message);
    const answer = answerOf(failure) && { reason: 'no' };
    if (nonRetryable || answer) await tellAtIssue(plan, `It can't go on: ${inert(message, 2_000)}`).catch(() => undefined);
    if (nonRetryable) return neverRetry(type as Parameters<typeof neverRetry>[0], told(plan), answer);
    return tryAgain(type as Parameters<typeof tryAgain>[0], told(plan), { answer, ...(typeof nextRetryDelay === 'number' && { afterMs: nextRetryDelay }) });
  }

  return { tellAtIssue, discreetly };
}

function told({ issue }: Named): string {
  return `refused, or not answered: issue ${issue} of the security repository says why`;
}
