import { workflowInfo } from '@temporalio/workflow';
import { shortSha } from '../../domain/code/commit.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import type { StraightPlan } from '../../domain/component/straight.ts';
import { besides, calledBy, chatAudiences, teamChannel } from '../release/calls.ts';
import type { CommitSource } from '../release/calls.ts';
import { openThreads } from '../release/reporting.ts';
import type { Audience } from '../release/reporting.ts';
import type { Session } from '../release/session.ts';

/** Who follows the release of a component. */
export function audiencesOf(session: Session<ReleasePlan>): readonly Audience[] {
  const { chat, component } = session.plan;
  return [releaseThread(session), ...(chat ? [teamChannel(session, { channel: chat.team, subject: component, key: () => keyOf(session), origin: originOf(session.plan) })] : []), pullRequestComments(session), flakyTests(session)];
}

/** Who follows the release of a component that nothing pins: there is no pull request, and so it has its thread from its first stage on. */
export function straightAudiences(session: Session<StraightPlan>): readonly Audience[] {
  const { component, candidate, chat, mirror } = session.plan;
  const source = { source: mirror, deployedFrom: mirror };
  return chatAudiences(session, chat, { subject: `${component} ${shortSha(candidate)}`, origin: source });
}

/** A release's thread in the chat, and its pull request's label. Before there is a pull request there is nothing to tell of. */
function releaseThread(session: Session<ReleasePlan>): Audience {
  const { plan, work, status } = session;
  const { id, component, chat, pin } = plan;
  const tell = openThreads(work);
  return {
    name: chat?.progress ?? 'the pull request',
    hear(transition) {
      const { name, line, label } = transition;
      const { pullRequest, candidate } = status.get();
      if (!pullRequest) return undefined;
      const { number } = pullRequest;
      const report = {
        thread: `${id}#${number}`,
        ...(chat && { channel: chat.progress }),
        subject: `${component} ${candidate === undefined ? '' : shortSha(candidate)}`,
        transition: name,
        line,
        ...besides(transition),
        ...(label && { label: { repository: pin.repository, number, name: label } }),
        ...(chat && calledBy(session, { channel: chat.team, subject: component, key: () => keyOf(session), origin: originOf(plan) }, transition)),
      };
      return async () => {
        const told = await tell(report);
        if (told?.unlabelled !== undefined) status.owe(`label #${number}: ${told.unlabelled}`);
      };
    },
  };
}

/** Something may be urgent before there is a pull request; a release that is begun again then tells of it again. */
function keyOf({ plan: { id }, status }: Pick<Session<ReleasePlan>, 'plan' | 'status'>): string {
  const number = status.get().pullRequest?.number;
  return number === undefined ? `${id} of ${workflowInfo().startTime.toISOString()}` : `${id}#${number}`;
}

function originOf({ mirror, pin }: ReleasePlan): CommitSource {
  return { source: mirror, deployedFrom: pin.repository };
}

/** Comments on the pull request: what is urgent only, with a mention of whom the catalog names. */
function pullRequestComments({ plan, work, status }: Session<ReleasePlan>): Audience {
  const { id } = plan;
  const { repository, mention } = plan.pin;
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
function flakyTests({ plan, work, status }: Session<ReleasePlan>): Audience {
  const { flakyTest } = plan.pin;
  return {
    name: flakyTest?.repository ?? '',
    hear({ name, flake }) {
      const { pullRequest, release } = status.get();
      if (!flakyTest || !flake || !pullRequest) return undefined;
      const { template, ...rest } = flakyTest;
      const issue = { ...rest, ...(template && { template }), failed: flake, pullRequest: pullRequest.url, key: `${release}#${pullRequest.number}/${name}` };
      return () => work.openFlakyTestIssue(issue, `open an issue about ${name}`);
    },
  };
}
