import { shortSha } from '../../domain/code/commit.ts';
import type { Decision, Refusal } from '../../domain/people/decision.ts';
import type { RecordedDecision, ReleaseRecord } from '../../domain/release/record.ts';
import { marks } from '../../domain/release/status-page.ts';
import { ago, carried, listed } from '../release/status-text.ts';
import { table } from '../terminal/table.ts';

/** Ended releases, a line each. */
export function historyText(records: readonly ReleaseRecord[]): string {
  return table(
    records.map(({ endedAt, release, candidate, outcome }) => [minute(endedAt), release, candidate ? shortSha(candidate) : '', outcome]),
  ).join('\n');
}

/** All that is known of an ended release. */
export function recordText(record: ReleaseRecord): string {
  const { release, outcome, startedAt, endedAt, stages } = record;
  return [
    `${release}: ${outcome}`,
    `from ${minute(startedAt)} to ${minute(endedAt)}, ${ago(startedAt, Date.parse(endedAt))}`,
    ...carried(record),
    ...table(stages.map(({ name, environment, mark, since, url }) => ['', name, environment, marks[mark], since ? minute(since) : '', url ?? ''])),
    ...messagesText(record),
    ...listed('taken back', record.undone),
    ...listed('stays', record.stays),
    ...listed('still to do by hand', record.owed),
  ].join('\n');
}

/** What people sent, in order: what was accepted, and what was not. */
export function messagesText({ decisions, refused }: { readonly decisions: readonly (Decision | RecordedDecision)[]; readonly refused: readonly Refusal[] }): string[] {
  const accepted = decisions.map((decision) => ({ at: decision.at, line: decisionLine(decision) }));
  const others = refused.map(({ at, message, why }) => ({ at, line: `${message} was not accepted: ${why}` }));
  return [...accepted, ...others].toSorted((a, b) => (a.at < b.at ? -1 : 1)).map(({ at, line }) => `${minute(at)}  ${line}`);
}

function decisionLine(decision: Decision | RecordedDecision): string {
  const { message, stage, by, reason, evidence } = decision;
  const assurance = decision.assurance === 'claimed' || decision.assurance === 'verified' ? ` (${decision.assurance}${evidence ? `: ${evidence}` : ''})` : '';
  return `${message}${stage ? ` of ${stage}` : ''} by ${by}${assurance}${reason ? `: ${reason}` : ''}`;
}

/** "2026-01-31 09:00", UTC. */
function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
