import { workflowInfo } from '@temporalio/workflow';
import { parseInput } from '../../domain/text/input.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { UploadRequest } from '../../domain/schemas/request.ts';
import { uploadRequest, uploadRequestExample } from '../../domain/schemas/request.ts';
import { unpaced } from '../release/work.ts';
import { conclude } from '../release/conclusion.ts';
import { requested } from '../release/beginning.ts';
import { examine, handOverPlan } from './beginning.ts';
import { publish } from './publication.ts';
import { openSchemaSession } from './session.ts';
import { takeStock } from './stock.ts';

/**
 * Uploads a version's database schemas on its own, for a version that was released in another way; never over any that are there. Shares its
 * id with the release of the version, so that only one of them runs. Input: `{ "component": "migrator", "version": "v5.3.4444" }`.
 */
export async function uploadCurrentSchemas(input?: UploadRequest): Promise<Outcome> {
  const request = requested(parseInput(uploadRequest, input, uploadRequestExample));
  const { status, reporter, abortable, begin, commit } = openSchemaSession(request.component);

  return conclude(status, reporter, () =>
    abortable(async () => {
      const plan = await unpaced.planSchemas(request, `plan the schemas of ${request.version}`);
      if (plan.id !== workflowInfo().workflowId) return handOverPlan(plan, request);
      const release = begin(plan);
      await examine(release);
      const { ignored } = await takeStock(release);
      const published = await commit(() => publish(release));
      return { kind: 'schemasUploaded', version: plan.version, published, ...(ignored && { ignored }) };
    }),
  );
}
