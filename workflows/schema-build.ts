import { CancellationScope } from '@temporalio/workflow';
import type { MadeArchive } from '../activities/schema-archives.ts';
import type { OpenedDeps } from '../activities/schema-pull-requests.ts';
import type { Stock } from '../activities/schema-stock.ts';
import type { SchemaVersion } from '../domain/schema-version.ts';
import { isInterruption } from './interruption.ts';
import type { SchemaRelease } from './schema-session.ts';
import { accepted, stockTaken } from './schema-stock.ts';
import { Stop } from './stop.ts';

/** What was built, and is green. */
export interface Built {
  readonly archive: MadeArchive;
  readonly pull: OpenedDeps;
  /** Versions that the tarball lacks, where the catalog puts up with that. */
  readonly lacks: readonly SchemaVersion[];
}

/** Waits until the release's build at exactly this head is green. */
export async function buildGreen({ plan, status, work, wakeable }: SchemaRelease, { number, head: sha }: OpenedDeps): Promise<void> {
  const { repository, requiredChecks: required, buildTimeout } = plan.rules;
  status.enter('pipeline', { waitingFor: { what: `the build of #${number}` }, next: 'merge when green' });
  const looking = () => wakeable(() => work.polling.releaseBuild.executeWithOptions({ summary: `#${number}` }, [{ repository, number, sha, required }]));
  const answer = await withinTime(buildTimeout, looking);
  if (answer === undefined) throw new Stop({ kind: 'buildTimedOut', afterMs: buildTimeout });
  switch (answer.kind) {
    case 'red':
      throw new Stop({ kind: 'buildFailed', failed: answer.failed });
    case 'closed':
      throw new Stop({ kind: 'closed', by: answer.by });
    case 'moved':
      throw new Stop({ kind: 'mergeRefused', reason: 'somebody pushed to the pull request: what was built is not what would be merged' });
    case 'green':
  }
}

/**
 * The fence against stale inputs: what the bucket has gained since the tarball was made goes into another one, which is built as well, until a
 * green build has seen everything.
 */
export async function upToDate(release: SchemaRelease, built: Built, remake: (stock: Stock) => Promise<MadeArchive>): Promise<Built> {
  const { plan, key, since, work, reporter } = release;
  for (let { archive, pull } = built; ; ) {
    const stock = await stockTaken(release);
    if (stock.digest === archive.stock.digest) return { archive, pull, lacks: [] };
    const gained = stock.versions.filter((version) => !archive.stock.versions.includes(version));
    const line = `the bucket has gained ${gained.length > 0 ? gained.join(', ') : 'other files'} since the tarball was made`;
    reporter.tell({ name: 'gained', line });
    if (plan.rules.onNewSchemas === 'note') return { archive, pull, lacks: gained };

    const next = await remake(stock);
    if (next.sha256 !== archive.sha256) {
      const change = { plan, key, since, archive: next, number: pull.number, from: pull.head };
      pull = accepted(await work.writing.amendSchemaPullRequest.executeWithOptions({ summary: `#${pull.number}` }, [change]));
      await buildGreen(release, pull);
    }
    archive = next;
  }
}

/** Undefined when it took too long, and was cancelled. */
async function withinTime<T>(ms: number, body: () => Promise<T>): Promise<T | undefined> {
  const scope = new CancellationScope({ cancellable: true, timeout: ms });
  try {
    return await scope.run(body);
  } catch (failure) {
    const late = scope.consideredCancelled && !CancellationScope.current().consideredCancelled;
    if (late && isInterruption(failure)) return undefined;
    throw failure;
  }
}
