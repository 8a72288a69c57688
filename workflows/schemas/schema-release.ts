import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import { parseInput } from '../../domain/text/input.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { SchemaRequest } from '../../domain/schemas/request.ts';
import { schemaRequest, schemaRequestExample } from '../../domain/schemas/request.ts';
import { unpaced } from '../release/work.ts';
import { compensate } from '../release/compensation.ts';
import { conclude } from '../release/conclusion.ts';
import { requested } from '../release/beginning.ts';
import { fulfil, insist } from '../people/obligations.ts';
import type { Obligation } from '../people/obligations.ts';
import { openArchive } from './archive.ts';
import { examine, handOverPlan } from './beginning.ts';
import { openBuild } from './build.ts';
import { publish } from './publication.ts';
import { awaitMergeByHand, openDeps } from './pull-request.ts';
import { repair } from './repair.ts';
import { openSchemaSession } from './session.ts';
import type { SchemaRelease } from './session.ts';
import { takeStock } from './stock.ts';

/**
 * Releases a version's database schemas: the tarball that builds take them from, taken back when the build fails, and the schemas themselves
 * when it is green. Input: `{ "component": "migrator", "version": "v5.3.4444", "action": "inject-current-schemas" }`.
 */
export async function schemaRelease(input?: SchemaRequest): Promise<Outcome> {
  const request = requested(parseInput(schemaRequest, input, schemaRequestExample));
  const { status, reporter, abortable, begin, commit } = openSchemaSession(request.component);

  return conclude(status, reporter, () =>
    abortable(async () => {
      const plan = await unpaced.planSchemas(request, `plan the schemas of ${request.version}`);
      if (plan.id !== workflowInfo().workflowId) return handOverPlan(plan, request);
      const release = begin(plan);
      await examine(release);
      const stock = await insist(release, `the look at ${plan.rules.bucket}`, () => takeStock(release));
      const archives = openArchive(release);
      const repaired = await insist(release, `the repair of ${plan.archive}`, () => repair(release, archives, stock));
      if (repaired) return repaired;
      const { build, published } = await compensate(status, async (register, keep) => {
        const archive = await archives.begin({ stock }, register);
        const pull = await openDeps(release, archive, { register, markUsed: archives.markUsed });
        const build = openBuild(release, { archive, pull }, { remake: archives.make, register });
        const it = `#${pull.number} of ${plan.rules.repository}`;
        await insist(release, `the look at the build of ${it}`, build.look);
        await insist(release, `bringing ${it} up to date`, build.bringUpToDate);
        await insist(release, `the look whether ${it} may be merged`, build.awaitMergeable);
        const published = plan.action === 'inject-current-schemas' ? await commit(() => publish(release, build.now().pull.head)) : undefined;
        if (published) build.markPublished();
        else await insist(release, `the merge of ${it}`, build.merge);
        keep();
        return { build, published };
      });

      // Whoever cancels now comes too late.
      return CancellationScope.nonCancellable(async () => {
        const merge = published && (await fulfil(release, mergeOwed(release, build)));
        await archives.forgetPrevious();
        const { archive, pull, lacks } = build.now();
        return {
          kind: 'schemasReleased',
          version: plan.version,
          archive: { url: plan.url, sha256: archive.sha256 },
          pullRequest: pull.url,
          published: published ?? [],
          ...(lacks.length > 0 && { lacks }),
          ...(archive.stock.ignored && { ignored: archive.stock.ignored }),
          ...(merge?.kind === 'givenUp' && { unmerged: { by: merge.by, reason: merge.reason } }),
        };
      });
    }),
  );
}

/** Its schemas are public: the branch must come to name its tarball. */
function mergeOwed(release: SchemaRelease, build: ReturnType<typeof openBuild>): Obligation<void> {
  return {
    what: `the merge of #${build.now().pull.number}`,
    // Another release may have published at the same moment: the one that looks last builds again.
    async act() {
      await build.bringUpToDate();
      await build.merge();
    },
    notice: () => awaitMergeByHand(release, build.now().pull),
  };
}
