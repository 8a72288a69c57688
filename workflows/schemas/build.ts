import type { MadeArchive } from '../../activities/schemas/archives.ts';
import type { OpenedDeps } from '../../activities/schemas/pull-requests.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { shown } from '../../domain/schemas/refusal.ts';
import type { SchemaVersion } from '../../domain/schemas/version.ts';
import { goWithout, openSilences } from '../people/obligations.ts';
import type { Undo } from '../release/compensation.ts';
import { firstOf, withinTime } from '../release/race.ts';
import type { Ingredients } from './archive.ts';
import { doubt } from './asking.ts';
import type { Obstacle } from '../../domain/changes/life.ts';
import { depsOpened, mergeDeps } from './pull-request.ts';
import type { BuildSight } from './pull-request.ts';
import type { SchemaRelease } from './session.ts';
import { awaitOutlook } from './outlook.ts';
import { takeStock } from './stock.ts';
import { Stop } from '../release/stop.ts';

/** What is built. */
export interface Build {
  readonly archive: MadeArchive;
  readonly pull: OpenedDeps;
  /** Versions that the tarball lacks, where the catalog puts up with that. */
  readonly lacks: readonly SchemaVersion[];
}

interface BuildTools {
  readonly remake: (ingredients: Ingredients) => Promise<MadeArchive>;
  readonly register: (undo: Undo) => void;
}

/**
 * Follows a release's build. How far it has come outlives a call that fails: there may be another tarball by then, and another commit on the branch.
 *
 * @param remake puts another tarball in the place of the one that was built
 */
export function openBuild(release: SchemaRelease, begun: Omit<Build, 'lacks'>, { remake, register }: BuildTools) {
  let now: Build = { ...begun, lacks: [] };
  const { plan, work } = release;
  if (plan.rules.build) register({ what: `the build of #${begun.pull.number}`, act: async () => ((await callOff(now.pull)).length > 0 ? {} : { nothing: true }) });
  /** Of its head as it is now. */
  let verdict: BuildSight | undefined;
  const goOnWithout = openSilences();
  /** The commit whose schemas were published: from then on they are the version's, whatever else is brought in. */
  let published: Sha | undefined;

  function callOff({ head: sha, number }: OpenedDeps): Promise<readonly string[]> {
    return work.callOffReleaseBuilds({ plan, sha }, `call off the build of ${shortSha(sha)} of #${number}`);
  }

  async function look(): Promise<void> {
    verdict = await hear(await judge(release, now.pull, verdict?.kind === 'outdated' ? { kind: 'behind' } : undefined));
  }

  /** What has never reported is no reason to publish unasked. */
  async function hear(seen: BuildSight): Promise<BuildSight> {
    if (seen.kind === 'green') await goOnWithout(release, seen.silent ?? [], { of: `#${now.pull.number}`, key: 'schemas.ignoredChecks' });
    return seen;
  }

  /** Puts this tarball, and its base, into the pull request, unless they are there. */
  async function carry(archive: MadeArchive): Promise<void> {
    const base = verdict?.kind === 'outdated' ? verdict.base : undefined;
    if (archive.sha256 !== now.archive.sha256 || base !== undefined) {
      const before = now.pull;
      now = { ...now, archive, pull: await amend(release, before, { archive, base }) };
      verdict = undefined;
      if (plan.rules.build) await goWithout(release, `call off the build of ${shortSha(before.head)}, which is not the head of #${before.number} any more`, () => callOff(before));
    }
    now = { ...now, archive };
  }

  /** The commit that the version's schemas are read from: what will be built, which changes nothing but one line in what it brings in. */
  function source(): Sha {
    return published ?? ((verdict?.kind === 'outdated' && verdict.base) || now.pull.head);
  }

  /**
   * The fence against stale inputs: what the bucket and the base have gained since the tarball was made and the branch was begun is built as well, until a
   * green build has seen everything.
   */
  async function bringUpToDate(): Promise<void> {
    for (;;) {
      const from = source();
      await carry(await currentArchive({ from, stock: await takeStock(release, from) }));
      if (verdict?.kind === 'green') return;
      await look();
    }
  }

  /** The tarball of these; the one that there is, where the catalog puts up with what it lacks. */
  async function currentArchive(ingredients: Required<Ingredients>): Promise<MadeArchive> {
    const { archive } = now;
    const { stock } = ingredients;
    if (stock.digest === archive.stock.digest) return archive;
    const gained = stock.versions.filter((version) => !archive.stock.versions.includes(version));
    const isChanged = stock.current !== archive.stock.current;
    tellChange(release, { gained, isChanged });
    if (isChanged && release.plan.ref !== undefined) throw new Stop({ kind: 'schemasRefused', reason: `${release.plan.into} has changed the schemas since ${release.plan.ref}, and asks to be merged into it first`, names: [] });
    if (isChanged || release.plan.rules.onNewSchemas === 'regenerate') return remake(ingredients);
    now = { ...now, lacks: gained };
    return archive;
  }

  /** A review may never come: once its schemas are public it can't be aborted, but given up. */
  async function awaitObstacle(known: Obstacle): Promise<BuildSight> {
    const looking = async () => hear(await judge(release, now.pull, known));
    if (!published || known.kind !== 'unreviewed') return looking();
    const news = await firstOf(looking, () => doubt(release, `#${now.pull.number} is not merged: it lacks a review`, ['retry']));
    return 'choice' in news ? { kind: 'green' } : news;
  }

  return {
    now: () => now,
    look,
    bringUpToDate,

    /** Looks at what can be known of the merge before anything is published: afterwards there is no way back. */
    async awaitMergeable(): Promise<void> {
      for (;;) {
        const outlook = await awaitOutlook(release, now.pull);
        if (outlook.kind === 'clear') return;
        if (outlook.kind === 'outdated') verdict = outlook;
        await bringUpToDate();
      }
    },

    /** Its own schemas are public: those of the head that was built. */
    markPublished(): void {
      published ??= now.pull.head;
    },

    /** Merges at exactly the head that was green; as often as its base moves on before, it is built again. @throws `Stop` where somebody gives it up after the publication */
    async merge(): Promise<void> {
      while ((await mergeDeps(release, now.pull, { look: awaitObstacle, isOwed: published !== undefined })) === 'outdated') {
        verdict = { kind: 'outdated' };
        await bringUpToDate();
      }
    },
  };
}

function tellChange({ plan, reporter }: SchemaRelease, { gained, isChanged }: { readonly gained: readonly SchemaVersion[]; readonly isChanged: boolean }): void {
  if (isChanged) reporter.tell({ name: 'changed', line: `${plan.into} has changed the schemas of ${plan.version}: the tarball is made anew` });
  if (gained.length > 0 || !isChanged) reporter.tell({ name: 'gained', line: `the bucket has gained ${shown(gained).join(', ') || 'other files'} since the tarball was made` });
}

/** Waits until the build of exactly this head is green, or can't count. */
async function judge(release: SchemaRelease, { number, head: sha }: OpenedDeps, known: Obstacle | undefined): Promise<BuildSight> {
  const { plan, status, work, wakes } = release;
  const { repository, requiredChecks: required, ignoredChecks: ignored, buildTimeout } = plan.rules;
  // A review, or a queue, may take as long as it likes.
  const isBuilt = known && known.kind !== 'behind';
  if (!isBuilt) status.enter('pipeline', { waitingFor: { what: `the build of #${number}` }, next: 'merge when green' });
  const question = { repository, number, sha, required, ignored, patience: plan.pace.patience, base: plan.into, ...(known && { known }) };
  const run = plan.rules.build && !isBuilt && (await work.startReleaseBuild({ plan, sha }, `start the build of #${number}`));
  const looking = () => wakes.wakeable(() => work.releaseBuild({ ...question, ...(run && { run }) }, `look at the build of #${number}`));
  const answer = await (isBuilt ? looking() : withinTime(buildTimeout, looking));
  if (answer === undefined) throw new Stop({ kind: 'buildTimedOut', afterMs: buildTimeout });
  if (run) await callOffDoubles(release, { sha, number, counts: run.id });
  switch (answer.kind) {
    case 'red':
      throw new Stop({ kind: 'buildFailed', failed: answer.failed });
    case 'closed':
      throw new Stop({ kind: 'closed', by: answer.by });
    case 'moved':
      throw new Stop({ kind: 'mergeRefused', reason: 'somebody pushed to the pull request: what was built is not what would be merged' });
    case 'green':
    case 'outdated':
    case 'ejected':
      return answer;
  }
}

/** What was started a second time under its key, by a worker that was frozen while it sent. */
async function callOffDoubles(release: SchemaRelease, { sha, number, counts }: { readonly sha: Sha; readonly number: number; readonly counts: number }): Promise<void> {
  const { plan, work, reporter } = release;
  const what = `call off what else builds #${number}`;
  const doubles = (await goWithout(release, what, () => work.callOffReleaseBuilds({ plan, sha, but: counts }, what))) ?? [];
  if (doubles.length > 0) reporter.tell({ name: 'doubles', line: `the build of #${number} was started more than once: called off ${doubles.join(', ')}` });
}

async function amend({ plan, key, work, reporter }: SchemaRelease, pull: OpenedDeps, { archive, base }: { readonly archive: MadeArchive; readonly base: Sha | undefined }): Promise<OpenedDeps> {
  const change = { plan, key, archive, pull, ...(base !== undefined && { base }) };
  const next = depsOpened(plan, await work.amendSchemaPullRequest(change, `amend #${pull.number}`));
  if (base !== undefined) reporter.tell({ name: `updated-${shortSha(next.head)}`, line: `brought #${pull.number} up to date with ${plan.into}, which has moved on` });
  return next;
}
