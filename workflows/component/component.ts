import { rootCause } from '@temporalio/common';
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { componentRequest, componentRequestExample } from '../../domain/component/component-record.ts';
import type { ComponentRequest } from '../../domain/component/component-record.ts';
import { componentId } from '../../domain/people/objection.ts';
import { parseInput } from '../../domain/text/input.ts';
import { handOver, requested } from '../release/beginning.ts';
import { unpaced } from '../release/work.ts';
import { keepComponent } from './component-keeper.ts';
import type { ComponentKeeper } from './component-keeper.ts';

/** A new run begins, with all that is known, before the history grows heavy: events. */
const longest = 4_000;

/**
 * Keeps what people have against the releases of a component: that it is halted, and which commits are vetoed. Started by whoever
 * objects first; runs for good. Input: `{ "component": "gitaly" }`.
 */
export async function component(input?: ComponentRequest): Promise<unknown> {
  const request = requested(parseInput(componentRequest, input, componentRequestExample));
  const id = componentId(request.component);
  if (workflowInfo().workflowId !== id) return handOver(id, request);

  const keeper = keepComponent(request);
  await survey(keeper, request);
  for (;;) {
    await keeper.tellEverybody();
    if (workflowInfo().historyLength > longest || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      if (keeper.quiet()) return continueAsNew<typeof component>({ component: request.component, record: keeper.record() });
    } else {
      await keeper.awaitChange();
    }
  }
}

async function survey(keeper: ComponentKeeper, request: ComponentRequest): Promise<void> {
  try {
    keeper.begin(await unpaced.surveyComponent({ component: request.component }, `survey ${request.component}`));
  } catch (failure) {
    keeper.giveUp(rootCause(failure) ?? String(failure));
    await condition(allHandlersFinished);
    throw failure;
  }
}
