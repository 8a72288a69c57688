import { condition } from '@temporalio/workflow';
import type { Gate } from '../../activities/stages/gates.ts';
import type { FoundVote } from '../../activities/people/written-votes.ts';
import { toldStanding } from '../../domain/people/approval.ts';
import { yourLogin } from '../../domain/people/person.ts';
import type { Standing } from '../../domain/people/approval.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { spoken } from '../../domain/text/spoken.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { isMore, toldOutstanding } from '../../domain/environments/outstanding.ts';
import type { Outstanding } from '../../domain/environments/outstanding.ts';
import type { PassagePlan } from '../../domain/stages/passage.ts';
import type { Waiting } from '../../domain/release/status.ts';
import { openBallot } from './ballot.ts';
import type { BallotBox } from './ballot.ts';
import type { Session } from '../release/session.ts';
import { alongside } from '../release/race.ts';
import type { StatusKeeper } from '../release/status.ts';
import { Stop } from '../release/stop.ts';
import { listenTo } from './written-votes.ts';
import type { Stage } from '../../domain/stages/rules.ts';

export interface Approved {
  readonly by: readonly string[];
  readonly told?: Outstanding;
}

export type Approvals = ReturnType<typeof openApprovals>;

/** Asks for approvals of stages, by votes that may come at any time. */
export function openApprovals(status: StatusKeeper, starter: string | undefined) {
  const ballot = openBallot(status, starter);
  const { open, carries } = ballot;

  return {
    open,
    carries,
    void: ballot.void,

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
      const isOpen = () => ballot.tally(stage).kind === 'open' && rival?.() === undefined;
      // Where there is no pull request to write on, votes are signed.
      const pullRequest = stage.approval.assurance === 'verified' && status.get().pullRequest ? listenTo(session, stage, { since: ballot.carried().since, hear: (vote) => hear(vote, stage) }) : undefined;
      await pullRequest?.soFar();
      // Also whoever has voted before is told what for.
      const isEarly = rival !== undefined && rival() === undefined && ballot.tally(stage).kind === 'approved';
      if (isOpen() || isEarly) {
        // Others see that it has come here; people are not asked before it is known what for.
        status.stage(stage.name, 'approval');
        if (rival) status.enter('approval', { waitingFor: { what: `a look at what ${stage.environment} lacks` } });
        try {
          brings = rival && (await clear(stage, session));
          const untold = brings && whyUntold(session.plan, stage, brings);
          if (untold !== undefined) ballot.voidOf(stage.name, untold);
          const isAsked = isOpen();
          if (isAsked) askFor(session, stage, ballot, brings);
          const answered = () => remind(stage, session, { open: isOpen, missing: () => ballot.standing(stage).whom });
          if (isAsked || !isEarly) await (pullRequest ? alongside(() => pullRequest.while(isOpen), answered) : answered());
        } finally {
          ballot.tell(undefined);
        }
      }
      const by = rival?.();
      if (by !== undefined && ballot.tally(stage).kind === 'open') throw new Stop({ kind: 'superseded', stage: stage.name, by });
      ballot.close(stage);
      const result = ballot.tally(stage);
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
      ballot.voidOf(stage.name, `it was for ${toldOutstanding(told)}, but by now it brings ${toldOutstanding(brings)}`);
      return true;
    },
  };

  async function separateDuties(stage: Stage, { plan: { source, before, candidate, component, deployedFrom: { repository } }, work }: Session<PassagePlan>): Promise<void> {
    const { approval, name, environment } = stage;
    if (!approval?.separation?.includes('author')) return;
    ballot.separate(await work.authors({ repository: source, ...(before && { from: before.candidate }), to: candidate, there: { component, environment, repository } }, `read who wrote the candidate of ${name}`), stage);
  }

  function hear({ verdict, by, reason, sha, url, why }: FoundVote, { name: stage }: Stage): void {
    const refused = why ?? ballot.hear({ stage, by, verdict, ...(reason && { reason }), ...(sha && { sha }), proof: { kind: 'github', url } });
    if (refused !== undefined) status.refuse(verdict, `${refused} (${url})`);
  }
}

/** Who approved before anybody was asked, approved the release's own commits: where more comes, or that can't be told, they are asked as the others are. */
function whyUntold({ before }: PassagePlan, { environment }: Stage, brings: NonNullable<Gate['brings']>): string | undefined {
  if ('unknown' in brings) return `it was given before anybody was asked, and what ${environment} lacks can't be told now`;
  return isMore(brings, before?.candidate) ? `it was given before anybody was asked, and it brings ${toldOutstanding(brings)}` : undefined;
}

/** Of one component's candidates the newest waits alone, so that nobody has to say which they mean. */
async function clear({ name: stage, environment }: Stage, { plan: { id: release, component, candidate, source, deployedFrom: { repository } }, work }: Session<PassagePlan>): Promise<Gate['brings']> {
  const { by, brings } = await work.clearGate({ release, component, candidate, stage, source, environment, repository }, `clear the gate of ${stage}`);
  if (by !== undefined) throw new Stop({ kind: 'superseded', stage, by });
  return brings;
}

/** Shows how far the stage that waits has come. */
function show(status: StatusKeeper, stage: Stage, ballot: BallotBox, brings?: string): Standing {
  const found = ballot.standing(stage);
  status.stage(stage.name, 'approval');
  status.enter('approval', { waitingFor: { what: `approval of ${stage.name}${toldStanding(stage, found)}`, whom: found.whom, ...(brings !== undefined && { brings }), ...waysToVote(status, stage, ballot) } });
  return found;
}

/**
 * Those who may approve are asked, by a message of its own: they let in all that the environment lacks, also what somebody has stopped before.
 * Where their votes are not enough that is said, too.
 */
function askFor({ status, reporter }: Session<PassagePlan>, stage: Stage, ballot: BallotBox, brings: Gate['brings']): void {
  const { name, environment } = stage;
  const what = brings && ('unknown' in brings ? `what ${environment} lacks, which can't be told now: ${brings.unknown}` : toldOutstanding(brings));
  const found = show(status, stage, ballot, what);
  const line = `${name} waits for approval${toldAsked(toldStanding(stage, found), what)}`;
  const seen = brings && 'halted' in brings ? brings : undefined;
  const isUrgent = found.isOutOfReach || (seen !== undefined && seen.halted.length > 0);
  reporter.tell({ name: `${name}-approval`, line, wanted: { whom: found.whom, at: environment, ...(seen && { since: seen.runs ?? 'nothing' }), ...waysToVote(status, stage, ballot) }, ...(isUrgent && { urgent: true }) });
  ballot.tell(() => {
    if (ballot.tally(stage).kind !== 'open') return;
    reporter.tell({ name: `${name}-vote`, line: `${name} waits for approval${toldStanding(stage, show(status, stage, ballot, what))}` });
  });
}

function waysToVote(status: StatusKeeper, { name: stage, approval }: Stage, ballot: BallotBox): Pick<Waiting, 'write' | 'send'> {
  const { candidate: sha } = ballot.carried();
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

/** By whom, and of what: a sentence each, where there is more to say than what it brings. */
function toldAsked(standing: string, what: string | undefined): string {
  if (what === undefined) return standing;
  return standing === '' ? ` of ${what}` : `${standing}. It brings ${what}`;
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
