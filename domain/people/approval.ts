import type { DecisionClaims } from './decision-token.ts';
import type { Sha } from '../code/commit.ts';
import type { Verdict, Vote } from './decision.ts';
import { folded, isSamePerson } from './person.ts';
import { unknownName } from '../text/nearest-name.ts';
import { teamsIn } from './teams.ts';
import type { Approval, Stage } from '../stages/rules.ts';

/** How it is known that a vote is its voter's: they wrote it on the forge, or signed it. */
export type Proof =
  | { readonly kind: 'github'; readonly url: string }
  | { readonly kind: 'token'; readonly jti: string; readonly kid: string; readonly account?: DecisionClaims['account'] };

/** A vote to be counted. Without a proof, who voted is a claim. */
export type CountedVote = Vote & { readonly verdict: Verdict; readonly proof?: Proof };

export interface Ballot {
  readonly release: string;
  readonly candidate: Sha;
  /** The release has carried another candidate before. */
  readonly isAmended: boolean;
  readonly stages: readonly Stage[];
  /** Names of the stages that are over, or past their approval. */
  readonly decided: ReadonlySet<string>;
  /** Who had a hand in the release, by login in lower case, and how: "wrote a commit of it". */
  readonly involved: Involved;
  /** URL, once there is one. */
  readonly pullRequest?: string | undefined;
  /** Ids of the tokens that have voted. */
  readonly spent: ReadonlySet<string>;
}

export type Involved = ReadonlyMap<string, string>;

/** Who may not approve this stage, however many of the approvers that leaves. Git's authors are known by login or by name. */
export function involvedIn({ approval }: Stage, { starter, authors }: { readonly starter?: string | undefined; readonly authors: readonly string[] }): Involved {
  const { separation = [] } = approval ?? {};
  return new Map([
    ...(separation.includes('author') ? authors.map((author) => [folded(author), 'wrote a commit of it'] as const) : []),
    ...(separation.includes('starter') && starter !== undefined ? [[folded(starter), 'started the release'] as const] : []),
  ]);
}

/** Why a vote does not count, or undefined if it does. A token that it carries is still to be looked at. */
export function refusal(vote: Omit<CountedVote, 'verdict'>, { release, candidate, isAmended, stages, decided, involved, pullRequest, spent }: Ballot): string | undefined {
  const voting = stages.filter((stage) => stage.approval && !decided.has(stage.name)).map((stage) => stage.name);
  const stage = stages.find(({ name }) => name === vote.stage);
  if (!stage) return unknownName('stage', vote.stage, stages.map(({ name }) => name)) + waiting(voting);
  if (!stage.approval) return `stage "${stage.name}" needs no approval` + waiting(voting);
  if (decided.has(stage.name)) return `stage "${stage.name}" has been decided already` + waiting(voting);
  const isKnown = vote.token !== undefined || vote.proof !== undefined;
  if (!isNamed(stage.approval, vote.by) && !(isKnown && teamsIn(stage.approval).length > 0)) return notAnApprover(vote.by, stage.name, stage.approval);
  if (stage.approval.assurance === 'verified' && !isKnown) return unverified(vote, { release, pullRequest });
  const hand = involved.get(folded(vote.by));
  if (hand !== undefined) return `"${vote.by}" ${hand}, and may not decide on stage "${stage.name}"`;
  if (vote.sha !== undefined && vote.sha !== candidate) return `the vote is for ${vote.sha}, but this release carries ${candidate}`;
  // Whoever looked before the amend, and sends what they had ready, would approve what they have not seen. A token names the commit itself.
  if (isAmended && vote.sha === undefined && vote.token === undefined) return `this release has carried another commit before: the vote has to say that it is for ${candidate}`;
  if (vote.proof?.kind === 'token' && spent.has(vote.proof.jti)) return `the token ${vote.proof.jti} has voted already`;
  return undefined;
}

function waiting(stages: readonly string[]): string {
  return `. Open for votes: ${stages.join(', ') || 'none'}`;
}

/** Whether the catalog names this person. Who is in a team is the forge's to say. */
export function isNamed({ approvers }: Pick<Approval, 'approvers'>, login: string): boolean {
  return approvers.some((approver) => isSamePerson(approver, login));
}

export function notAnApprover(login: string, stage: string, { approvers }: Pick<Approval, 'approvers'>): string {
  return `"${login}" may not decide on stage "${stage}". Its approvers: ${approvers.join(', ')}`;
}

function unverified({ stage, by }: Vote, { release, pullRequest = 'its pull request' }: { readonly release: string; readonly pullRequest?: string | undefined }): string {
  return (
    `a vote on stage "${stage}" counts only when it is verified who cast it. Either comment "/approve ${stage}" or "/reject ${stage} <reason>" on ${pullRequest}, ` +
    `or sign it: slipway approve ${release} --stage ${stage} --by ${by} --token <token>`
  );
}

export type Tally =
  | { readonly kind: 'open'; readonly missing: number }
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  | { readonly kind: 'rejected'; readonly by: string; readonly reason?: string };

/** One rejection decides; approvals count once a person, whatever their number of votes. The last vote of a person stands. */
export function tally(stage: Stage, votes: readonly CountedVote[]): Tally {
  if (!stage.approval) return { kind: 'approved', by: [] };
  const last = new Map(votes.filter((vote) => vote.stage === stage.name).map((vote) => [folded(vote.by), vote]));
  const rejection = [...last.values()].find((vote) => vote.verdict === 'reject');
  if (rejection) return { kind: 'rejected', by: rejection.by, ...(rejection.reason && { reason: rejection.reason }) };
  const missing = stage.approval.required - last.size;
  return missing > 0 ? { kind: 'open', missing } : { kind: 'approved', by: [...last.values()].map(({ by }) => by) };
}

/** How an approval stands that is still open. */
export interface Standing {
  readonly required: number;
  /** Who has approved so far. */
  readonly by: readonly string[];
  /** Who may still do so: nobody is asked twice, nor who may not. Of a team it is not known who has voted. */
  readonly whom: readonly string[];
  /** However all of them vote, it is not enough. */
  readonly isOutOfReach: boolean;
}

export function standingOf(stage: Stage, votes: readonly CountedVote[], involved: Involved): Standing {
  const { approvers = [], required = 0 } = stage.approval ?? {};
  const by = [...new Map(votes.filter((vote) => vote.stage === stage.name && vote.verdict === 'approve').map((vote) => [folded(vote.by), vote.by])).values()];
  const whom = [...new Map(approvers.map((one) => [folded(one), one])).values()].filter((one) => !involved.has(folded(one)) && !by.some((voter) => isSamePerson(voter, one)));
  return { required, by, whom, isOutOfReach: teamsIn({ approvers }).length === 0 && by.length + whom.length < required };
}

/** " by 2 people: 1 of 2, by alice. …" */
export function toldStanding({ approval }: Stage, { required, by, whom, isOutOfReach }: Standing): string {
  const people = required > 1 ? ` by ${required} people` : '';
  const soFar = by.length > 0 ? `: ${by.length} of ${required}, by ${by.join(', ')}` : '';
  if (!isOutOfReach) return `${people}${soFar}`;
  const separation = approval?.separation?.join(' and ') ?? 'nobody';
  return `${people}${soFar}; it can't be reached: separation of duties (${separation}) leaves ${whom.join(', ') || 'nobody'}. Reject or abort it, and name more approvers`;
}

/** What stands in the record of a vote by a token. */
export function toldToken({ jti, kid, account }: Extract<Proof, { kind: 'token' }>): string {
  return `token ${jti}, signed with ${kid}${account ? ` for ${account.subject} at ${account.issuer}` : ''}`;
}
