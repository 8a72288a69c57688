import { CancellationScope, log } from '@temporalio/workflow';
import { shortSha } from '../domain/candidate.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import type { Work } from './activities.ts';
import type { StatusKeeper } from './status.ts';

export type Reporter = ReturnType<typeof startReporting>;

export interface Transition {
  /** Unique within the release. */
  readonly name: string;
  readonly line: string;
  /** What the pull request's `workflow::` label should say from now on. */
  readonly label?: string;
}

/**
 * Tells people of each transition, in order and in the background: the release never waits for the chat, but at its end,
 * until everything is told or the chat has been down for too long.
 */
export function startReporting(status: StatusKeeper) {
  let told = Promise.resolve();
  let begun: { readonly plan: ReleasePlan; readonly work: Work } | undefined;

  async function tell({ name, line, label }: Transition): Promise<void> {
    const number = status.get().pullRequest?.number;
    if (!begun || number === undefined) return;
    const { id, component, candidate, chat, downstream } = begun.plan;
    try {
      await begun.work.telling.report.executeWithOptions({ summary: line }, [
        {
          thread: `${id}#${number}`,
          channel: chat.progress,
          headline: `${component} ${shortSha(candidate)}: ${line}`,
          transition: name,
          line,
          ...(label && { label: { repository: downstream.repository, number, name: label } }),
        },
      ]);
    } catch (failure) {
      log.warn('people could not be told', { line, failure });
      status.owed(`tell ${chat.progress}: ${line}`);
    }
  }

  return {
    begin(plan: ReleasePlan, work: Work): void {
      begun = { plan, work };
    },
    /** Before there is a pull request there is nothing to tell of. */
    tell(transition: Transition): void {
      // What has happened is told even if the release is being aborted.
      told = told.then(() => CancellationScope.nonCancellable(() => tell(transition)));
    },
    allTold: () => told,
  };
}
