import { shortSha } from '../../domain/code/commit.ts';
import { delivered } from './deployment.ts';
import { holding } from './leases.ts';
import type { Lease } from './leases.ts';
import type { Release, Touched } from '../component/release.ts';
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
export async function rolledBack(release: Release): Promise<void> {
  const { status, touched } = release;
  for (let last = touched.pop(); last; last = touched.pop()) {
    const back = last;
    const done = await holding(release, back.stage, { ...before(release, back), purpose: 'rollback' }, async (lease) => {
      await broughtBack(release, back, lease);
      return true;
    });
    if (done) continue;
    status.staysNot(remains(back.stage));
    status.stays(`${back.stage.environment} runs something else by now`);
  }
}

/** Brings back what ran in one environment, which the release has. */
export async function broughtBack(release: Release, touched: Touched, lease: Lease): Promise<void> {
  const { plan, status, reporter } = release;
  const { stage } = touched;
  const { name, environment } = stage;
  const version = before(release, touched);
  status.stage(name, 'rollingBack');
  status.enter('rollingBack', { waitingFor: { what: `the rollback of ${environment}` } });
  reporter.tell({ name: `${name}-rollback`, line: `rolling ${environment} back to ${shortSha(version.candidate)}` });
  const { state } = await delivered(release, stage, { key: rollbackKey(promotionKey(plan, name)), ...version }, lease);
  status.staysNot(remains(stage));
  if (state === 'succeeded') {
    status.stage(name, 'rolledBack');
    status.undone(`${environment}: ${shortSha(version.candidate)} again`);
  } else {
    status.stage(name, 'failed');
    status.owed(`roll ${environment} back to ${shortSha(version.candidate)}`);
  }
}

/** The version before this release; where no record tells, what was pinned when it began. */
function before({ plan }: Release, { previous }: Touched): { readonly candidate: string; readonly sha: string } {
  if (previous && previous.release !== plan.id) return { candidate: previous.candidate, sha: previous.sha };
  return { candidate: plan.pinned, sha: plan.base };
}
