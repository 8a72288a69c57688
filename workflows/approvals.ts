import { condition } from '@temporalio/workflow';
import { involvedIn, refusal, tally } from '../domain/approval.ts';
import type { CountedVote } from '../domain/approval.ts';
import { shortSha } from '../domain/candidate.ts';
import type { Stage } from '../domain/catalog.ts';
import type { Verdict, Vote } from '../domain/decision.ts';
import { vote as voteSchema } from '../domain/decision.ts';
import { spoken } from '../domain/duration.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import { receive } from './inbox.ts';
import { approve, reject } from './messages.ts';
import type { Release } from './release.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';

export type Approvals = ReturnType<typeof openApprovals>;

/** Collects votes from the first moment on, so that an early one is not lost; they are judged once there is a plan. */
export function openApprovals(status: StatusKeeper, starter: string | undefined) {
  const decided = new Set<string>();
  const early: { vote: Vote; verdict: Verdict }[] = [];
  let plan: ReleasePlan | undefined;
  let votes: readonly CountedVote[] = [];
  /** Logins and names of who wrote the candidate's commits; asked for where it matters. */
  let authors: readonly string[] = [];

  for (const [message, verdict] of [[approve, 'approve'], [reject, 'reject']] as const) {
    receive(message, status, {
      schema: voteSchema,
      example: { stage: 'production', by: 'your-login', ...(verdict === 'reject' && { reason: 'why' }) },
      about: `${verdict === 'approve' ? 'Lets' : 'Keeps'} the candidate ${verdict === 'approve' ? 'go on to' : 'from going on to'} a stage`,
      refusal: (vote) => plan && unfit({ ...vote, verdict }, plan),
      accept: (vote) => count(vote, verdict),
    });
  }

  function unfit(vote: CountedVote, { candidate, stages }: ReleasePlan): string | undefined {
    const stage = stages.find(({ name }) => name === vote.stage);
    const involved = stage && vote.verdict === 'approve' ? involvedIn(stage, { starter, authors }) : new Map<string, string>();
    return refusal(vote, { candidate, stages, votes, decided, involved });
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

  /** Judges again the votes that came before it was known who wrote the candidate. */
  async function separated({ approval, name }: Stage, { plan: agreed, work }: Release): Promise<void> {
    if (!approval?.separation?.includes('author')) return;
    const { mirror, pinned, candidate } = agreed;
    authors = await work.writing.authors.executeWithOptions({ summary: name }, [{ repository: mirror, from: pinned, to: candidate }]);
    const judged = votes.map((vote) => ({ vote, why: vote.stage === name ? unfit(vote, agreed) : undefined }));
    votes = judged.flatMap(({ vote, why }) => (why === undefined ? vote : []));
    for (const { vote, why } of judged) if (why !== undefined) status.refused(vote.verdict, why);
  }

  return {
    /** From now on votes are judged by this plan; the early ones are judged first. */
    open(agreed: ReleasePlan): void {
      plan = agreed;
      for (const { vote, verdict } of early.splice(0)) {
        const why = unfit({ ...vote, verdict }, agreed);
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

    /** Waits for as many people as the stage asks for. Ends the release when one of them rejects it, or nobody comes. */
    async approved(stage: Stage, release: Release): Promise<void> {
      if (!stage.approval) return;
      await separated(stage, release);
      const open = () => tally(stage, votes).kind === 'open';
      if (open()) {
        showWaiting(stage);
        release.reporter.tell({ name: `${stage.name}-approval`, line: `${stage.name} waits for approval` });
        await unlessForgotten(stage, release, open);
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
    const barred = involvedIn(stage, { starter, authors });
    const whom = approvers.filter((login) => !barred.has(login.toLowerCase()));
    const payload = { stage: stage.name, by: whom[0] ?? approvers[0]!, sha };
    status.stage(stage.name, 'approval');
    status.enter('approval', {
      waitingFor: {
        what: `approval of ${stage.name}${required > 1 ? ` by ${required} people` : ''}`,
        whom,
        send: [
          { message: 'approve', payload },
          { message: 'reject', payload: { ...payload, reason: 'why' } },
        ],
      },
    });
  }
}

/** Waits while it is open: asks again at the catalog's intervals, and gives up at its deadline. */
async function unlessForgotten(stage: Stage, { plan, status, work }: Release, open: () => boolean): Promise<void> {
  const { timeout = Infinity, escalate } = stage.approval!;
  const began = Date.now();
  for (let asked = 1; ; asked++) {
    const next = Math.min((escalate?.every ?? Infinity) * asked, timeout);
    if (next === Infinity) return condition(() => !open());
    if (await condition(() => !open(), began + next - Date.now())) return;
    if (next === timeout) throw new Stop({ kind: 'unapproved', stage: stage.name, waitedMs: timeout });
    const { channel } = escalate!;
    const line = `has waited for approval for ${spoken(next)}: ${stage.approval!.approvers.join(', ')}`;
    const subject = `${stage.name} of ${plan.component} ${shortSha(plan.candidate)}`;
    const report = { thread: `${plan.id}/${stage.name}-approval`, channel, subject, transition: String(asked), line };
    void work.telling.report.executeWithOptions({ summary: channel }, [report]).catch(() => status.owed(`tell ${channel}: ${subject} ${line}`));
  }
}
