import { onwards } from '../people/obligations.ts';
import type { SchemaRelease } from './session.ts';
import { accepted } from './stock.ts';

/** Uploads the version's schema files: from the first one on there is no way back. Refused, if it is, with none of them written. */
export async function schemasUploaded(release: SchemaRelease): Promise<readonly string[]> {
  const { plan, key, status, work, reporter } = release;
  const { names } = accepted(
    await onwards(release, {
      what: `the upload of ${plan.version}`,
      act: () => {
        status.enter('publishing', { next: `upload the schemas of ${plan.version}` });
        return work.uploadSchemas({ plan, key }, `upload the schemas of ${plan.version}`);
      },
    }),
  );
  status.stays(`${plan.rules.bucket} holds ${names.join(', ')}`);
  reporter.tell({ name: 'published', line: `uploaded ${names.join(', ')}` });
  return names;
}
