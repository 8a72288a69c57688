import { CancellationScope } from '@temporalio/workflow';
import type { Sha } from '../../domain/code/commit.ts';
import { insist } from '../people/obligations.ts';
import type { SchemaRelease } from './session.ts';
import { accepted } from './stock.ts';

/**
 * Uploads the version's schema files as they are at a commit (the plan's candidate, if none is given): from the first one on there is no way
 * back. Refused, if it is, with none of them written.
 */
export async function publish(release: SchemaRelease, from?: Sha): Promise<readonly string[]> {
  const { plan, key, status, work, reporter } = release;
  const upload = () => {
    status.enter('publishing', { next: `upload the schemas of ${plan.version}` });
    return work.uploadSchemas({ plan, key, ...(from !== undefined && { from }) }, `upload the schemas of ${plan.version}`);
  };
  const { names } = accepted(await CancellationScope.nonCancellable(() => insist(release, `the upload of ${plan.version}`, upload)));
  status.stays(`${plan.rules.bucket} holds ${names.join(', ')}`);
  reporter.tell({ name: 'published', line: `uploaded ${names.join(', ')}` });
  return names;
}
