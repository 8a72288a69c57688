import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import { kinds } from '../../domain/release/kinds.ts';
import { parseInput } from '../../domain/text/input.ts';
import { productRequest, productRequestExample } from '../../domain/versions/request.ts';
import type { ProductRequest } from '../../domain/versions/request.ts';
import { requested } from '../release/beginning.ts';
import { unpaced } from '../release/work.ts';

/**
 * Starts the release of each version that the component's product has tagged. One that was refused is not begun again by itself.
 * Input: `{ "component": "gitaly" }`.
 */
export async function followProduct(input?: ProductRequest): Promise<{ readonly started: readonly string[] }> {
  const { component } = requested(parseInput(productRequest, input, productRequestExample));
  const started: string[] = [];
  for (const { id, version, product } of await unpaced.lookForProductTags({ component }, `look for tags of the product of ${component}`)) {
    try {
      await startChild(kinds.version.workflow, { workflowId: id, args: [{ component, version, product }], parentClosePolicy: ParentClosePolicy.ABANDON, workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY });
      started.push(id);
    } catch (failure) {
      if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
    }
  }
  return { started };
}
