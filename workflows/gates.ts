import type { Opened } from '../activities/pull-requests.ts';
import type { Stage } from '../domain/catalog.ts';
import { spoken } from '../domain/duration.ts';
import type { Release } from './release.ts';
import { Stop } from './stop.ts';

/** Waits until every check of the pull request's head has finished, green. */
export async function pipelineGreen({ plan, status, work, wakeable }: Release, { number, head }: Opened): Promise<void> {
  const { repository, requiredChecks: required } = plan.downstream;
  status.enter('pipeline', { waitingFor: { what: `the pipeline of #${number}` }, next: 'merge when green' });
  const verdict = await wakeable(() => work.polling.pipeline.executeWithOptions({ summary: `#${number}` }, [{ repository, sha: head, required }]));
  if (verdict.kind === 'red') throw new Stop({ kind: 'pipelineFailed', failed: verdict.failed });
}

/** Waits until the stage has been healthy, under observation, for as long as the catalog asks. */
export async function soaked({ status, work, plan }: Release, stage: Stage): Promise<void> {
  if (stage.soak === undefined) return;
  status.stage(stage.name, 'soaking');
  status.enter('soaking', { waitingFor: { what: `${spoken(stage.soak)} of healthy ${stage.environment}` } });
  await work.sampling.soak.executeWithOptions({ summary: stage.environment }, [{ checks: stage.health, soakMs: stage.soak, sampleMs: plan.pace.sample }]);
}
