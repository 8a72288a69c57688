import { releasePrefix } from '../component/plan.ts';
import { rolloutPrefix } from '../flags/plan.ts';
import { schemaPrefix } from '../schemas/plan.ts';

/** What the id of a release, a rollout or a schema release begins with; undefined for every other workflow. */
export function prefixOf(workflowId: string): string | undefined {
  return [releasePrefix, rolloutPrefix, schemaPrefix].find((prefix) => workflowId.startsWith(prefix));
}
