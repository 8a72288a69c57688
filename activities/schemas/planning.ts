import type { SchemaPlan } from '../../domain/schemas/plan.ts';
import { agreeOnSchemas } from '../../domain/schemas/plan.ts';
import type { SchemaRequest, UploadRequest } from '../../domain/schemas/request.ts';
import { schemasIn } from '../../ports/catalog/entries.ts';
import { neverRetry, tryAgain } from '../../ports/failures.ts';
import type { Ports } from '../../ports/ports.ts';

/** Decides what a schema release, or an upload, is made from. Writes nothing. */
export function createSchemaPlanning({ catalog, forge }: Pick<Ports, 'catalog' | 'forge'>) {
  /** @throws `InvalidInput` for a component without schemas or a base branch that does not exist; `InvalidCatalog` */
  async function planSchemas(request: SchemaRequest | UploadRequest): Promise<SchemaPlan> {
    const read = await catalog.read();
    const rules = schemasIn(read, request.component);
    const base = request.base ?? rules.branch;
    const candidate = await forge.branches.find(rules.repository, base);
    if (!candidate) throw neverRetry('InvalidInput', `branch ${base} of ${rules.repository} does not exist`);
    const commit = await forge.commits.find(rules.repository, candidate);
    if (!commit) throw tryAgain('Unavailable', `${rules.repository} does not show ${candidate}, the head of ${base}`);
    return agreeOnSchemas(read, { request, base, candidate, date: commit.committedAt });
  }

  return { planSchemas };
}
