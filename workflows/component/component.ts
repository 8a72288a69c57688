import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { componentRequest, componentRequestExample } from '../../domain/component/component-record.ts';
import type { ComponentRequest } from '../../domain/component/component-record.ts';
import { componentId } from '../../domain/people/objection.ts';
import { parseInput } from '../../domain/text/input.ts';
import { handOver, requested } from '../release/beginning.ts';
import { liveOn, survey } from '../release/entity.ts';
import { unpaced } from '../release/work.ts';
import { keepComponent } from './component-keeper.ts';

/**
 * Keeps what people have against the releases of a component: that it is halted, and which commits are vetoed. Started by whoever
 * objects first; runs for good. Input: `{ "component": "gitaly" }`.
 */
export async function component(input?: ComponentRequest): Promise<unknown> {
  const request = requested(parseInput(componentRequest, input, componentRequestExample));
  const id = componentId(request.component);
  if (workflowInfo().workflowId !== id) return handOver(id, request);

  const keeper = keepComponent(request);
  await survey(keeper, () => unpaced.surveyComponent({ component: request.component }, `survey ${request.component}`));
  return liveOn(keeper, () => continueAsNew<typeof component>({ component: request.component, record: keeper.record() }));
}
