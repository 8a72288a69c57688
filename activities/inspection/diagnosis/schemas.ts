import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import { schemaFolder } from '../../../domain/schemas/plan.ts';
import type { SchemaRules } from '../../../domain/schemas/rules.ts';
import type { StorePermission } from '../../../ports/artifacts/store.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';

const needed: readonly StorePermission[] = ['create', 'list', 'read', 'remove'];

/** What the releases of a component's database schemas need. */
export async function diagnoseSchemas({ forge, chat, artifacts }: DiagnosisPorts, name: string, { repository, branch, file, bucket, chat: channels }: SchemaRules): Promise<readonly Finding[]> {
  const about = (what: string) => `${name}: ${what}`;
  const findings = await Promise.all([
    diagnoseRepository(forge.access, about(repository), repository, 'write'),
    examine(about(file), 'correct file or branch in the catalog', async () => {
      const text = await forge.commits.read(repository, file, branch);
      return text === undefined ? missing(`${repository} does not have it on ${branch}`, 'correct file or branch in the catalog') : fine(`is on ${branch}`);
    }),
    examine(about(`gs://${bucket}`), 'see docs/adapters.md', async () => {
      const [stored, allowed] = [await artifacts.list(bucket, schemaFolder), await artifacts.allowed(bucket)];
      const lacking = needed.filter((verb) => !allowed.includes(verb));
      return lacking.length > 0
        ? doubtful(`the credentials may not ${lacking.join(', ')} in all of it`, 'grant that, unless a condition grants it by prefix: create, list and read in schemas/ and dist/, and remove in dist/')
        : fine(`${stored.length} schema files; may be written`);
    }),
    examine(about(channels.progress), 'see docs/adapters.md', async () => {
      await chat.reach(channels.progress);
      return fine('can be told');
    }),
  ]);
  return findings.flat();
}
