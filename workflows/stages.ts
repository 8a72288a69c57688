import type { Sha } from '../domain/candidate.ts';
import type { Stage } from '../domain/catalog.ts';
import { fillInputs, promotionKey } from '../domain/release-plan.ts';
import { soaked } from './gates.ts';
import type { Release } from './release.ts';
import { Stop } from './stop.ts';

/** Carries the merged candidate through one stage: approved, promoted, soaked. */
export async function passed(release: Release, stage: Stage, sha: Sha): Promise<void> {
  const { approvals, reporter, status } = release;
  await approvals.approved(stage, () => reporter.tell({ name: `${stage.name}-approval`, line: `${stage.name} waits for approval` }));
  await promoted(release, stage, sha);
  await soaked(release, stage);
  status.stage(stage.name, 'done');
}

async function promoted({ plan, status, work, reporter, wakeable }: Release, stage: Stage, sha: Sha): Promise<void> {
  const { repository, branch } = plan.downstream;
  const { environment, promote } = stage;
  const key = promotionKey(plan.id, stage.name);
  const values = { key, sha, environment, component: plan.component, candidate: plan.candidate, stage: stage.name };
  const mechanism = promote.kind === 'workflow' ? { ...promote, inputs: fillInputs(promote.inputs, values) } : promote;

  status.stage(stage.name, 'promoting');
  status.enter('promoting', { waitingFor: { what: `the deployment to ${environment}` } });
  reporter.tell({ name: stage.name, line: `deploying to ${environment}`, label: stage.name });
  const { id, url } = await work.writing.promote.executeWithOptions({ summary: environment }, [{ key, repository, branch, environment, sha, mechanism }]);
  status.deployment(stage.name, url);
  const state = await wakeable(() => work.polling.deployed.executeWithOptions({ summary: environment }, [{ repository, kind: promote.kind, id }]));
  if (state === 'failed') {
    status.stage(stage.name, 'failed');
    throw new Stop({ kind: 'stageFailed', stage: stage.name, url });
  }
  status.stays(`${environment} runs it`);
}
