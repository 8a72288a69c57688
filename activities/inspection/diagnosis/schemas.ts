import { conventionIn } from '../../../domain/schemas/convention.ts';
import { archiveNamedIn } from '../../../domain/schemas/deps.ts';
import type { Finding } from '../../../domain/inspection/diagnosis.ts';
import { schemaFolder } from '../../../domain/schemas/plan.ts';
import type { SchemaRules } from '../../../domain/schemas/rules.ts';
import { newestOfAll, soundnessOf } from '../../../domain/schemas/soundness.ts';
import { sourceFolder, takeSources } from '../../../domain/schemas/sources.ts';
import type { StorePermission } from '../../../ports/artifacts/store.ts';
import { launches } from '../../../ports/launch/launches.ts';
import { storedOf } from '../../schemas/stock.ts';
import { doubtful, examine, fine, missing } from './finding.ts';
import type { DiagnosisPorts } from './finding.ts';
import { diagnoseRepository } from './repository.ts';

const needed: readonly StorePermission[] = ['create', 'list', 'read', 'remove'];
const shown = 3;

/** What the releases of a component's database schemas need. */
export async function diagnoseSchemas({ forge, artifacts }: Pick<DiagnosisPorts, 'forge' | 'artifacts'>, name: string, rules: SchemaRules): Promise<readonly Finding[]> {
  const { repository, branch, file, bucket, merge } = rules;
  const about = (what: string) => `${name}: ${what}`;
  const findings = await Promise.all([
    diagnoseRepository(forge.access, about(repository), repository, 'write'),
    ...[...new Set([branch, ...Object.values(rules.lines)])].map((base) => rewritable(base, base === branch ? about(file) : about(`${file} on ${base}`))),
    examine(about(rules.names.source), 'correct names or branch in the catalog', async () => {
      const convention = conventionIn(rules.names, []);
      const paths = await forge.commits.list(repository, sourceFolder(convention), branch);
      const taken = takeSources(convention, newestOfAll, paths ?? []);
      return taken.kind === 'refused' ? missing(`${taken.reason}: ${taken.names.slice(0, shown).join(', ')} (on ${branch} of ${repository})`, 'correct names in the catalog') : fine(`${taken.sources.length} are on ${branch}`);
    }),
    ...(rules.build ? launches({ forge }).workflow.requires({ kind: 'workflow', ...rules.build }, { repository, branch, key: '{key}' }) : []).map((required) =>
      examine(about(required.name), 'let the token read actions', async () => {
        const found = await required.lack();
        return found ? missing(found.what, found.todo) : fine('can be started');
      }),
    ),
    examine(about(`gs://${bucket}`), 'see docs/adapters.md', async () => {
      const [stored, allowed] = [await artifacts.list(bucket, schemaFolder), await artifacts.allowed(bucket)];
      const sound = soundnessOf(stored.map(storedOf).filter(({ name, size }) => name !== '' || size > 0), rules.names);
      if (sound.kind === 'unsound') return missing(`${schemaFolder} ${toldUnsound(sound)}`, 'correct names in the catalog, or the files in the bucket: see docs/schemas.md');
      const lacking = needed.filter((verb) => !allowed.includes(verb));
      return lacking.length > 0
        ? doubtful(`the credentials may not ${lacking.join(', ')} in all of it`, 'grant that, unless a condition grants it by prefix: create, list and read in schemas/ and dist/, and remove in dist/')
        : fine(`${stored.length} schema files of ${sound.versions} versions, called like ${sound.object}; may be written`);
    }),
    examine(about(`merging into ${branch} of ${repository}`), 'let the token read the settings of the repository', async () => {
      const [methods, asked] = [(await forge.access.merging(repository))?.methods, await forge.access.rules(repository, branch)];
      // A queue merges by a method of its own.
      if (!asked?.mergeQueue && methods && !methods.includes(merge)) return missing(`"${merge}" is switched off; ${methods.join(', ')} is not`, 'set merge in the catalog, or allow it in the settings of the repository');
      const reviews = (asked?.reviews ?? 0) - (forge.reviewer ? 1 : 0);
      if (reviews > 0) return doubtful(`asks for ${asked!.reviews} reviews, of which ${forge.reviewer ? 'one comes from a second identity' : 'none comes from Slipway'}: each release waits for people before it publishes`, 'let a second identity approve, or be there');
      return fine(asked?.mergeQueue ? 'goes through the merge queue' : 'nothing stands in the way');
    }),
  ]);
  return findings.flat();

  function rewritable(base: string, what: string) {
    return examine(what, 'correct file or branch in the catalog', async () => {
      const text = await forge.commits.read(repository, file, base);
      if (text === undefined) return missing(`${repository} does not have it on ${base}`, 'correct file or branch in the catalog');
      const named = archiveNamedIn(text);
      if (named.kind === 'refused') return missing(`can't be rewritten: ${named.reason}`, 'write the rule as docs/schemas.md shows it, or correct file in the catalog');
      return fine(`is on ${base}, and names ${named.archive.url}`);
    });
  }
}

function toldUnsound({ reason, names }: { readonly reason: string; readonly names: readonly string[] }): string {
  const more = names.length > shown ? ` and ${names.length - shown} more` : '';
  return `${reason} ${names.slice(0, shown).join('; ')}${more}`;
}
