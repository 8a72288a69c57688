import { CancellationScope } from '@temporalio/workflow';
import type { MadeArchive } from '../activities/schema-archives.ts';
import type { OpenedDeps } from '../activities/schema-pull-requests.ts';
import type { Stock } from '../activities/schema-stock.ts';
import type { SchemaVersion } from '../domain/schema-version.ts';
import { isInterruption } from './interruption.ts';
import type { SchemaRelease } from './schema-session.ts';
import { accepted, stockTaken } from './schema-stock.ts';
import { Stop } from './stop.ts';

/** What is built. */
export interface Build {
  readonly archive: MadeArchive;
  readonly pull: OpenedDeps;
  /** Versions that the tarball lacks, where the catalog puts up with that. */
  readonly lacks: readonly SchemaVersion[];
}

/**
 * Follows a release's build. How far it has come outlives a call that fails: there may be another tarball by then, and another commit on the branch.
 *
 * @param remade puts another tarball in the place of the one that was built
 */
export function openBuild(release: SchemaRelease, begun: Omit<Build, 'lacks'>, remade: (stock: Stock) => Promise<MadeArchive>) {
  let now: Build = { ...begun, lacks: [] };
  let isGreen = false;

  async function green(): Promise<void> {
    if (isGreen) return;
    await builtGreen(release, now.pull);
    isGreen = true;
  }

  /** Points the build at a tarball that is made from this stock. */
  async function renewed(stock: Stock): Promise<void> {
    const archive = await remade(stock);
    const isSame = archive.sha256 === now.archive.sha256;
    now = { archive, pull: isSame ? now.pull : await amended(release, now.pull, archive), lacks: [] };
    isGreen &&= isSame;
  }

  return {
    now: () => now,
    green,

    /**
     * The fence against stale inputs: what the bucket has gained since the tarball was made goes into another one, which is built as well, until a
     * green build has seen everything.
     */
    async upToDate(): Promise<void> {
      for (;;) {
        const stock = await stockTaken(release);
        const isStale = stock.digest !== now.archive.stock.digest;
        if (!isStale && isGreen) return;
        if (isStale) {
          const gained = stock.versions.filter((version) => !now.archive.stock.versions.includes(version));
          release.reporter.tell({ name: 'gained', line: `the bucket has gained ${gained.join(', ') || 'other files'} since the tarball was made` });
          if (release.plan.rules.onNewSchemas === 'note') {
            now = { ...now, lacks: gained };
            return;
          }
          await renewed(stock);
        }
        await green();
      }
    },
  };
}

/** Waits until the release's build at exactly this head is green. */
async function builtGreen({ plan, status, work, wakeable }: SchemaRelease, { number, head: sha }: OpenedDeps): Promise<void> {
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

async function amended({ plan, key, work }: SchemaRelease, pull: OpenedDeps, archive: MadeArchive): Promise<OpenedDeps> {
  return accepted(await work.writing.amendSchemaPullRequest.executeWithOptions({ summary: `#${pull.number}` }, [{ plan, key, archive, pull }]));
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
