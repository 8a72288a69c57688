import type { Repository } from '../../domain/code/repository.ts';
import type { Summons, Wanted } from '../../domain/people/call.ts';
import { waysToAnswer } from '../../domain/people/call.ts';
import type { ChatChannels } from '../../domain/release/chat.ts';
import type { Announcement, Report } from '../../activities/release/reports.ts';
import { openThreads } from './reporting.ts';
import type { Audience, Transition } from './reporting.ts';
import type { Session } from './session.ts';

/** Where a component's commits are, and what is deployed from. */
export interface CommitSource {
  readonly source: Repository;
  readonly deployedFrom: Repository;
}

type Calling = Pick<Session, 'status'> & { readonly plan: Pick<Session['plan'], 'id' | 'component'> };

/** What people have to know who are wanted, as things are now. */
function callFor({ plan: { id: release, component }, status }: Calling, { whom, at, since, ...ways }: Wanted, origin?: CommitSource): Summons {
  const { candidate, pullRequest, stages } = status.get();
  const run = stages.findLast(({ url }) => url !== undefined);
  return {
    release,
    whom,
    links: [...(pullRequest ? [pullRequest.url] : []), ...(run ? [`${run.name}: ${run.url}`] : [])],
    ways: waysToAnswer(release, ways),
    ...(at !== undefined && candidate && origin && { range: { environment: at, component, candidate, ...origin, ...(since !== undefined && { since }) } }),
  };
}

export interface Team {
  readonly channel: string;
  /** What it is called there. */
  readonly subject: string;
  /** Tells it from others of the same id. */
  key(): string;
  readonly origin?: CommitSource;
  /** Where more can be read. */
  more?(): string | undefined;
}

interface ChatSubject extends Pick<Team, 'subject' | 'origin'> {
  /** Names its thread; its id, if not given. */
  readonly key?: string;
}

/** Who follows something in the chat: its thread, from its first step on, and its team. Nobody, without a chat. */
export function chatAudiences(session: Calling & Pick<Session, 'work'>, chat: ChatChannels | undefined, { subject, key = session.plan.id, origin }: ChatSubject): readonly Audience[] {
  if (!chat) return [];
  const tell = openThreads(session.work);
  const team = { channel: chat.team, subject, key: () => key, ...(origin && { origin }) };
  return [
    {
      name: chat.progress,
      hear(transition) {
        const { name, line } = transition;
        const report = { thread: key, channel: chat.progress, subject, transition: name, line, ...besides(transition), ...calledBy(session, team, transition) };
        return () => tell(report);
      },
    },
    teamChannel(session, team),
  ];
}

/** The channel of the team that owns it: what is urgent only, each as a message of its own, which mentions whoever is wanted. */
export function teamChannel(session: Calling & Pick<Session, 'work'>, team: Team): Audience {
  return {
    name: team.channel,
    hear(transition) {
      if (!transition.urgent) return undefined;
      const announcement = announcementOf(session, team, transition);
      return () => session.work.announce(announcement, `announce ${transition.name}`);
    },
  };
}

/** What is told in a thread together with a transition. */
export function besides({ before }: Transition): Pick<Report, 'before'> {
  return before ? { before: before.map(({ name: transition, line }) => ({ transition, line })) } : {};
}

/** Whoever is wanted in the course of things is called by the activity that tells of it: a message more, and no event. */
export function calledBy(session: Calling, team: Team, transition: Transition): { readonly announcement?: Announcement } {
  return transition.wanted && !transition.urgent ? { announcement: announcementOf(session, team, transition) } : {};
}

function announcementOf(session: Calling, { channel, subject, key, origin, more }: Team, { name, line, wanted }: Transition): Announcement {
  const seeMore = more?.();
  const call = wanted && callFor(session, wanted, origin);
  return { channel, key: `${key()}/${name}/team`, text: `${subject}: ${line}${seeMore === undefined ? '' : ` (${seeMore})`}`, ...(call && { call }) };
}
