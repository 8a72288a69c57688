import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import { parseInput } from '../domain/input.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { SchemaRequest } from '../domain/schema-request.ts';
import { schemaRequest, schemaRequestExample } from '../domain/schema-request.ts';
import { planning } from './activities.ts';
import { compensating } from './compensation.ts';
import { concluded } from './conclusion.ts';
import { handOver } from './hand-over.ts';
import { onwards } from './onwards.ts';
import { openSchemaSession } from './schema-session.ts';
import { buildGreen, depsMerged, depsPullRequestOpened, mergedByHand, openArchive, schemasUploaded, stockTaken, upToDate } from './schema-steps.ts';

/**
 * Releases a version's database schemas: the tarball that builds take them from, taken back when the build fails, and the schemas themselves
 * when it is green. Input: `{ "component": "migrator", "version": "v5.3.4444", "action": "inject-current-schemas" }`.
 */
export async function schemaRelease(input?: SchemaRequest): Promise<Outcome> {
  const request = requested(input);
  const { status, reporter, abortable, begun, committing } = openSchemaSession(request.component);

  return concluded(status, reporter, () =>
    abortable(async () => {
      const plan = await planning.planSchemas.executeWithOptions({ summary: request.version }, [request]);
      if (plan.id !== workflowInfo().workflowId) return handOver(plan.id, request);
      const release = begun(plan);
      await stockTaken(release);

      const archives = openArchive(release);
      const green = await compensating(status, async (register) => {
        const archive = await archives.made(register);
        const pull = await depsPullRequestOpened(release, archive, { register, isMerged: archives.isUsed });
        await buildGreen(release, pull);
        const built = await upToDate(release, { archive, pull, lacks: [] }, archives.remade);
        if (plan.action === 'inject-current-schemas') return { ...built, published: await committing(() => schemasUploaded(release)) };
        await depsMerged(release, built.pull);
        return { ...built, published: [] };
      });

      const { published, ...built } = green;
      const last = published.length === 0 ? built : await onwards(release, { what: `the merge of #${built.pull.number}`, act: mergedAtLast, settled: () => mergedByHand(release, built) });
      await archives.previousForgotten();
      const { archive, pull, lacks } = last;
      return {
        kind: 'schemasReleased',
        version: plan.version,
        archive: { url: plan.url, sha256: archive.sha256 },
        pullRequest: pull.url,
        published,
        ...(lacks.length > 0 && { lacks }),
      };

      /** Another release may have published at the same moment: the one that looks last builds again. */
      async function mergedAtLast() {
        const fresh = await upToDate(release, built, archives.remade);
        await depsMerged(release, fresh.pull);
        return fresh;
      }
    }),
  );
}

function requested(input: unknown): SchemaRequest {
  const parsed = parseInput(schemaRequest, input, schemaRequestExample);
  if (parsed.kind === 'valid') return parsed.value;
  throw ApplicationFailure.nonRetryable(parsed.message, 'InvalidInput');
}
