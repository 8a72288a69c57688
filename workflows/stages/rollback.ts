import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { deliver } from './deployment.ts';
import { insist } from '../people/obligations.ts';
import { remains } from './remains.ts';
import { toldRunning } from './contents.ts';
import { holdEnvironment } from './leases.ts';
import type { Lease } from './leases.ts';
import type { Passage, Touched } from './passage.ts';
import { promotionKey, rollbackKey } from '../../domain/release/keys.ts';

const nothingBefore = 'nothing is known to have run there before';

/**
 * Brings back what ran before wherever this release has deployed, newest stage first; where something else runs by now,
 * it has no say. One that fails does not keep the others from being rolled back, and is named as owed.
 */
export async function rollBack(passage: Passage): Promise<void> {
  const { status, touched } = passage;
  for (let last = touched.pop(); last; last = touched.pop()) {
    const back = last;
    const { environment } = back.stage;
    const version = before(passage, back);
    if (!version) {
      status.owe(`take it off ${environment}: ${nothingBefore}`);
      continue;
    }
    const result = await holdEnvironment(passage, back.stage, { ...version, purpose: 'rollback' }, async (lease) => {
      const hindrance = await findHindrance(passage, back);
      if (hindrance === undefined) await bringBack(passage, back, lease);
      return { hindrance };
    });
    if (!result) {
      status.staysNot(remains(back.stage));
      status.stays(`${environment} runs something else by now`);
    } else if (result.hindrance !== undefined) {
      status.owe(`roll ${environment} back to ${shortSha(version.candidate)}: ${result.hindrance}`);
    }
  }
}

/** Why what ran before can't be brought back: something else runs there by now, or other components would go back with it. */
export async function findHindrance(passage: Passage, touched: Touched): Promise<string | undefined> {
  const { plan, work } = passage;
  const { environment } = touched.stage;
  const to = before(passage, touched)?.sha;
  if (to === undefined) return nothingBefore;
  const { candidate } = before(passage, touched)!;
  if (plan.names && plan.names[candidate] === undefined) return `no release of ${shortSha(candidate)} is known, by which it could be deployed`;
  const { component, deployedFrom: { repository } } = plan;
  const look = { environment, repository, component, sha: touched.sha, to };
  const answer = await insist(passage, `a look at what ${environment} runs`, () => work.compareRollback(look, `compare with what ${environment} runs`));
  switch (answer.kind) {
    case 'mayGo':
      return undefined;
    case 'elsewhere':
      return `${environment} runs ${toldRunning(answer.runs)}`;
    case 'takesBack':
      return `${shortSha(to)} would take ${answer.others.join(', ')} back, too`;
  }
}

/** Brings back what ran in one environment, which the release has. */
export async function bringBack(passage: Passage, touched: Touched, lease: Lease): Promise<void> {
  const { plan, status, reporter } = passage;
  const { stage } = touched;
  const { name, environment } = stage;
  const version = before(passage, touched)!;
  status.stage(name, 'rollingBack');
  status.enter('rollingBack', { waitingFor: { what: `the rollback of ${environment}` } });
  reporter.tell({ name: `${name}-rollback`, line: `rolling ${environment} back to ${shortSha(version.candidate)}` });
  const { state } = await deliver(passage, stage, { key: rollbackKey(promotionKey(plan, name)), ...version }, lease);
  status.staysNot(remains(stage));
  if (state === 'succeeded') {
    status.stage(name, 'rolledBack');
    status.noteUndone(`${environment}: ${shortSha(version.candidate)} again`);
  } else {
    status.stage(name, 'failed');
    status.owe(`roll ${environment} back to ${shortSha(version.candidate)}`);
  }
}

/** The version before this release; where no record tells, what its plan takes the place of; undefined where that does not tell, either. */
function before({ plan }: Passage, { previous }: Touched): { readonly candidate: Sha; readonly sha: Sha } | undefined {
  const version = previous && previous.release !== plan.id ? previous : plan.before;
  return version && { candidate: version.candidate, sha: version.sha };
}
