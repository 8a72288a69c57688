import type { Sha } from '../domain/candidate.ts';
import { releaseMarker } from '../domain/release-plan.ts';
import { rewriteSchemaDeps } from '../domain/schema-deps.ts';
import type { SchemaPlan } from '../domain/schema-plan.ts';
import { schemaPullRequestBody } from '../domain/schema-pull-request-body.ts';
import { versionMessage } from '../domain/version-message.ts';
import { neverRetry } from './failures.ts';
import type { Forge, PullRequest } from './forge/forge.ts';
import { releaseOf } from './pull-requests/version-change.ts';
import type { Withdrawn } from './pull-requests/withdrawing.ts';
import { pullRequestWrites } from './pull-requests/writes.ts';
import type { MadeArchive } from './schema-archives.ts';
import type { SchemaRefusal, SchemaWork } from './schema-stock.ts';

export interface DepsChange extends SchemaWork {
  readonly archive: Pick<MadeArchive, 'sha256' | 'entries' | 'stock'>;
  /** ISO 8601. A pull request that was closed before belongs to an earlier release of this version. */
  readonly since: string;
}

export interface OpenedDeps {
  readonly kind: 'opened';
  readonly number: number;
  readonly url: string;
  readonly head: Sha;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export type SchemaPullRequest = OpenedDeps | SchemaRefusal;

/** The pull request that points builds at the tarball. */
export function createSchemaPullRequests({ forge, readLagMs }: { readonly forge: Forge; readonly readLagMs: number }) {
  const { branches, commits, pullRequests } = forge;
  const writes = pullRequestWrites({ forge, readLagMs });

  /** @throws `Conflict` when the branch or an open pull request is somebody else's */
  async function openSchemaPullRequest(change: DepsChange): Promise<SchemaPullRequest> {
    const { plan, since } = change;
    const { head, base, title, rules: { repository, labels } } = plan;
    const before = await ours(plan, since);
    if (before && before.state !== 'open') return opened(before);
    const commit = await depsCommit(change, plan.candidate, await earlier(plan, since));
    if (typeof commit !== 'string') return commit;
    await writes.begin(repository, head, commit);
    const pull = await writes.open(repository, head, () => ours(plan, since), async () => ({ repository, head, base, title, body: schemaPullRequestBody(plan, change.archive) }));
    await writes.label(repository, pull, labels);
    return opened(pull);
  }

  /** Points the pull request at another tarball: one more commit, on top of `from`. */
  async function amendSchemaPullRequest(change: DepsChange & { readonly number: number; readonly from: Sha }): Promise<SchemaPullRequest> {
    const { plan, number, from } = change;
    const { repository } = plan.rules;
    const to = await depsCommit(change, from);
    if (typeof to !== 'string') return to;
    if ((await writes.advance(repository, plan.head, { from, to })) === 'elsewhere') {
      throw neverRetry('Conflict', `somebody else has moved branch ${plan.head} of ${repository}: it will not be moved`);
    }
    const pull = await pullRequests.get(repository, number);
    return { kind: 'opened', number, url: pull?.url ?? '', head: to };
  }

  /** Undoes both, however far they came. What is merged stays, and so does a branch that somebody else has committed to. */
  async function withdrawSchemaPullRequest({ plan, since }: Pick<DepsChange, 'plan' | 'since'>): Promise<Withdrawn> {
    const { repository } = plan.rules;
    const pull = await ours(plan, since);
    if (pull?.state === 'merged') return { kind: 'merged', number: pull.number };
    if (pull?.state === 'open') await writes.close(repository, pull.number);
    const at = await branches.find(repository, plan.head);
    if (at && (await releaseOf(commits, repository, at)) === plan.id) await writes.removeBranch(repository, plan.head, at);
    return { kind: 'withdrawn', ...(pull && { number: pull.number }) };
  }

  /**
   * The commit on top of `parent` that changes the tarball, and nothing else. Its date tells it from those of earlier releases of this version: the same
   * commit would come with the checks that failed then.
   */
  async function depsCommit({ plan, archive }: DepsChange, parent: Sha, tries = 0): Promise<Sha | SchemaRefusal> {
    const { repository, file } = plan.rules;
    const text = await commits.read(repository, file, parent);
    if (text === undefined) return { kind: 'refused', reason: `${repository} lacks the file that names the tarball`, names: [file] };
    const rewrite = rewriteSchemaDeps(text, { url: plan.url, sha256: archive.sha256 });
    if (rewrite.kind === 'refused') return { kind: 'refused', reason: rewrite.reason, names: [file] };
    if (rewrite.kind === 'unchanged') return { kind: 'refused', reason: `${plan.base} names this very tarball already: there is nothing to build`, names: [file] };
    return branches.write({ repository, parent, path: file, text: rewrite.text, message: versionMessage(plan.title, plan.id), date: secondsAfter(plan.date, tries) });
  }

  async function ours({ id, rules, head, base }: SchemaPlan, since: string): Promise<PullRequest | undefined> {
    const all = await pullRequests.list(rules.repository, head, base);
    const stranger = all.find((pull) => pull.state === 'open' && !pull.body.includes(releaseMarker(id)));
    if (stranger) throw neverRetry('Conflict', `${stranger.url} is open on ${head}, and it is not this release's: it will not be touched`);
    const mine = all.filter((pull) => pull.body.includes(releaseMarker(id)));
    return mine.find((pull) => pull.state === 'open') ?? mine.find((pull) => !isEarlier(pull, since));
  }

  /** How many pull requests earlier releases of this version have opened. */
  async function earlier({ rules, head, base }: SchemaPlan, since: string): Promise<number> {
    const all = await pullRequests.list(rules.repository, head, base);
    return all.filter((pull) => pull.state !== 'open' && isEarlier(pull, since)).length;
  }

  return { openSchemaPullRequest, amendSchemaPullRequest, withdrawSchemaPullRequest };
}

/** The forge's times are whole seconds. */
function isEarlier({ createdAt }: PullRequest, since: string): boolean {
  return Date.parse(createdAt) < Math.floor(Date.parse(since) / 1_000) * 1_000;
}

function secondsAfter(date: string, seconds: number): string {
  return new Date(Date.parse(date) + seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest): SchemaPullRequest {
  return { kind: 'opened', number, url, head, ...(state === 'closed' && { closedBy }) };
}
