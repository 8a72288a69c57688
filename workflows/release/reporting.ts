import { CancellationScope, log } from '@temporalio/workflow';
import { shortSha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { Work } from './work.ts';
import type { StatusKeeper } from './status.ts';
import { openThreads } from './thread.ts';

export type Reporter = ReturnType<typeof startReporting>;

export interface Transition {
  /** Names the transition within the release; one that comes again gets a number. */
  readonly name: string;
  readonly line: string;
  /** What the pull request's, or the issue's, label should say from now on. */
  readonly label?: string;
  /** Somebody has to do something: the team is told, besides those who follow the release. */
  readonly urgent?: true;
  /** What failed, and passed when it was run again. */
  readonly flake?: readonly FailedCheck[];
}

/** One place where people follow a release. */
export interface Audience {
  /** What it is called where it could not be told. */
  readonly name: string;
  /** What is to be told is decided at once, and told when its turn comes. Nothing while there is nothing to tell of. */
  hear(transition: Transition): (() => Promise<void>) | undefined;
}

/**
 * Tells people of each transition, in order and in the background: the release never waits for the chat, but at its end,
 * until everything is told or the chat has been down for too long.
 */
export function startReporting(status: StatusKeeper) {
  let told = Promise.resolve();
  let audiences: readonly Audience[] = [];
  const times = new Map<string, number>();

  async function tell(audience: Audience, say: () => Promise<void>, line: string): Promise<void> {
    try {
      await say();
    } catch (failure) {
      log.warn('people could not be told', { line, failure });
      status.owed(`tell ${audience.name}: ${line}`);
    }
  }

  return {
    begin(...listening: readonly Audience[]): void {
      audiences = listening;
    },
    tell(given: Transition): void {
      const nth = (times.get(given.name) ?? 0) + 1;
      times.set(given.name, nth);
      const transition = nth === 1 ? given : { ...given, name: `${given.name}-${nth}` };
      for (const audience of audiences) {
        const say = audience.hear(transition);
        // What has happened is told even if the release is being aborted.
        if (say) told = told.then(() => CancellationScope.nonCancellable(() => tell(audience, say, transition.line)));
      }
    },
    allTold: () => told,
  };
}

/** A release's thread in the chat, and its pull request's label. Before there is a pull request there is nothing to tell of. */
export function releaseThread({ id, component, chat, downstream }: ReleasePlan, work: Work, status: StatusKeeper): Audience {
  const tell = openThreads(work);
  return {
    name: chat.progress,
    hear({ name, line, label }) {
      const { pullRequest, candidate = '' } = status.get();
      if (!pullRequest) return undefined;
      const { number } = pullRequest;
      const report = {
        thread: `${id}#${number}`,
        channel: chat.progress,
        subject: `${component} ${shortSha(candidate)}`,
        transition: name,
        line,
        ...(label && { label: { repository: downstream.repository, number, name: label } }),
      };
      return () => tell(report);
    },
  };
}

/** The channel of the team that owns the component: what is urgent only, each as a message of its own. */
export function teamChannel({ id, component, chat }: ReleasePlan, work: Work, status: StatusKeeper): Audience {
  return {
    name: chat.team,
    hear({ name, line, urgent }) {
      const number = status.get().pullRequest?.number;
      if (!urgent || number === undefined) return undefined;
      const announcement = { channel: chat.team, key: `${id}#${number}/${name}/team`, text: `${component}: ${line}` };
      return () => work.announce(announcement, `announce ${name}`);
    },
  };
}

/** Comments on the pull request: what is urgent only, with a mention of whom the catalog names. */
export function pullRequestComments({ id, downstream }: ReleasePlan, work: Work, status: StatusKeeper): Audience {
  const { repository, mention } = downstream;
  return {
    name: 'the pull request',
    hear({ name, line, urgent }) {
      const number = status.get().pullRequest?.number;
      if (!urgent || number === undefined) return undefined;
      const comment = { repository, number, key: `${id}#${number}/${name}`, line, ...(mention && { mention }) };
      return () => work.commentOnPullRequest(comment, `comment on ${name}`);
    },
  };
}

/** Issues for flaky tests, where the catalog wants them. */
export function flakyTests({ downstream }: ReleasePlan, work: Work, status: StatusKeeper): Audience {
  const { flakyTest } = downstream;
  return {
    name: flakyTest?.repository ?? '',
    hear({ name, flake }) {
      const { pullRequest, release } = status.get();
      if (!flakyTest || !flake || !pullRequest) return undefined;
      const issue = { ...flakyTest, failed: flake, pullRequest: pullRequest.url, key: `${release}#${pullRequest.number}/${name}` };
      return () => work.openFlakyTestIssue(issue, `open an issue about ${name}`);
    },
  };
}
