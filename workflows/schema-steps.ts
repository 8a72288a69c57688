import { ActivityFailure } from '@temporalio/common';
import { CancellationScope } from '@temporalio/workflow';
import type { MadeArchive } from '../activities/schema-archives.ts';
import type { OpenedDeps } from '../activities/schema-pull-requests.ts';
import type { SchemaRefusal, Stock } from '../activities/schema-stock.ts';
import type { SchemaPlan } from '../domain/schema-plan.ts';
import { overwriteWord } from '../domain/schema-request.ts';
import type { SchemaVersion } from '../domain/schema-version.ts';
import type { Work } from './activities.ts';
import type { Undo } from './compensation.ts';
import type { Confirmations } from './confirmation.ts';
import { isInterruption } from './interruption.ts';
import { onwards } from './onwards.ts';
import type { Questions } from './questions.ts';
import type { Audience, Reporter } from './reporting.ts';
import type { StatusKeeper } from './status.ts';
import { Stop } from './stop.ts';
import { openThreads } from './thread.ts';
import type { Wakeable } from './wake.ts';

/** What the steps of one schema release share. */
export interface SchemaRelease {
  readonly plan: SchemaPlan;
  /** Marks what this release writes into the bucket. */
  readonly key: string;
  /** ISO 8601: when the release began. */
  readonly since: string;
  readonly status: StatusKeeper;
  readonly questions: Questions;
  readonly confirmations: Confirmations;
  readonly work: Work;
  readonly reporter: Reporter;
  readonly wakeable: Wakeable;
}

/** What was built, and is green. */
export interface Built {
  readonly archive: MadeArchive;
  readonly pull: OpenedDeps;
  /** Versions that the tarball lacks, where the catalog puts up with that. */
  readonly lacks: readonly SchemaVersion[];
}

type Register = (undo: Undo) => void;

/** Looks at the bucket and the release's commit: whether this version may be released, and from what. */
export async function stockTaken({ plan, key, work, wakeable }: SchemaRelease): Promise<Stock> {
  return accepted(await wakeable(() => work.polling.takeStock.executeWithOptions({ summary: plan.rules.bucket }, [{ plan, key }])));
}

/** The tarball: made, made again, and taken back. What stands in its place is overwritten only when somebody has confirmed it. */
export function openArchive(release: SchemaRelease) {
  const { plan, key, status, work, reporter } = release;
  let replaces: string | undefined;
  let confirmed = plan.overwrite;
  let used = false;
  const given = () => ({ plan, key, ...(replaces !== undefined && { replaces }) });

  async function remade(): Promise<MadeArchive> {
    for (;;) {
      status.enter('gathering', { next: `upload ${plan.archive}` });
      const answer = accepted(await work.hauling.makeArchive.executeWithOptions({ summary: plan.archive }, [given()]));
      if (answer.kind === 'made') {
        reporter.tell({ name: 'archive', line: `uploaded ${plan.archive}: ${answer.entries} files, ${answer.size} bytes` });
        return answer;
      }
      if (!confirmed) await overwriting(release, answer);
      confirmed = false;
      replaces = answer.generation;
    }
  }

  return {
    remade,

    made(register: Register): Promise<MadeArchive> {
      register({
        what: `the tarball ${plan.archive}`,
        act: async () => {
          if (used) return { stays: `${plan.archive}: ${plan.base} uses it` };
          await work.writing.withdrawArchive.executeWithOptions({ summary: plan.archive }, [given()]);
          return {};
        },
      });
      return remade();
    },

    /** The pull request is merged, by whomever: from now on builds depend on it. */
    isUsed(): void {
      used = true;
    },

    /** What was overwritten is not needed any more. */
    async previousForgotten(): Promise<void> {
      if (replaces === undefined) return;
      try {
        await work.writing.forgetPrevious.executeWithOptions({ summary: plan.archive }, [given()]);
      } catch (failure) {
        if (!(failure instanceof ActivityFailure) || isInterruption(failure)) throw failure;
        status.owed(`remove the copy of the overwritten ${plan.archive}`);
      }
    },
  };
}

async function overwriting({ plan, status, confirmations, reporter }: SchemaRelease, { generation, size }: { generation: string; size: number }): Promise<void> {
  const { releasers } = plan.rules;
  const whom = releasers ?? ['somebody'];
  status.enter('confirmation', {
    waitingFor: {
      what: `a confirmation: ${plan.archive} exists with another content (${size} bytes, generation ${generation})`,
      whom,
      send: [{ message: 'confirm', payload: { overwrite: overwriteWord, by: whom[0]! } }],
    },
  });
  reporter.tell({ name: 'exists', line: `${plan.archive} exists with another content: waits for a confirmation that it be overwritten` });
  const answer = await confirmations.confirmed(releasers);
  if (!answer.yes) throw new Stop({ kind: 'notOverwritten', archive: plan.archive, ...(answer.by && { by: answer.by }) });
}

/** Opens the pull request that points builds at the tarball, and registers how it is withdrawn. */
export async function depsPullRequestOpened(release: SchemaRelease, archive: MadeArchive, { register, isMerged }: { register: Register; isMerged: () => void }): Promise<OpenedDeps> {
  const { plan, key, since, status, work, reporter } = release;
  register({
    what: `the pull request on ${plan.head}`,
    act: async () => {
      const withdrawn = await work.writing.withdrawSchemaPullRequest.executeWithOptions({ summary: 'close it, remove its branch' }, [{ plan, since }]);
      if (withdrawn.kind === 'withdrawn') return {};
      isMerged();
      return { stays: `#${withdrawn.number} was merged already` };
    },
  });
  status.enter('opening', { next: 'open the pull request' });
  const pull = accepted(await work.writing.openSchemaPullRequest.executeWithOptions({ summary: plan.title }, [{ plan, key, since, archive }]));
  status.change({ pullRequest: { number: pull.number, url: pull.url } });
  if (pull.closedBy) throw new Stop({ kind: 'closed', by: pull.closedBy });
  reporter.tell({ name: 'opened', line: `opened ${pull.url}` });
  return pull;
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
export async function upToDate(release: SchemaRelease, built: Built, remake: () => Promise<MadeArchive>): Promise<Built> {
  const { plan, key, since, work, reporter } = release;
  for (let { archive, pull } = built; ; ) {
    const stock = await stockTaken(release);
    if (stock.digest === archive.stock.digest) return { archive, pull, lacks: [] };
    const gained = stock.versions.filter((version) => !archive.stock.versions.includes(version));
    const line = `the bucket has gained ${gained.length > 0 ? gained.join(', ') : 'other files'} since the tarball was made`;
    reporter.tell({ name: 'gained', line });
    if (plan.rules.onNewSchemas === 'note') return { archive, pull, lacks: gained };

    const next = await remake();
    if (next.sha256 !== archive.sha256) {
      const change = { plan, key, since, archive: next, number: pull.number, from: pull.head };
      pull = accepted(await work.writing.amendSchemaPullRequest.executeWithOptions({ summary: `#${pull.number}` }, [change]));
      await buildGreen(release, pull);
    }
    archive = next;
  }
}

/** Uploads the version's schema files: from the first one on there is no way back. Refused, if it is, before that. */
export async function schemasUploaded(release: SchemaRelease): Promise<readonly string[]> {
  const { plan, key, status, work, reporter } = release;
  const { names } = accepted(
    await onwards(release, {
      what: `the upload of ${plan.version}`,
      act: () => {
        status.enter('publishing', { next: `upload the schemas of ${plan.version}` });
        return work.writing.uploadSchemas.executeWithOptions({ summary: plan.version }, [{ plan, key }]);
      },
    }),
  );
  status.stays(`${plan.rules.bucket} holds ${names.join(', ')}`);
  reporter.tell({ name: 'published', line: `uploaded ${names.join(', ')}` });
  return names;
}

/** Merges at exactly the head that was built. */
export async function depsMerged({ plan, status, work, reporter }: SchemaRelease, { number, head: sha }: OpenedDeps): Promise<void> {
  const { repository, merge: method } = plan.rules;
  status.enter('merging', { next: `merge #${number}` });
  const result = await work.writing.mergePullRequest.executeWithOptions({ summary: `merge #${number}` }, [{ repository, number, sha, head: plan.head, method }]);
  switch (result.kind) {
    case 'merged':
      status.stays(`#${number} is merged`);
      reporter.tell({ name: 'merged', line: `merged #${number} into ${plan.base}` });
      return;
    case 'closed':
      throw new Stop({ kind: 'closed', by: result.by });
    case 'moved':
      throw new Stop({ kind: 'mergeRefused', reason: 'somebody pushed to the pull request after its build was green' });
    default:
      throw new Stop({ kind: 'mergeRefused', reason: result.reason });
  }
}

/** Waits until somebody else has merged it. */
export async function mergedByHand({ plan, work, wakeable, status }: SchemaRelease, built: Built): Promise<Built> {
  const { number } = built.pull;
  await wakeable(() => work.polling.mergedBySomebody.executeWithOptions({ summary: `#${number}` }, [{ repository: plan.rules.repository, number }]));
  status.stays(`#${number} is merged, by hand`);
  return built;
}

/** Tells people of a release from its first step on: it may wait for them before there is a pull request. */
export function schemaThread({ plan, key, work }: Pick<SchemaRelease, 'plan' | 'key' | 'work'>): Audience {
  const { chat, component, version } = plan;
  const tell = openThreads(work);
  return {
    name: chat.progress,
    hear: ({ name, line }) => () => tell({ thread: key, channel: chat.progress, subject: `${component} ${version}`, transition: name, line }),
  };
}

export function accepted<T extends { readonly kind: string }>(answer: T | SchemaRefusal): Exclude<T, SchemaRefusal> {
  if (answer.kind !== 'refused') return answer as Exclude<T, SchemaRefusal>;
  const { reason, names } = answer as SchemaRefusal;
  throw new Stop({ kind: 'schemasRefused', reason, names });
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
