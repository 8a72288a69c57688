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
  /** What the pull request's, or the issue's, label should say from now on. */
  readonly label?: string;
}

/** One place where people follow a release. */
export interface Audience {
  /** What it is called where it could not be told. */
  readonly name: string;
  /** Nothing while there is nothing to tell of. */
  tell(transition: Transition): Promise<void> | undefined;
}

/**
 * Tells people of each transition, in order and in the background: the release never waits for the chat, but at its end,
 * until everything is told or the chat has been down for too long.
 */
export function startReporting(status: StatusKeeper) {
  let told = Promise.resolve();
  let audiences: readonly Audience[] = [];

  async function tell(transition: Transition): Promise<void> {
    for (const audience of audiences) {
      try {
        await audience.tell(transition);
      } catch (failure) {
        log.warn('people could not be told', { line: transition.line, failure });
        status.owed(`tell ${audience.name}: ${transition.line}`);
      }
    }
  }

  return {
    begin(...listening: readonly Audience[]): void {
      audiences = listening;
    },
    tell(transition: Transition): void {
      // What has happened is told even if the release is being aborted.
      told = told.then(() => CancellationScope.nonCancellable(() => tell(transition)));
    },
    allTold: () => told,
  };
}

/** A release's thread in the chat, and its pull request's label. Before there is a pull request there is nothing to tell of. */
export function releaseThread({ id, component, candidate, chat, downstream }: ReleasePlan, work: Work, status: StatusKeeper): Audience {
  return {
    name: chat.progress,
    tell({ name, line, label }) {
      const number = status.get().pullRequest?.number;
      if (number === undefined) return undefined;
      return work.telling.report.executeWithOptions({ summary: line }, [
        {
          thread: `${id}#${number}`,
          channel: chat.progress,
          headline: `${component} ${shortSha(candidate)}: ${line}`,
          transition: name,
          line,
          ...(label && { label: { repository: downstream.repository, number, name: label } }),
        },
      ]);
    },
  };
}
