import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { errands, everyKind } from '../domain/release/kinds.ts';
import { unknownName } from '../domain/text/nearest-name.ts';

/** The workflows that can be started; `test/architecture.test.ts` holds it equal to what index.ts exports. */
export const workflowTypes: readonly string[] = ['component', 'environment', ...errands, ...everyKind.map(({ workflow }) => workflow)].toSorted();

/** Catches every other type: without it, a mistyped one would be retried for ever. */
export default async function unknownWorkflow(): Promise<never> {
  throw ApplicationFailure.nonRetryable(unknownName('workflow type', workflowInfo().workflowType, workflowTypes), 'InvalidInput');
}
