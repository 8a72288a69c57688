import type { Stage } from '../domain/catalog.ts';
import { spoken } from '../domain/duration.ts';
import type { Release } from './release.ts';

/** Waits until the stage has been healthy, under observation, for as long as the catalog asks. */
export async function soaked({ status, work, plan }: Release, stage: Stage): Promise<void> {
  if (stage.soak === undefined) return;
  status.stage(stage.name, 'soaking');
  status.enter('soaking', { waitingFor: { what: `${spoken(stage.soak)} of healthy ${stage.environment}` } });
  await work.sampling.soak.executeWithOptions({ summary: stage.environment }, [{ checks: stage.health, soakMs: stage.soak, sampleMs: plan.pace.sample }]);
}
