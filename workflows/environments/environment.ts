import { continueAsNew, log, workflowInfo } from '@temporalio/workflow';
import { environmentId, environmentRequest, environmentRequestExample } from '../../domain/environments/environment.ts';
import type { EnvironmentRequest } from '../../domain/environments/environment.ts';
import { parseInput } from '../../domain/text/input.ts';
import { unpaced } from '../release/work.ts';
import { keepEnvironment } from './keeper.ts';
import { handOver, requested } from '../release/beginning.ts';
import { liveOn, survey } from '../release/entity.ts';
import { followHolder } from './holder.ts';

/**
 * Says who may deploy to an environment: one release at a time, in order, and none while it is frozen. Started by the first
 * release that comes; runs for good.
 */
export async function environment(input?: EnvironmentRequest): Promise<unknown> {
  const request = requested(parseInput(environmentRequest, input, environmentRequestExample));
  const id = environmentId(request.environment);
  if (workflowInfo().workflowId !== id) return handOver(id, request);

  const keeper = keepEnvironment(request);
  const follow = followHolder(keeper);
  if (!request.record) await survey(keeper, () => unpaced.surveyEnvironment(request, `survey ${request.environment}`));
  return liveOn(
    keeper,
    () => continueAsNew<typeof environment>({ environment: request.environment, record: keeper.record() }),
    () => {
      follow();
      void keeper.look(() => unpaced.sightEnvironment(request, `look at what ${request.environment} runs`)).catch((failure: unknown) => log.warn('nobody tells what runs here', { failure }));
    },
  );
}
