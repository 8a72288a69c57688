import { shortSha } from '../domain/code/commit.ts';
import { haltOf, toldVeto, vetoesOf } from '../domain/people/objection.ts';
import { toldOrder } from '../domain/people/order.ts';
import type { ReleaseStatus, StageStatus } from '../domain/release/status.ts';
import { notesOn } from '../client/inspection/board-text.ts';
import type { Board } from '../client/inspection/board-text.ts';
import { age } from './age.ts';

/** What is where, and what comes next: a row a component, a column an environment. */
export interface Overview {
  readonly environments: readonly Column[];
  readonly rows: readonly Row[];
  /** What moves without any environment of its own, or has not come to one yet. */
  readonly elsewhere: readonly Moving[];
  readonly standing: readonly Unmoved[];
}

interface Column {
  readonly name: string;
  /** By people; what the calendar freezes nobody can thaw. */
  readonly isFrozen: boolean;
  readonly notes: readonly string[];
}

interface Row {
  readonly component: string;
  readonly notes: readonly string[];
  /** In the order of the environments. */
  readonly cells: readonly Cell[];
}

interface Cell {
  readonly runs?: { readonly candidate: string; readonly for: string; readonly release: string };
  readonly behind: readonly Moving[];
}

interface Moving {
  readonly release: string;
  readonly what: string;
  /** Whom it waits for. */
  readonly whom?: string;
}

/** Something that does not move, and why. */
interface Unmoved {
  readonly what: string;
  readonly why: string;
  readonly release?: string;
}

/** What a catalog says of how to lay it out. */
export interface Layout {
  readonly environments: readonly string[];
  readonly components: readonly string[];
}

/** After how long, in ms, what waits for people stands among what does not move. */
const patienceMs = 2 * 3_600_000;

/** What is ahead of a stage, behind it, or no more there does not concern its environment. */
const near: readonly StageStatus['mark'][] = ['underWay', 'approval', 'queued', 'promoting', 'soaking', 'failed', 'rollingBack'];

/** @param layout what the catalog has, in its order; what else there is comes after it. @param now in ms since 1970 */
export function overviewOf(board: Board, layout: Layout, now: number): Overview {
  const places = new Map(board.environments.map((known) => [known.environment, known]));
  const statuses = board.moving.flatMap(({ status }) => (status ? [status] : []));
  const names = inOrder(layout.environments, [...places.keys(), ...statuses.flatMap(({ stages }) => stages.map(({ environment }) => environment))]);
  const runningIn = (environment: string) => {
    const known = places.get(environment);
    return known && !('silent' in known) ? known.deployed : {};
  };
  const components = inOrder(layout.components, [...names.flatMap((name) => Object.keys(runningIn(name))), ...statuses.map(({ component }) => component)]);
  const placed = new Set<string>();
  const rows = components.map((component): Row => {
    const cells = names.map((name): Cell => {
      const runs = runningIn(name)[component];
      const here = statuses.filter((status) => status.component === component && status.stages.some((stage) => stage.environment === name && near.includes(stage.mark)));
      for (const { release } of here) placed.add(release);
      return {
        ...(runs && { runs: { candidate: shortSha(runs.candidate), for: age(runs.since, now), release: runs.release } }),
        behind: here.map((status) => movingOf(status, now)),
      };
    });
    return { component, notes: against(board, component, now), cells };
  });
  return {
    environments: names.map((name) => ({ name, isFrozen: frozenByPeople(places.get(name)), notes: notesOf(places.get(name)) })),
    rows,
    elsewhere: statuses.filter(({ release }) => !placed.has(release)).map((status) => movingOf(status, now)),
    standing: standing(board, now),
  };
}

function movingOf({ release, candidate, version, state, paused, waitingFor }: ReleaseStatus, now: number): Moving {
  const carried = version ?? (candidate ? shortSha(candidate) : '');
  const does = paused ? `paused by ${paused.by}` : waitingFor ? `waits for ${waitingFor.what}, for ${age(waitingFor.since, now)}` : state;
  const brings = waitingFor?.brings === undefined ? '' : `: ${waitingFor.brings}`;
  return { release, what: `${carried} ${does}${brings}`.trim(), ...(waitingFor?.whom && { whom: waitingFor.whom.join(', ') }) };
}

function frozenByPeople(known: Board['environments'][number] | undefined): boolean {
  return known !== undefined && !('silent' in known) && known.frozen?.by !== undefined;
}

function notesOf(known: Board['environments'][number] | undefined): readonly string[] {
  if (!known) return [];
  if ('silent' in known) return ['does not answer'];
  return notesOn(known);
}

function against({ components }: Board, component: string, now: number): readonly string[] {
  const known = components.find((one) => one.component === component);
  if (!known) return [];
  if ('silent' in known) return ['does not answer whether it is halted'];
  const at = new Date(now).toISOString();
  const halt = haltOf(known, at);
  return [...(halt ? [`halted ${toldOrder(halt)}`] : []), ...vetoesOf(known, at).map((veto) => toldVeto(veto))];
}

function standing(board: Board, now: number): readonly Unmoved[] {
  const long = (since: string) => now - Date.parse(since) >= patienceMs;
  return [
    ...board.environments.flatMap((known) => ('silent' in known ? [{ what: known.environment, why: 'does not answer: is a worker running?' }] : [])),
    ...board.components.flatMap(({ component }) => against(board, component, now).map((why) => ({ what: component, why }))),
    ...board.moving.flatMap(({ id, status }) => (status ? [] : [{ what: id, why: 'does not answer: is a worker running?', release: id }])),
    ...board.moving.flatMap(({ status }) => {
      if (!status?.waitingFor || !long(status.waitingFor.since)) return [];
      const { waitingFor, release } = status;
      return [{ what: release, why: `waits for ${waitingFor.what}${waitingFor.whom ? ` by ${waitingFor.whom.join(', ')}` : ''}, for ${age(waitingFor.since, now)}`, release }];
    }),
    ...(board.failed ?? []).map(({ id, at, why }) => ({ what: id, why: `failed ${age(at, now)} ago: ${why}` })),
  ];
}

/** The first ones in their order, then the others by name. */
function inOrder(first: readonly string[], all: readonly string[]): readonly string[] {
  return [...new Set([...first, ...all.toSorted()])];
}
