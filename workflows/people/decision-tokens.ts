import { workflowInfo } from '@temporalio/workflow';
import type { CountedVote } from '../../domain/people/approval.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import { unpaced } from '../release/work.ts';
import { rootMessage } from '../release/conclusion.ts';

interface VoteByToken {
  readonly token: string;
  readonly vote: CountedVote;
  readonly plan: PassagePlan;
}

/** Has a worker look at a vote's token, which takes seconds. Never fails: a vote that could not be verified does not count. */
export async function proveByToken({ token, vote, plan }: VoteByToken): Promise<{ readonly vote: CountedVote } | { readonly why: string }> {
  const { by, stage, verdict } = vote;
  const { approvers } = plan.stages.find(({ name }) => name === stage)!.approval!;
  const startedAt = workflowInfo().startTime.toISOString();
  const about = { by, stage, verdict, release: plan.id, sha: plan.candidate, startedAt };
  try {
    const answer = await unpaced.verifyToken({ token, approvers, vote: about }, `verify the token: ${verdict} ${stage}`);
    if (answer.kind === 'refused') return { why: answer.why };
    return { vote: { ...vote, sha: plan.candidate, proof: { ...answer, kind: 'token' } } };
  } catch (failure) {
    return { why: `the token could not be verified in time: ${rootMessage(failure)}. Send it again` };
  }
}
