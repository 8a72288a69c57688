import { CancellationScope, log, workflowInfo } from '@temporalio/workflow';
import type { Report, Told } from '../../activities/release/reports.ts';
import type { Wanted } from '../../domain/people/call.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { unpaced } from './work.ts';
import type { Work } from './work.ts';
import type { StatusKeeper } from './status.ts';

export type Reporter = ReturnType<typeof startReporting>;

export interface Transition {
  /** Names the transition within the release; one that comes again gets a number. */
  readonly name: string;
  readonly line: string;
  /** What the pull request's, or the issue's, label should say from now on. */
  readonly label?: string;
  /** What comes next comes soon: it is told together with that, by one activity. */
  readonly withNext?: boolean;
  /** What is told together with it. */
  readonly before?: readonly Pick<Transition, 'name' | 'line'>[];
  /** Somebody has to do something: the team is told, besides those who follow the release. */
  readonly urgent?: true;
  /** Who has to do what. */
  readonly wanted?: Wanted;
  /** What failed, and passed when it was run again. */
  readonly flake?: readonly FailedCheck[];
}

/** One place where people follow a release. */
export interface Audience {
  /** What it is called where it could not be told. */
  readonly name: string;
  /** What is to be told is decided at once, and told when its turn comes. Nothing while there is nothing to tell of. */
  hear(transition: Transition): (() => Promise<unknown>) | undefined;
}

/**
 * Tells people of each transition, in order and in the background: the release never waits for the chat, but at its end,
 * until everything is told or the chat has been down for too long.
 *
 * @param beforehand who hears of what happens before it is agreed what the release does
 */
export function startReporting(status: StatusKeeper, beforehand: readonly Audience[]) {
  let told = Promise.resolve();
  let audiences = beforehand;
  const times = new Map<string, number>();
  let before: readonly Transition[] = [];

  async function tell(audience: Audience, say: () => Promise<unknown>, line: string): Promise<void> {
    try {
      await say();
    } catch (failure) {
      log.warn('people could not be told', { line, failure });
      status.owe(`tell ${audience.name}: ${line}`);
    }
  }

  return {
    begin(...listening: readonly Audience[]): void {
      audiences = listening;
    },
    tell(given: Transition): void {
      const nth = (times.get(given.name) ?? 0) + 1;
      times.set(given.name, nth);
      const named = nth === 1 ? given : { ...given, name: `${given.name}-${nth}` };
      if (named.withNext) {
        before = [...before, named];
        return;
      }
      const transition = before.length === 0 ? named : { ...named, before };
      const lines = [...before, named].map(({ line }) => line).join('; ');
      before = [];
      for (const audience of audiences) {
        const say = audience.hear(transition);
        // What has happened is told even if the release is being aborted.
        if (say) told = told.then(() => CancellationScope.nonCancellable(() => tell(audience, say, lines)));
      }
    },
    allTold: () => told,
  };
}

/** Before it is agreed what a release does, and who follows it, those who own its component hear of what keeps it from beginning. */
export function ownersOf(component: string): Audience {
  const { workflowId, workflowType, startTime } = workflowInfo();
  const key = `${workflowId} of ${startTime.toISOString()}`;
  return {
    name: `those who own ${component}`,
    hear({ name, line, urgent }) {
      if (!urgent) return undefined;
      return () => unpaced.raiseAlarm({ component, key: `${key}/${name}`, text: `${component}: ${workflowType} ${line}` }, `tell those who own ${component}`);
    },
  };
}

/**
 * Tells transitions in threads of the chat. A thread's first message is remembered here: the chat's lists may not show it yet when
 * the next transition comes.
 */
export function openThreads(work: Work): (report: Report) => Promise<Told | void> {
  const roots = new Map<string, string>();
  return async (report) => {
    const root = roots.get(report.thread);
    const told = await work.report({ ...report, ...(root && { root }) }, `tell of ${report.transition}`);
    if (told) roots.set(report.thread, told.root);
    return told;
  };
}
