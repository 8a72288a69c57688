import { condition } from '@temporalio/workflow';
import type { Gate } from '../../activities/stages/gates.ts';
import type { FoundVote } from '../../activities/people/written-votes.ts';
import { involvedIn, refusal, standingOf, tally, toldStanding } from '../../domain/people/approval.ts';
import { isSamePerson, yourLogin } from '../../domain/people/person.ts';
import type { CountedVote, Standing } from '../../domain/people/approval.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { vote as voteSchema } from '../../domain/people/decision.ts';
import { spoken } from '../../domain/text/spoken.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { toldOutstanding } from '../../domain/environments/outstanding.ts';
import type { Outstanding } from '../../domain/environments/outstanding.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import type { Waiting } from '../../domain/release/status.ts';
import { proveByToken } from './decision-tokens.ts';
import { receive } from '../release/inbox.ts';
import { approve, reject } from './messages.ts';
import type { Session } from '../release/session.ts';
import { alongside } from '../release/race.ts';
import type { StatusKeeper } from '../release/status.ts';
import { now } from '../release/status.ts';
import { Stop } from '../release/stop.ts';
import { listenTo } from './written-votes.ts';
import type { Stage } from '../../domain/stages/rules.ts';

export interface Approved {
  readonly by: readonly string[];
  readonly told?: Outstanding;
}

export type Approvals = ReturnType<typeof openApprovals>;

/** Collects votes from the first moment on, so that an early one is not lost; they are judged once there is a plan. */
export function openApprovals(status: StatusKeeper, starter: string | undefined) {
  const decided = new Set<string>();
  const early: CountedVote[] = [];
  const spent = new Set<string>();
  let plan: PassagePlan | undefined;
  /** Since when it carries its candidate. */
  let since = '';
  let isAmended = false;
  let votes: readonly CountedVote[] = [];
  /** Shows, and tells, how far the stage that waits has come. */
  let waiting: (() => void) | undefined;
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
    waiting?.();
    const known = proof && { evidence: proof.kind === 'github' ? proof.url : `token ${proof.jti}, signed with ${proof.kid}` };
    status.record({ message: verdict, stage, by, ...(reason && { reason }), assurance: known ? 'verified' : 'claimed', ...known });
  }

  /** Judges again the votes that came before it was known who wrote the candidate. */
  async function separateDuties({ approval, name, environment }: Stage, { plan: agreed, work }: Session<PassagePlan>): Promise<void> {
    if (!approval?.separation?.includes('author')) return;
    const { source, before, candidate, component, deployedFrom: { repository } } = agreed;
    authors = await work.authors({ repository: source, ...(before && { from: before.candidate }), to: candidate, there: { component, environment, repository } }, `read who wrote the candidate of ${name}`);
    const judged = votes.map((vote) => ({ vote, why: vote.stage === name ? unfit(vote, agreed) : undefined }));
    votes = judged.flatMap(({ vote, why }) => (why === undefined ? vote : []));
    for (const { vote, why } of judged) if (why !== undefined) status.refuse(vote.verdict, why);
  }

  function hear({ verdict, by, reason, sha, url, why }: FoundVote, { name: stage }: Stage): void {
    const refused = why ?? countIfFit({ stage, by, verdict, ...(reason && { reason }), ...(sha && { sha }), proof: { kind: 'github', url } });
    if (refused !== undefined) status.refuse(verdict, `${refused} (${url})`);
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

    /** What was voted on is not what it carries any more, though its candidate is. */
    void(why: string): void {
      for (const { verdict, stage, by } of votes) status.refuse(verdict, `the vote of ${by} on ${stage} is void: ${why}`);
      votes = [];
      decided.clear();
    },

    /** From now on the release carries another candidate. Votes were for the one before it: they are void, and their voters see why. */
    carries(agreed: PassagePlan): void {
      if (agreed.candidate === plan!.candidate) return;
      for (const { verdict, stage, by } of votes) {
        status.refuse(verdict, `the vote of ${by} on ${stage} is void: it was for ${plan!.candidate}, but the release carries ${agreed.candidate} now`);
      }
      votes = [];
      decided.clear();
      isAmended = true;
      plan = agreed;
      since = now();
    },

    /**
     * Waits for as many people as the stage asks for. Ends the release when one of them rejects it, nobody comes, or a newer candidate has come
     * as far: `rival` names its release.
     *
     * @returns who they were, and what they were told that it brings
     */
    async collect(stage: Stage, session: Session<PassagePlan>, rival?: () => string | undefined): Promise<Approved> {
      if (!stage.approval) return { by: [] };
      let brings: Gate['brings'];
      await separateDuties(stage, session);
      const open = () => tally(stage, votes).kind === 'open' && rival?.() === undefined;
      // Where there is no pull request to write on, votes are signed.
      const pullRequest = stage.approval.assurance === 'verified' && status.get().pullRequest ? listenTo(session, stage, { since, hear: (vote) => hear(vote, stage) }) : undefined;
      await pullRequest?.soFar();
      if (open()) {
        // Others see that it has come here; people are not asked before it is known what for.
        status.stage(stage.name, 'approval');
        if (rival) status.enter('approval', { waitingFor: { what: `a look at what ${stage.environment} lacks` } });
        try {
          brings = rival && (await clear(stage, session));
          if (open()) askFor(stage, session, brings);
          const answered = () => remind(stage, session, { open, missing: () => standing(stage).whom });
          await (pullRequest ? alongside(() => pullRequest.while(open), answered) : answered());
        } finally {
          waiting = undefined;
        }
      }
      const by = rival?.();
      if (by !== undefined && tally(stage, votes).kind === 'open') throw new Stop({ kind: 'superseded', stage: stage.name, by });
      decided.add(stage.name);
      const result = tally(stage, votes);
      if (result.kind !== 'rejected') return { by: result.kind === 'approved' ? result.by : [], ...(brings && 'total' in brings && { told: brings }) };
      status.stage(stage.name, 'rejected');
      throw new Stop({ kind: 'rejected', stage: stage.name, by: result.by, ...(result.reason && { reason: result.reason }) });
    },

    /**
     * Whether it would bring more by now than people were told who have approved it: somebody has taken the environment back meanwhile. Then their votes are void.
     *
     * @param runs what the environment runs of the component
     */
    async outgrown(stage: Stage, session: Session<PassagePlan>, { told, runs }: { readonly told: Outstanding | undefined; readonly runs: Sha | undefined }): Promise<boolean> {
      if (told?.runs === undefined || runs === undefined || runs === told.runs) return false;
      const brings = await clear(stage, session);
      if (!brings || !('total' in brings) || brings.total <= told.total) return false;
      for (const { verdict, by } of votes.filter((vote) => vote.stage === stage.name)) {
        session.status.refuse(verdict, `the vote of ${by} on ${stage.name} is void: it was for ${toldOutstanding(told)}, but by now it brings ${toldOutstanding(brings)}`);
      }
      votes = votes.filter((vote) => vote.stage !== stage.name);
      decided.delete(stage.name);
      return true;
    },
  };

  /** Of one component's candidates the newest waits alone, so that nobody has to say which they mean. */
  async function clear({ name: stage, environment }: Stage, { plan: { id: release, component, candidate, source, deployedFrom: { repository } }, work }: Session<PassagePlan>): Promise<Gate['brings']> {
    const { by, brings } = await work.clearGate({ release, component, candidate, stage, source, environment, repository }, `clear the gate of ${stage}`);
    if (by !== undefined) throw new Stop({ kind: 'superseded', stage, by });
    return brings;
  }

  function standing(stage: Stage): Standing {
    return standingOf(stage, votes, involvedIn(stage, { starter, authors }));
  }

  function show(stage: Stage, brings?: string): Standing {
    const found = standing(stage);
    status.stage(stage.name, 'approval');
    status.enter('approval', { waitingFor: { what: `approval of ${stage.name}${toldStanding(stage, found)}`, whom: found.whom, ...(brings !== undefined && { brings }), ...waysToVote(stage) } });
    return found;
  }

  /**
   * Those who may approve are asked, by a message of its own: they let in all that the environment lacks, also what somebody has stopped before.
   * Where their votes are not enough that is said, too.
   */
  function askFor(stage: Stage, { reporter }: Session<PassagePlan>, brings: Gate['brings']): void {
    const { name, environment } = stage;
    const what = brings && ('unknown' in brings ? `what ${environment} lacks, which can't be told now: ${brings.unknown}` : toldOutstanding(brings));
    const found = show(stage, what);
    const line = `${name} waits for approval${what === undefined ? '' : ` of ${what}`}`;
    const seen = brings && 'halted' in brings ? brings : undefined;
    const isUrgent = found.isOutOfReach || (seen !== undefined && seen.halted.length > 0);
    reporter.tell({ name: `${name}-approval`, line: line + toldStanding(stage, found), wanted: { whom: found.whom, at: environment, ...(seen && { since: seen.runs ?? 'nothing' }), ...waysToVote(stage) }, ...(isUrgent && { urgent: true }) });
    waiting = () => {
      if (tally(stage, votes).kind !== 'open') return;
      reporter.tell({ name: `${name}-vote`, line: `${name} waits for approval${toldStanding(stage, show(stage, what))}` });
    };
  }

  function waysToVote({ name: stage, approval }: Stage): Pick<Waiting, 'write' | 'send'> {
    const { candidate: sha } = plan!;
    const isVerified = approval!.assurance === 'verified';
    const payload = { stage, by: yourLogin, sha, ...(isVerified && { token: 'signed.decision.token' }) };
    const send = [
      { message: 'approve', payload },
      { message: 'reject', payload: { ...payload, reason: 'why' } },
    ];
    const { pullRequest } = status.get();
    if (!isVerified || !pullRequest) return { send };
    return { send, write: { on: pullRequest.url, texts: [`/approve ${stage} ${shortSha(sha)}`, `/reject ${stage} why`] } };
  }
}

/** Waits while it is open: asks again at the catalog's intervals, and gives up at its deadline. */
async function remind(stage: Stage, { plan, status, work }: Session<PassagePlan>, { open, missing }: { readonly open: () => boolean; readonly missing: () => readonly string[] }): Promise<void> {
  const { timeout = Infinity, escalate } = stage.approval!;
  const began = Date.now();
  for (let asked = 1; ; asked++) {
    const next = Math.min((escalate?.every ?? Infinity) * asked, timeout);
    if (next === Infinity) return condition(() => !open());
    if (await condition(() => !open(), began + next - Date.now())) return;
    if (next === timeout) throw new Stop({ kind: 'unapproved', stage: stage.name, waitedMs: timeout });
    const { channel } = escalate!;
    const line = `has waited for approval for ${spoken(next)}: ${missing().join(', ')}`;
    const subject = `${stage.name} of ${plan.component} ${shortSha(plan.candidate)}`;
    const report = { thread: `${plan.id}/${stage.name}-approval`, channel, subject, transition: String(asked), line };
    void work.report(report, `remind ${channel}`).catch(() => status.owe(`tell ${channel}: ${subject} ${line}`));
  }
}
