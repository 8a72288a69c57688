import { condition } from '@temporalio/workflow';
import type { CountedVote } from '../domain/approval.ts';
import { refusal, tally } from '../domain/approval.ts';
import type { Stage } from '../domain/catalog.ts';
import type { Verdict, Vote } from '../domain/decision.ts';
import { vote as voteSchema } from '../domain/decision.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import { receive } from './inbox.ts';
import { approve, reject } from './messages.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';

export type Approvals = ReturnType<typeof openApprovals>;

/** Collects votes from the first moment on, so that an early one is not lost; they are judged once there is a plan. */
export function openApprovals(status: StatusKeeper) {
  const decided = new Set<string>();
  const early: { vote: Vote; verdict: Verdict }[] = [];
  let plan: ReleasePlan | undefined;
  let votes: readonly CountedVote[] = [];

  for (const [message, verdict] of [[approve, 'approve'], [reject, 'reject']] as const) {
    receive(message, status, {
      schema: voteSchema,
      example: { stage: 'production', by: 'your-login', ...(verdict === 'reject' && { reason: 'why' }) },
      about: `${verdict === 'approve' ? 'Lets' : 'Keeps'} the candidate ${verdict === 'approve' ? 'go on to' : 'from going on to'} a stage`,
      refusal: (vote) => plan && refusal(vote, { ...plan, votes, decided }),
      accept: (vote) => count(vote, verdict),
    });
  }

  function count(vote: Vote, verdict: Verdict): void {
    if (!plan) {
      early.push({ vote, verdict });
      return;
    }
    const before = votes.findLast((other) => other.stage === vote.stage && other.by === vote.by);
    if (before?.verdict === verdict) return;
    votes = [...votes, { ...vote, verdict }];
    const { stage, by, reason } = vote;
    status.decided({ message: verdict, stage, by, ...(reason && { reason }) });
  }

  return {
    /** From now on votes are judged by this plan; the early ones are judged first. */
    open(agreed: ReleasePlan): void {
      plan = agreed;
      for (const { vote, verdict } of early.splice(0)) {
        const why = refusal(vote, { ...agreed, votes, decided });
        if (why === undefined) count(vote, verdict);
        else status.refused(verdict, why);
      }
    },

    /** From now on the release carries another candidate. Votes were for the one before it: they are void, and their voters see why. */
    carries(agreed: ReleasePlan): void {
      for (const { verdict, stage, by } of votes) {
        status.refused(verdict, `the vote of ${by} on ${stage} is void: it was for ${plan!.candidate}, but the release carries ${agreed.candidate} now`);
      }
      votes = [];
      plan = agreed;
    },

    /** Waits for as many people as the stage asks for. Ends the release when one of them rejects it. */
    async approved(stage: Stage, announce: () => void): Promise<void> {
      if (!stage.approval) return;
      if (tally(stage, votes).kind === 'open') {
        showWaiting(stage);
        announce();
        await condition(() => tally(stage, votes).kind !== 'open');
      }
      decided.add(stage.name);
      const result = tally(stage, votes);
      if (result.kind !== 'rejected') return;
      status.stage(stage.name, 'rejected');
      throw new Stop({ kind: 'rejected', stage: stage.name, by: result.by, ...(result.reason && { reason: result.reason }) });
    },
  };

  function showWaiting(stage: Stage): void {
    const { candidate: sha } = plan!;
    const { approvers, required } = stage.approval!;
    const payload = { stage: stage.name, by: approvers[0]!, sha };
    status.stage(stage.name, 'approval');
    status.enter('approval', {
      waitingFor: {
        what: `approval of ${stage.name}${required > 1 ? ` by ${required} people` : ''}`,
        whom: approvers,
        send: [
          { message: 'approve', payload },
          { message: 'reject', payload: { ...payload, reason: 'why' } },
        ],
      },
    });
  }
}
