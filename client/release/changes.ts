import { shortSha } from '../../domain/code/commit.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { marks } from '../../domain/release/status-page.ts';

/** What is new in a release since it was last looked at, a line each. */
export function changes(before: ReleaseStatus | undefined, after: ReleaseStatus): string[] {
  return [
    ...(after.candidate && after.candidate !== before?.candidate ? [`carries ${shortSha(after.candidate)}`] : []),
    ...(after.pullRequest && after.pullRequest.number !== before?.pullRequest?.number ? [`pull request #${after.pullRequest.number} ${after.pullRequest.url}`] : []),
    ...(after.state !== before?.state && !toldByStage(after.state) ? [after.state] : []),
    ...stageChanges(before, after),
    ...waitingChange(before, after),
    ...after.decisions.slice(before?.decisions.length ?? 0).map(({ message, stage, by, reason }) => `${message}${stage ? ` of ${stage}` : ''} by ${by}${reason ? `: ${reason}` : ''}`),
    ...news(before?.refused, after.refused).map(({ message, why }) => `${message} was not accepted: ${why}`),
    ...news(before?.objections, after.objections ?? []),
    ...news(before?.owes, after.owes ?? []).map(({ what }) => `owes ${what}`),
    ...news(before?.undone, after.undone).map((what) => `taken back: ${what}`),
    ...news(before?.owed, after.owed).map((what) => `still to do by hand: ${what}`),
  ];
}

/** A stage that is promoting says so itself, with its name. */
function toldByStage(state: ReleaseStatus['state']): boolean {
  return state in marks;
}

function stageChanges(before: ReleaseStatus | undefined, { stages }: ReleaseStatus): string[] {
  const marked = new Map(before?.stages.map(({ name, mark }) => [name, mark]));
  return stages.filter(({ name, mark }) => mark !== (marked.get(name) ?? 'ahead')).map(({ name, mark, url }) => `${name}: ${marks[mark]}${url ? ` ${url}` : ''}`);
}

function waitingChange(before: ReleaseStatus | undefined, { waitingFor }: ReleaseStatus): string[] {
  if (!waitingFor || waitingFor.what === before?.waitingFor?.what) return [];
  return [`waiting for ${waitingFor.what}${waitingFor.whom ? ` by ${waitingFor.whom.join(', ')}` : ''}`];
}

/** What was added at the end of a list that may have been cut at its start. */
function news<T>(before: readonly T[] = [], after: readonly T[]): readonly T[] {
  const seen = new Set(before.map((item) => JSON.stringify(item)));
  return after.filter((item) => !seen.has(JSON.stringify(item)));
}
