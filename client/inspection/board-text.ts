import { haltOf, toldVeto, vetoesOf } from '../../domain/people/objection.ts';
import { toldOrder } from '../../domain/people/order.ts';
import { toldTakingBack } from '../../domain/component/request.ts';
import type { ComponentRecord } from '../../domain/component/component-record.ts';
import { shortSha } from '../../domain/code/commit.ts';
import type { EnvironmentStatus } from '../../domain/environments/environment.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { toldOutage } from '../../domain/release/outage.ts';
import { commandFor } from '../../domain/people/call.ts';
import { ago } from '../release/status-text.ts';
import { cut } from '../../domain/text/short-text.ts';
import type { FailedStart } from './failed-starts.ts';
import { table } from '../terminal/table.ts';

export interface Board {
  /** One that does not answer is silent: its worker is away, or it is stuck. */
  readonly environments: readonly (EnvironmentStatus | { readonly environment: string; readonly silent: true })[];
  /** What people have said to a component's workflow: halts and vetoes. */
  readonly components: readonly (ComponentRecord | { readonly component: string; readonly silent: true })[];
  /** What is under way. Without a status it does not answer, either. */
  readonly moving: readonly { readonly id: string; readonly status?: ReleaseStatus }[];
  /** What could not begin, or go on. */
  readonly failed?: readonly FailedStart[];
}

/** What is where, what moves, and who waits for whom, on one page. `now` is in ms since 1970. */
export function boardText({ environments, components, moving, failed = [] }: Board, now: number): string {
  const against = components.flatMap((component) => whoObjects(component, now));
  const answering = moving.flatMap(({ status }) => (status ? [status] : []));
  return [
    ...section('What is where', environments.flatMap((environment) => whatRuns(environment, now)), 'no environment has been used yet'),
    ...(against.length > 0 ? section('What is held back', against, '') : []),
    ...section('What moves', moving.map(({ id, status }) => [id, ...whatMoves(status, now)]), 'nothing'),
    ...section('Who waits for whom', answering.flatMap((status) => whoIsWaitedFor(status, now)), 'nobody'),
    ...answering.flatMap(({ release, waitingFor }) => (waitingFor?.whom ? (waitingFor.send ?? []).slice(0, 1).map((message) => `  ${commandFor(release, message)}`) : [])),
    ...(failed.length > 0 ? section('What has failed', failed.map(({ id, at, why }) => [id, `${ago(at, now)} ago`, cut(why, 200)]), '') : []),
  ].join('\n');
}

function section(title: string, rows: readonly (readonly string[])[], otherwise: string): string[] {
  return [title, ...(rows.length > 0 ? table(rows.map((cells) => ['', ...cells])) : [`  ${otherwise}`])];
}

function whatRuns(known: Board['environments'][number], now: number): string[][] {
  if ('silent' in known) return [[known.environment, 'does not answer', '', '']];
  const { environment, deployed } = known;
  const notes = notesOn(known).join('; ');
  const running = Object.entries(deployed).map(([component, { candidate, since }]) => [component, shortSha(candidate), `for ${ago(since, now)}`]);
  return (running.length > 0 ? running : [['nothing that is known', '', '']]).map((cells, index) => [index === 0 ? environment : '', ...cells, index === 0 ? notes : '']);
}

/** What keeps an environment, one by one. */
export function notesOn({ lease, queue, frozen }: EnvironmentStatus): readonly string[] {
  return [
    ...(frozen ? [`frozen${frozen.by ? ` by ${frozen.by}` : ''}: ${frozen.reason}`] : []),
    ...(lease ? [`in the hands of ${lease.claim.release}`] : []),
    ...(queue.length > 0 ? [`${queue.length} waiting`] : []),
  ];
}

function whoObjects(known: Board['components'][number], now: number): string[][] {
  if ('silent' in known) return [[known.component, 'does not answer whether it is halted', '']];
  const { component } = known;
  const at = new Date(now).toISOString();
  const halt = haltOf(known, at);
  return [
    ...(halt ? [[component, `halted ${toldOrder(halt)}`, `for ${ago(halt.since, now)}`]] : []),
    ...(known.offer ? [[component, `whether its pin is taken back from ${shortSha(known.offer.pinned)} is to be decided: ${toldTakingBack(component)}`, '']] : []),
    ...vetoesOf(known, at).map((veto) => [component, toldVeto(veto), `for ${ago(veto.since, now)}`]),
  ];
}

function whatMoves(status: ReleaseStatus | undefined, now: number): string[] {
  if (!status) return ['', 'does not answer', ''];
  const { candidate, state, paused, objections = [], outages = [], waitingFor } = status;
  return [candidate ? shortSha(candidate) : '', paused ? `paused by ${paused.by}` : [state, ...objections].join('; '), [...(waitingFor ? [`${waitingFor.what}, for ${ago(waitingFor.since, now)}`] : []), ...outages.map(toldOutage)].join('; ')];
}

function whoIsWaitedFor({ release, waitingFor }: ReleaseStatus, now: number): string[][] {
  return waitingFor?.whom ? [[waitingFor.whom.join(', '), waitingFor.what, release, `for ${ago(waitingFor.since, now)}`]] : [];
}
