import type { Sha } from './candidate.ts';
import type { Stage } from './catalog.ts';
import type { Verdict, Vote } from './decision.ts';
import { unknownName } from './nearest-name.ts';

/** A vote that counts. */
export type CountedVote = Vote & { readonly verdict: Verdict };

export interface Ballot {
  readonly candidate: Sha;
  readonly stages: readonly Stage[];
  readonly votes: readonly CountedVote[];
  /** Names of the stages that are over, or past their approval. */
  readonly decided: ReadonlySet<string>;
  /** Who had a hand in the release, by login in lower case, and how: "wrote a commit of it". */
  readonly involved: Involved;
}

export type Involved = ReadonlyMap<string, string>;

/** Who may not approve this stage, however many of the approvers that leaves. Git's authors are known by login or by name. */
export function involvedIn({ approval }: Stage, { starter, authors }: { readonly starter?: string | undefined; readonly authors: readonly string[] }): Involved {
  const { separation = [] } = approval ?? {};
  return new Map([
    ...(separation.includes('author') ? authors.map((author) => [author.toLowerCase(), 'wrote a commit of it'] as const) : []),
    ...(separation.includes('starter') && starter !== undefined ? [[starter.toLowerCase(), 'started the release'] as const] : []),
  ]);
}

/** Why a vote does not count, or undefined if it does. */
export function refusal(vote: Vote, { candidate, stages, decided, involved }: Ballot): string | undefined {
  const voting = stages.filter((stage) => stage.approval && !decided.has(stage.name)).map((stage) => stage.name);
  const stage = stages.find(({ name }) => name === vote.stage);
  if (!stage) return unknownName('stage', vote.stage, stages.map(({ name }) => name)) + waiting(voting);
  if (!stage.approval) return `stage "${stage.name}" needs no approval` + waiting(voting);
  if (decided.has(stage.name)) return `stage "${stage.name}" has been decided already` + waiting(voting);
  if (!stage.approval.approvers.includes(vote.by)) {
    return `"${vote.by}" may not decide on stage "${stage.name}". Its approvers: ${stage.approval.approvers.join(', ')}`;
  }
  const hand = involved.get(vote.by.toLowerCase());
  if (hand !== undefined) return `"${vote.by}" ${hand}, and may not decide on stage "${stage.name}"`;
  if (vote.sha !== undefined && vote.sha !== candidate) return `the vote is for ${vote.sha}, but this release carries ${candidate}`;
  return undefined;
}

function waiting(stages: readonly string[]): string {
  return `. Open for votes: ${stages.join(', ') || 'none'}`;
}

export type Tally =
  | { readonly kind: 'open'; readonly missing: number }
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason?: string };

/** One rejection decides; approvals count once a person, whatever their number of votes. The last vote of a person stands. */
export function tally(stage: Stage, votes: readonly CountedVote[]): Tally {
  if (!stage.approval) return { kind: 'approved', by: [] };
  const last = new Map(votes.filter((vote) => vote.stage === stage.name).map((vote) => [vote.by, vote]));
  const rejection = [...last.values()].find((vote) => vote.verdict === 'reject');
  if (rejection) return { kind: 'rejected', by: rejection.by, ...(rejection.reason && { reason: rejection.reason }) };
  const missing = stage.approval.required - last.size;
  return missing > 0 ? { kind: 'open', missing } : { kind: 'approved', by: [...last.keys()] };
}
