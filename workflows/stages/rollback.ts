import { shortSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { delivered } from './deployment.ts';
import { holding } from './leases.ts';
import type { Lease } from './leases.ts';
import type { Passage, Touched } from './passage.ts';
import type { Stage } from '../../domain/stages/rules.ts';
import { promotionKey, rollbackKey } from '../../domain/release/keys.ts';

/** What a release leaves in an environment, in the words of its outcome. */
export function remains({ environment }: Stage): string {
  return `${environment} runs it`;
}

/**
 * Brings back what ran before wherever this release has deployed, newest stage first; where something else runs by now,
 * it has no say. One that fails does not keep the others from being rolled back, and is named as owed.
 */
export async function rolledBack(passage: Passage): Promise<void> {
  const { status, touched } = passage;
  for (let last = touched.pop(); last; last = touched.pop()) {
    const back = last;
    const done = await holding(passage, back.stage, { ...before(passage, back), purpose: 'rollback' }, async (lease) => {
      await broughtBack(passage, back, lease);
      return true;
    });
    if (done) continue;
    status.staysNot(remains(back.stage));
    status.stays(`${back.stage.environment} runs something else by now`);
  }
}

/** Brings back what ran in one environment, which the release has. */
export async function broughtBack(passage: Passage, touched: Touched, lease: Lease): Promise<void> {
  const { plan, status, reporter } = passage;
  const { stage } = touched;
  const { name, environment } = stage;
  const version = before(passage, touched);
  status.stage(name, 'rollingBack');
  status.enter('rollingBack', { waitingFor: { what: `the rollback of ${environment}` } });
  reporter.tell({ name: `${name}-rollback`, line: `rolling ${environment} back to ${shortSha(version.candidate)}` });
  const { state } = await delivered(passage, stage, { key: rollbackKey(promotionKey(plan, name)), ...version }, lease);
  status.staysNot(remains(stage));
  if (state === 'succeeded') {
    status.stage(name, 'rolledBack');
    status.undone(`${environment}: ${shortSha(version.candidate)} again`);
  } else {
    status.stage(name, 'failed');
    status.owed(`roll ${environment} back to ${shortSha(version.candidate)}`);
  }
}

/** The version before this release; where no record tells, what its plan takes the place of. */
function before({ plan }: Passage, { previous }: Touched): { readonly candidate: Sha; readonly sha: Sha } {
  const { candidate, sha } = previous && previous.release !== plan.id ? previous : plan.before;
  return { candidate, sha };
}
