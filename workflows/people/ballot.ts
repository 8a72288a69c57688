import { involvedIn, refusal, standingOf, tally, toldToken } from '../../domain/people/approval.ts';
import type { CountedVote, Standing } from '../../domain/people/approval.ts';
import { vote as voteSchema } from '../../domain/people/decision.ts';
import { isSamePerson, yourLogin } from '../../domain/people/person.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { receive } from '../release/inbox.ts';
import type { StatusKeeper } from '../release/status.ts';
import { now } from '../release/status.ts';
import { proveByToken } from './decision-tokens.ts';
import { approve, reject } from './messages.ts';

export type BallotBox = ReturnType<typeof openBallot>;

/** Collects votes from the first moment on, so that an early one is not lost; they are judged once there is a plan. */
export function openBallot(status: StatusKeeper, starter: string | undefined) {
  const decided = new Set<string>();
  const early: CountedVote[] = [];
  const spent = new Set<string>();
  let plan: PassagePlan | undefined;
  /** Since when it carries its candidate. */
  let since = '';
  let isAmended = false;
  let votes: readonly CountedVote[] = [];
  /** Whoever wants to know of each vote. */
  let heed: (() => void) | undefined;
  /** Logins and names of who wrote the candidate's commits; asked for where it matters. */
  let authors: readonly string[] = [];

  for (const [message, verdict] of [[approve, 'approve'], [reject, 'reject']] as const) {
    receive(message, status, {
      schema: voteSchema,
      example: { stage: 'production', by: yourLogin, ...(verdict === 'reject' && { reason: 'why' }) },
      about: `${verdict === 'approve' ? 'Lets' : 'Keeps'} the candidate ${verdict === 'approve' ? 'go on to' : 'from going on to'} a stage`,
      refusal: (vote) => plan && unfit({ ...vote, verdict }, plan),
      accept: (vote) => (plan ? cast({ ...vote, verdict }, plan) : void early.push({ ...vote, verdict })),
    });
  }

  function unfit(vote: CountedVote, { id: release, candidate, stages }: PassagePlan): string | undefined {
    const stage = stages.find(({ name }) => name === vote.stage);
    const involved = stage && vote.verdict === 'approve' ? involvedIn(stage, { starter, authors }) : new Map<string, string>();
    return refusal(vote, { release, candidate, isAmended, stages, decided, involved, pullRequest: status.get().pullRequest?.url, spent });
  }

  /** Counts a vote that is fit; one by a token once that has been looked at, and then answers why not, if it does not count. */
  function cast({ token, ...vote }: CountedVote, agreed: PassagePlan): undefined | Promise<string | undefined> {
    if (token === undefined) return count(vote);
    return proveByToken({ token, vote, plan: agreed }).then((proven) => ('why' in proven ? proven.why : countIfFit(proven.vote)));
  }

  function countIfFit(vote: CountedVote): string | undefined {
    const why = unfit(vote, plan!);
    if (why === undefined) count(vote);
    return why;
  }

  function count(vote: CountedVote): undefined {
    const { verdict, stage, by, reason, proof } = vote;
    if (proof?.kind === 'token') spent.add(proof.jti);
    const before = votes.findLast((other) => other.stage === stage && isSamePerson(other.by, by));
    if (before?.verdict === verdict) return;
    votes = [...votes, vote];
    heed?.();
    const known = proof && { evidence: proof.kind === 'github' ? proof.url : toldToken(proof) };
    status.record({ message: verdict, stage, by, ...(reason && { reason }), assurance: known ? 'verified' : 'claimed', ...known });
  }

  /** These votes don't count any more, and their voters see why. */
  function annul(isVoid: (vote: CountedVote) => boolean, why: string): void {
    for (const { verdict, stage, by } of votes.filter(isVoid)) status.refuse(verdict, `the vote of ${by} on ${stage} is void: ${why}`);
    votes = votes.filter((vote) => !isVoid(vote));
  }

  return {
    /** From now on votes are judged by this plan; the early ones are judged first. */
    open(agreed: PassagePlan): void {
      plan = agreed;
      since = now();
      for (const vote of early.splice(0)) {
        const why = unfit(vote, agreed) ?? cast(vote, agreed);
        if (typeof why === 'string') status.refuse(vote.verdict, why);
        else void why?.then((late) => late !== undefined && status.refuse(vote.verdict, late));
      }
    },
    /** From now on the release carries another candidate: votes were for the one before it. */
    carries(agreed: PassagePlan): void {
      if (agreed.candidate === plan!.candidate) return;
      annul(() => true, `it was for ${plan!.candidate}, but the release carries ${agreed.candidate} now`);
      decided.clear();
      isAmended = true;
      plan = agreed;
      since = now();
    },
    /** What was voted on is not what it carries any more, though its candidate is. */
    void(why: string): void {
      annul(() => true, why);
      decided.clear();
    },
    /** The votes on one stage are for less than it brings by now. */
    voidOf(stage: string, why: string): void {
      annul((vote) => vote.stage === stage, why);
      decided.delete(stage);
    },
    /** Judges again the votes that came before it was known who wrote the candidate. */
    separate(wrote: readonly string[], { name }: Stage): void {
      authors = wrote;
      const judged = votes.map((vote) => ({ vote, why: vote.stage === name ? unfit(vote, plan!) : undefined }));
      votes = judged.flatMap(({ vote, why }) => (why === undefined ? vote : []));
      for (const { vote, why } of judged) if (why !== undefined) status.refuse(vote.verdict, why);
    },
    /** Counts one that somebody has written. @returns why it does not count, if so */
    hear: countIfFit,
    /** More votes on it come too late. */
    close: ({ name }: Stage): void => void decided.add(name),
    /** Each vote is news to `whoever`, for as long as there is somebody. */
    tell(whoever: (() => void) | undefined): void {
      heed = whoever;
    },
    tally: (stage: Stage) => tally(stage, votes),
    standing: (stage: Stage): Standing => standingOf(stage, votes, involvedIn(stage, { starter, authors })),
    carried: () => ({ candidate: plan!.candidate, since }),
  };
}
