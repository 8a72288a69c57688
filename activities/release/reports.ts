import { marker } from '../../domain/code/marker.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { refusalOf } from '../doubt.ts';
import { effect } from '../effect.ts';
import type { Summons } from '../../domain/people/call.ts';
import { createAlarms, longestMessage } from './alarms.ts';
import { cut } from '../../domain/text/short-text.ts';
import { createCalls } from './calls.ts';
import type { CallPorts } from './calls.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { isOfFamily, isSameLabel } from '../../domain/text/label.ts';
import { fillTemplate } from '../../domain/text/template.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { silent } from '../../domain/code/quiet-text.ts';

/** One transition of a release, told to people: a line in the release's thread, its headline, the pull request's label. */
export interface Report {
  /** Names the thread: one a release and pull request. */
  readonly thread: string;
  /** Without one only the label is set. */
  readonly channel?: string;
  /** What is released: begins the first message of the thread, which is updated in place. */
  readonly subject: string;
  /** The first message, where it is known: lists may not show it yet. */
  readonly root?: string;
  /** Names the transition within the thread, so that it is told once. */
  readonly transition: string;
  readonly line: string;
  /** What came shortly before, oldest first. */
  readonly before?: readonly { readonly transition: string; readonly line: string }[];
  readonly label?: { readonly repository: Repository; readonly number: number; readonly name: string };
  /** Somebody is wanted, who is called by a message of its own. */
  readonly announcement?: Announcement;
}

export interface Told {
  /** The thread's first message. */
  readonly root: string;
  /** Why the label could not be set. */
  readonly unlabelled?: string;
}

/** One message in a channel. */
export interface Announcement {
  readonly channel: string;
  /** Names it within the channel, so that it is there once. */
  readonly key: string;
  readonly text: string;
  /** It asks people for something. */
  readonly call?: Summons;
}

export interface FlakyTestIssue {
  readonly repository: Repository;
  readonly labels: readonly string[];
  /** Path of its text in that repository. */
  readonly template?: string;
  readonly failed: readonly FailedCheck[];
  readonly pullRequest: string;
  readonly key: string;
}

export interface PullRequestComment {
  readonly repository: Repository;
  readonly number: number;
  readonly key: string;
  readonly line: string;
  /** "@gitlab-org/gitaly" */
  readonly mention?: string;
}

/** A template that names neither the checks nor the pull request gets them at its end. */
function withChecks(template: string, values: Readonly<Record<'checks' | 'pullRequest', string>>, told: string): string {
  const body = fillTemplate(template, values).trimEnd();
  return /\{(checks|pullRequest)\}/.test(template) ? body : `${body}\n\n${told}`;
}

/** The labels that follow a release's stage are of this family; the others are left alone. */
const labelFamily = 'workflow::';

export function createReports(ports: Pick<Ports, 'channels' | 'forge' | 'chat' | 'readLagMs'> & CallPorts) {
  const { forge, chat, readLagMs } = ports;
  const { say, raise } = createAlarms(ports);
  const { written } = createCalls(ports);

  /** The line comes last: once it is in the thread all of it has been told, and a Reset does not tell it again. */
  async function report({ thread, channel, subject, transition, line, before = [], label, announcement, root: known }: Report): Promise<Told | void> {
    if (channel === undefined) return label && setLabel(label.repository, label.number, `${labelFamily}${label.name}`);
    const key = `${thread}/${transition}`;
    const begun = known ?? (await chat.find(channel, thread))?.id;
    if (begun && (await chat.find(channel, key, begun))?.text === line) return { root: begun };
    const text = `${subject}: ${line}`;
    if (known) await chat.update(channel, known, { key: thread, text: cut(text, longestMessage) });
    const root = known ?? (await say({ channel, key: thread, text })).id;
    const unlabelled = label && (await setLabel(label.repository, label.number, `${labelFamily}${label.name}`).then(() => undefined, refusalOf));
    if (announcement) await announce(announcement);
    for (const one of before) await say({ channel, key: `${thread}/${one.transition}`, text: one.line, thread: root });
    await say({ channel, key, text: line, thread: root });
    return { root, ...(unlabelled !== undefined && { unlabelled }) };
  }

  async function announce({ channel, key, text, call }: Announcement): Promise<void> {
    await say({ channel, key, text, ...(call && (await written(call, channel, text))) });
  }

  async function commentOnPullRequest({ repository, number, key, line, mention }: PullRequestComment): Promise<void> {
    const mark = marker(key);
    await effect({
      key: `comment ${repository}#${number} ${key}`,
      lagMs: readLagMs,
      probe: async () => ((await forge.discussions.hasComment(repository, number, mark)) ? true : undefined),
      act: () => forge.discussions.comment(repository, number, `${mention ? `${mention}: ` : ''}${silent(line)}\n\n${mark}`),
    });
  }

  async function openFlakyTestIssue({ repository, labels, template, failed, pullRequest, key }: FlakyTestIssue): Promise<void> {
    const mark = marker(key);
    const list = failed.map(({ name, url }) => `- ${url ? `[${name}](${url})` : name}`);
    const text = template && (await forge.commits.read(repository, template, 'HEAD'));
    const values = { checks: silent(list.join('\n')), pullRequest };
    const told = `In ${pullRequest} this failed, and passed on the same commit when it was run again:\n\n${values.checks}`;
    // Without its template it is opened all the same: who moves the file must not silence it.
    const body = [text === undefined || text === '' ? told : withChecks(text, values, told), '', mark].join('\n');
    const title = `Flaky Test: ${failed.map(({ name }) => name).join(', ')}`.slice(0, 200);
    await effect({
      key: `flaky test ${repository} ${key}`,
      lagMs: readLagMs,
      probe: async () => (await forge.issues.list(repository, labels)).find((issue) => issue.body.includes(mark)),
      act: () => forge.issues.open({ repository, title, body, labels }),
    });
  }

  async function setLabel(repository: Repository, number: number, name: string): Promise<void> {
    const isSet = async () => {
      const family = (await forge.pullRequests.get(repository, number))?.labels.filter((label) => isOfFamily(label, labelFamily));
      return family?.length === 1 && isSameLabel(family[0]!, name) ? true : undefined;
    };
    await effect({
      key: `label ${repository}#${number} ${name}`,
      lagMs: 0,
      probe: isSet,
      act: () => forge.discussions.label(repository, number, name, labelFamily),
    });
  }

  return {
    report: beating(report),
    announce: beating(announce),
    raiseAlarm: beating(raise),
    commentOnPullRequest: beating(commentOnPullRequest),
    openFlakyTestIssue: beating(openFlakyTestIssue),
  };
}
