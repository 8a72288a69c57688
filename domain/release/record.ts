import type { Decision } from '../people/decision.ts';
import type { ReleaseStatus } from './status.ts';

/** What a release, a rollout or a schema release leaves when it ends. Kept for longer than Temporal keeps its history. */
export interface ReleaseRecord
  extends Pick<ReleaseStatus, 'release' | 'component' | 'candidate' | 'version' | 'pinned' | 'rollout' | 'pullRequest' | 'stages' | 'refused' | 'undone' | 'stays' | 'owed'> {
  /** ISO 8601 */
  readonly startedAt: string;
  /** ISO 8601 */
  readonly endedAt: string;
  readonly ending: NonNullable<ReleaseStatus['ending']>;
  /** How it ended, in one line. */
  readonly outcome: string;
  readonly decisions: readonly RecordedDecision[];
}

/** `claimed`: the message named who sent it, and nobody checked. `verified`: its `evidence` shows who. `own`: Slipway's. */
export type RecordedDecision = Omit<Decision, 'assurance'> & { readonly assurance: NonNullable<Decision['assurance']> | 'own' };

/** By whom Slipway decides what it decides itself. */
export const ourselves = 'slipway';

/** @param status of a release that has ended */
export function recordOf(status: ReleaseStatus, { startedAt, endedAt }: Pick<ReleaseRecord, 'startedAt' | 'endedAt'>): ReleaseRecord {
  const { state: _, waitingFor: __, paused: ___, objections: _____, next: ____, seen: ______, ending = 'failed', outcome = 'ended', decisions, ...rest } = status;
  return {
    ...rest,
    startedAt,
    endedAt,
    ending,
    outcome,
    decisions: decisions.map((decision) => ({ ...decision, assurance: decision.by === ourselves ? 'own' : (decision.assurance ?? 'claimed') })),
  };
}

/**
 * Where a record is kept: "gitaly/20260131T090000Z-release-from-1a2b3c4d5e6f". A release that began anew from the same pin has a record of its own; one that was reset keeps
 * its start, and its name. Within a component the names sort by time.
 */
export function recordName({ release, component, startedAt }: Pick<ReleaseRecord, 'release' | 'component' | 'startedAt'>): string {
  return `${component}/${startedAt.replaceAll(/[-:]|\.\d+/g, '')}-${nameOf(release, component)}`;
}

/** Whether a record of this name is one of that release. */
export function isRecordOf(name: string, { release, component }: Pick<ReleaseRecord, 'release' | 'component'>): boolean {
  return name.startsWith(`${component}/`) && name.endsWith(`Z-${nameOf(release, component)}`);
}

/** Newest first, whatever their components. */
export function newestNames(names: readonly string[]): readonly string[] {
  const time = (name: string) => name.slice(name.indexOf('/') + 1);
  return names.toSorted((a, b) => (time(a) < time(b) ? 1 : -1));
}

/** "release-from-1a2b3c4d5e6f": an id without its component. A version can be released, and its schemas, too: without its kind one would be taken for the other. */
function nameOf(release: string, component: string): string {
  return release.replace(`/${component}/`, '-');
}
