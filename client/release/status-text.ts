import { shortSha } from '../../domain/code/commit.ts';
import { spoken } from '../../domain/text/spoken.ts';
import { toldProgress } from '../../domain/release/progress.ts';
import { toldOutage } from '../../domain/release/outage.ts';
import type { ReleaseStatus, StageStatus, Waiting } from '../../domain/release/status.ts';
import { marks, toldSoak } from '../../domain/release/status-page.ts';
import { commandFor } from '../../domain/people/call.ts';
import { table } from '../terminal/table.ts';

/** A release for a terminal: its stages, what it waits for, and what to type next. `now` is in ms since 1970. */
export function statusText(status: ReleaseStatus, { now, link }: { readonly now: number; readonly link: string | undefined }): string {
  const { release, stages, state, waitingFor, outcome, next } = status;
  const lines = [
    `${release}: ${outcome ?? state}`,
    ...carried(status),
    ...table(stages.map((stage) => row(stage, now))),
    ...(status.table === undefined ? [] : [status.table]),
    ...(status.paused ? [`paused by ${status.paused.by}${status.paused.reason ? `: ${status.paused.reason}` : ''}, for ${ago(status.paused.since, now)}`] : []),
    ...(status.objections ?? []),
    ...(waitingFor ? waiting(waitingFor, release, now) : []),
    ...(status.outages ?? []).map(toldOutage),
    ...(status.progress ? [`so far: ${toldProgress(status.progress)}`] : []),
    ...(next ? [`next: ${next}`] : []),
    ...listed('still owed', (status.owes ?? []).map(({ what, since }) => `${what}, for ${ago(since, now)}`)),
    ...listed('taken back', status.undone),
    ...listed('stays', status.stays),
    ...listed('still to do by hand', status.owed),
    ...(link ? [link] : []),
  ];
  return lines.join('\n');
}

/** A line each of the candidate and its pull request, as far as there are any. */
export function carried({ candidate, pinned, pullRequest, rollout }: Pick<ReleaseStatus, 'candidate' | 'pinned' | 'pullRequest' | 'rollout'>): string[] {
  return [
    ...(rollout ? [`flag ${rollout.flag}, of commit ${shortSha(rollout.commit)}`, ...(rollout.issue ? [`rollout issue ${rollout.issue}`] : [])] : []),
    ...(candidate ? [`candidate ${shortSha(candidate)}${pinned ? `, from ${shortSha(pinned)}` : ''}`] : []),
    ...(pullRequest ? [`pull request #${pullRequest.number} ${pullRequest.url}`] : []),
  ];
}

function row({ name, environment, mark, since, url, soak }: StageStatus, now: number): string[] {
  return ['', name, environment, `${marks[mark]}${soak ? `: ${toldSoak(soak)}` : ''}`, since ? ago(since, now) : '', url ?? ''];
}

function waiting({ what, since, brings, whom, write, send = [] }: Waiting, release: string, now: number): string[] {
  const people = whom ? ` by ${whom.join(', ')}` : '';
  const texts = write ? [`  comment on ${write.on}: ${write.texts.join(' or ')}`] : [];
  return [`waiting for ${what}${people}, for ${ago(since, now)}`, ...(brings === undefined ? [] : [`  it brings ${brings}`]), ...texts, ...send.map((sendable) => `  ${commandFor(release, sendable)}`)];
}

/** A line each of what is named by `title`. */
export function listed(title: string, items: readonly string[]): string[] {
  return items.map((item) => `${title}: ${item}`);
}

/** How long ago, at least a second. `now` is in ms since 1970. */
export function ago(since: string, now: number): string {
  return spoken(Math.max(1_000, now - Date.parse(since)));
}
