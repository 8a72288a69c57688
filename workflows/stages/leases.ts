import { condition } from '@temporalio/workflow';
import { shortSha } from '../../domain/code/commit.ts';
import type { Delivered } from '../../activities/environments/contents.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Claim, Deployed, Frozen, Landing } from '../../domain/environments/claim.ts';
import type { ContentStanding } from '../../domain/environments/contents.ts';
import { whyFrozen } from './grants.ts';
import type { Delivery, Grant } from './grants.ts';
import { fulfil, insist } from '../people/obligations.ts';
import type { Passage } from './passage.ts';
import { now } from '../release/status.ts';
import { Stop } from '../release/stop.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { promotionKey, rollbackKey } from '../../domain/release/keys.ts';

/** An environment may have forgotten a claim only if it was terminated; ms. */
const mostPatience = 6 * 3_600_000;

interface Granted extends Grant {
  /** How what comes stood to what ran there when it was granted, where that was looked up at once. */
  readonly standing?: ContentStanding;
}

/** What a release does with an environment while it has it. */
export interface Lease extends Granted {
  /**
   * A deployment is in the air: until it is known how it ended, nobody else may deploy.
   * @returns what the environment is to be told if it succeeds
   */
  bring(delivery: Delivery): Landing;
  /** The last one has ended. */
  settle(state: 'succeeded' | 'failed'): void;
  /** Gives it back before the end, if the environment shows this at once: answers whether it does. */
  leave(shows: Delivered): Promise<boolean>;
}

/** People have something against what was to be promoted: the environment is others' meanwhile. */
export class Objected extends Error {}

export interface Wish {
  readonly candidate: Sha;
  readonly sha: Sha;
  readonly purpose: Claim['purpose'];
}

/**
 * Runs `body` while the environment is this release's alone, and gives it back afterwards. A deployment whose end is not
 * known keeps it: the environment finds out for itself once the release is gone.
 *
 * @returns undefined when the environment would not have it: a rollback where something else runs by now
 */
export async function holdEnvironment<T>(passage: Passage, stage: Stage, wish: Wish, body: (lease: Lease) => Promise<T>): Promise<T | undefined> {
  const claim = claimOf(passage, stage, wish);
  const { environment, key, component } = claim;
  const { work } = passage;
  let claims = true;
  let isGranted = false;
  let settled = true;
  let hasLeft = false;
  let next: Landing['runs'] | undefined;
  let runs: Deployed | undefined;
  const leaving = () => ({ environment, key, component, ...(runs && { runs }) });
  try {
    const grant = await turn(passage, stage, claim);
    claims = isGranted = grant !== undefined;
    if (!grant) return undefined;
    return await body({
      ...grant,
      bring({ key: delivery, candidate, sha }) {
        settled = false;
        next = { candidate, sha, release: passage.plan.id };
        return { environment, fence: grant.fence, key: delivery, component, runs: next };
      },
      settle(state) {
        settled = true;
        if (state === 'succeeded') runs = { ...next!, since: now() };
      },
      async leave(shows) {
        const answer = await insist(passage, `a look at what ${environment} runs`, () => work.leaveEnvironment({ ...leaving(), shows }, `leave ${environment}`));
        hasLeft = answer === 'left';
        return hasLeft;
      },
    });
  } catch (failure) {
    claims = isGranted || !(failure instanceof Stop && failure.reason.kind === 'superseded');
    throw failure;
  } finally {
    if (claims && settled && !hasLeft) {
      // Given up, the environment finds out for itself once the release is gone.
      await fulfil(passage, { what: `giving ${environment} back`, act: () => work.leaveEnvironment(leaving(), `leave ${environment}`) });
    }
  }
}

/** Waits until it is this release's turn; undefined when it never will be. */
async function turn(passage: Passage, stage: Stage, claim: Claim): Promise<Granted | undefined> {
  const { leases, objections, plan, status, work, reporter } = passage;
  const { key, environment } = claim;
  leases.forget(environment, key);
  const ask = () => work.claimEnvironment({ claim, mirror: plan.source }, `claim ${environment}`);
  for (let patience = plan.pace.attempt * 10; ; patience = Math.min(patience * 2, mostPatience)) {
    const answer = await insist(passage, `the claim of ${environment}`, ask);
    switch (answer.kind) {
      case 'granted':
        return answer;
      case 'refused':
        return undefined;
      case 'objected':
        objections.learn({ ...answer.objection, candidate: claim.candidate });
        throw new Objected();
      case 'outdated':
        throw new Stop({ kind: 'superseded', stage: stage.name, by: shortSha(answer.by) });
      case 'queued': {
        const what = told(environment, answer);
        status.stage(stage.name, 'queued');
        status.enter('queued', { waitingFor: { what } });
        reporter.tell({ name: `${stage.name}-queued`, line: `${stage.name} waits for ${what}` });
      }
    }
    await condition(() => leases.grants.has(key) || leases.rivals.has(key), patience);
    const by = leases.rivals.get(key);
    if (by) throw new Stop({ kind: 'superseded', stage: stage.name, by });
    const grant = leases.grants.get(key);
    if (grant) return grant;
  }
}

function told(environment: string, { behind, frozen, outage }: { readonly behind: readonly string[]; readonly frozen?: Frozen; readonly outage?: string }): string {
  if (outage !== undefined) return `${environment}, which can't find out what it runs: ${outage}`;
  if (behind.length > 0) return `${environment}, behind ${behind.join(', ')}`;
  return frozen ? `the thaw of ${environment}${whyFrozen(frozen)}` : environment;
}

function claimOf({ plan }: Passage, { name, environment, promote }: Stage, { candidate, sha, purpose }: Wish): Claim {
  const { id, component, deployedFrom, pace } = plan;
  const key = promotionKey(plan, name);
  return {
    key: purpose === 'promote' ? key : rollbackKey(key),
    environment,
    release: id,
    component,
    candidate,
    sha,
    purpose,
    deployment: { repository: deployedFrom.repository, mechanism: promote },
    pace,
  };
}
