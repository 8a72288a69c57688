import { createHash } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { Sha } from '../../domain/code/commit.ts';
import type { SchemaConvention } from '../../domain/schemas/names.ts';
import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { refusal } from '../../domain/schemas/refusal.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import { sourceDamage, sourceFolder, takeSources } from '../../domain/schemas/sources.ts';
import { answerOf, missing } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';
import { reread } from '../doubt.ts';

/** A schema of the version that is released. */
export interface CurrentSchema {
  /** Below the bucket's `schemas/`. */
  readonly name: string;
  readonly content: Buffer;
}

export interface CurrentSchemas {
  readonly kind: 'current';
  /** In the order of their names. */
  readonly schemas: readonly CurrentSchema[];
  /** Of names and contents. */
  readonly digest: string;
  /** Paths that look like schemas, and are none by the catalog. */
  readonly ignored: readonly string[];
}

/** The version's own schemas, as they are in the repository. */
export function createSchemaSources({ forge: { commits } }: Pick<Ports, 'forge'>) {
  /** Those of a commit; refused where one is missing, unknown, or no JSON that can be stored. */
  async function schemasAt({ rules: { repository }, version }: SchemaPlan, sha: Sha, convention: SchemaConvention): Promise<CurrentSchemas | SchemaRefusal> {
    const folder = sourceFolder(convention);
    const paths = (await reread(`${folder}/ of ${repository} at ${sha}`, () => commits.list(repository, folder, sha))) ?? [];
    const taken = takeSources(convention, version, paths);
    if (taken.kind === 'refused') return taken;
    const read = await Promise.all(taken.sources.map(async ({ path, name }) => ({ path, name, content: await contentOf(repository, path, sha) })));
    const damaged = read.flatMap(({ path, content }) => {
      const damage = content === undefined ? 'not UTF-8' : sourceDamage(content.toString(), content.length);
      return damage === undefined ? [] : [`${path}: ${damage}`];
    });
    if (damaged.length > 0) return refusal(`schemas of ${sha} can't be read`, damaged);
    const schemas = read.map(({ name, content }) => ({ name, content: content! }));
    const digest = createHash('sha256');
    for (const { name, content } of schemas) digest.update(`${name}\0${content.length}\0`).update(content);
    return { kind: 'current', schemas, digest: digest.digest('hex'), ignored: taken.ignored };
  }

  /** Undefined for what is no text. */
  async function contentOf(repository: string, path: string, sha: Sha): Promise<Buffer | undefined> {
    try {
      const text = await commits.read(repository, path, sha);
      if (text === undefined) throw missing(`${repository} lists ${path} at ${sha} and does not show it`);
      return Buffer.from(text);
    } catch (failure) {
      if (failure instanceof ApplicationFailure && failure.type === 'InvalidInput' && answerOf(failure) === undefined) return undefined;
      throw failure;
    }
  }

  return { schemasAt };
}
