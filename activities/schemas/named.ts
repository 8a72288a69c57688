import { archiveNamedIn } from '../../domain/schemas/deps.ts';
import type { SchemaArchive } from '../../domain/schemas/deps.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { archiveAt } from '../../domain/schemas/plan.ts';
import { refusal } from '../../domain/schemas/refusal.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import type { Artifact } from '../../ports/artifacts/store.ts';
import type { Ports } from '../../ports/ports.ts';
import { reread } from '../doubt.ts';

export interface NamedArchive {
  readonly kind: 'named';
  readonly archive: SchemaArchive;
}

/** The tarballs that builds take, by the file that names them. */
export function createNamedArchives({ forge: { commits } }: Pick<Ports, 'forge'>) {
  /** The tarball that a branch, or a commit, names. */
  async function namedAt({ rules: { repository, file } }: Pick<SchemaPlan, 'rules'>, ref: string): Promise<NamedArchive | SchemaRefusal> {
    const text = await reread(`${file} of ${repository} at ${ref}`, () => commits.read(repository, file, ref));
    if (text === undefined) return refusal(`${repository} lacks the file that names the tarball`, [file]);
    const named = archiveNamedIn(text);
    return named.kind === 'refused' ? refusal(named.reason, [file]) : named;
  }

  /** The branch whose builds take exactly this tarball; one whose checksum nobody knows is believed to be the one that is named. */
  async function userOf(plan: SchemaPlan, { name, sha256 }: Artifact): Promise<string | undefined> {
    for (const branch of new Set([plan.into, plan.rules.branch])) {
      const named = await namedAt(plan, branch);
      if (named.kind !== 'named' || archiveAt(plan.rules, named.archive.url)?.name !== name) continue;
      if (sha256 === undefined || sha256 === named.archive.sha256) return branch;
    }
    return undefined;
  }

  return { namedAt, userOf };
}
