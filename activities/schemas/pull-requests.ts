import type { Sha } from '../../domain/code/commit.ts';
import { marker } from '../../domain/code/marker.ts';
import { rewriteSchemaDeps } from '../../domain/schemas/deps.ts';
import { refusal } from '../../domain/schemas/refusal.ts';
import type { SchemaRefusal } from '../../domain/schemas/refusal.ts';
import { schemaPullRequestBody } from '../../domain/schemas/pull-request-body.ts';
import { versionMessage } from '../../domain/code/trailer.ts';
import { neverRetry } from '../../ports/failures.ts';
import type { NewCommit } from '../../ports/forge/branches.ts';
import type { PullRequest } from '../../ports/forge/pull-requests.ts';
import type { Ports } from '../../ports/ports.ts';
import { releaseOf } from '../changes/trailer.ts';
import { pullRequestWrites, strange } from '../changes/writes.ts';
import type { Withdrawn } from '../changes/writes.ts';
import { beating } from '../../ports/pulse.ts';
import type { MadeArchive } from './archives.ts';
import type { SchemaWork } from './stock.ts';

export interface DepsChange extends SchemaWork {
  readonly archive: Pick<MadeArchive, 'sha256' | 'entries' | 'stock' | 'changes'>;
}

export interface DepsAmendment extends DepsChange {
  /** As it is believed to be. */
  readonly pull: OpenedDeps;
  /** The base branch's commit that it is to contain. */
  readonly base?: Sha;
}

export interface SchemaWithdrawal extends SchemaWork {
  /** The pull request that it has opened: one that is known is not searched for. */
  readonly number?: number;
}

export interface OpenedDeps {
  readonly kind: 'opened';
  readonly number: number;
  readonly url: string;
  readonly head: Sha;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export type SchemaPullRequest =
  | OpenedDeps
  | SchemaRefusal
  /** What it would be opened into names this very tarball already. */
  | { readonly kind: 'named'; readonly file: string };

/** The pull request that points builds at the tarball. */
export function createSchemaPullRequests({ forge, readLagMs }: Pick<Ports, 'forge' | 'readLagMs'>) {
  const { branches, commits, pullRequests } = forge;
  const writes = pullRequestWrites({ forge, readLagMs });

  /** Opens it, or adopts the one that this run of the release has opened. @throws `Conflict` when the branch or an open pull request is somebody else's */
  async function openSchemaPullRequest(change: DepsChange): Promise<SchemaPullRequest> {
    const { plan } = change;
    const { head, base, title, rules: { repository, labels } } = plan;
    let seen = await found(change);
    const commit = seen.ours ? seen.ours.head : await depsCommit(change, { parent: plan.candidate, message: title, tries: seen.before.length });
    if (typeof commit !== 'string') return commit;
    const find = async () => (seen = await found(change)).ours;
    const pull = await writes.open(repository, head, find, async () => {
      await clearTheWay(change, { commit, before: seen.before });
      await writes.begin(repository, head, commit);
      return { repository, head, base, title, body: schemaPullRequestBody(change) };
    });
    if (pull.state === 'open') await writes.label(repository, pull, labels);
    return opened(pull);
  }

  /** Points the pull request at another tarball by one more commit, and has it contain `base`: as it changes one file, the base's tree with that file is the merged one. */
  async function amendSchemaPullRequest(change: DepsAmendment): Promise<SchemaPullRequest> {
    const { plan, archive, pull, base } = change;
    const { number, head: from } = pull;
    const { repository } = plan.rules;
    const to = await depsCommit(change, base === undefined ? { parent: from, message: plan.title } : { parent: base, merges: from, message: `Merge ${plan.base} into ${plan.head}` });
    if (typeof to !== 'string') return to;
    if ((await writes.advance(repository, plan.head, { from, to })) === 'elsewhere') {
      throw neverRetry('Conflict', `somebody else has moved branch ${plan.head} of ${repository}: it will not be moved`);
    }
    await writes.describe(repository, number, { text: archive.sha256, body: schemaPullRequestBody(change) });
    return { ...pull, head: to };
  }

  /** Undoes both, however far they came. What is merged stays, and so does a branch that somebody else has committed to. */
  async function withdrawSchemaPullRequest({ number, ...work }: SchemaWithdrawal): Promise<Withdrawn> {
    const { id, head, rules: { repository } } = work.plan;
    const ours = number === undefined ? (await found(work)).ours : await writes.known(repository, number);
    if (ours && (await writes.close(repository, ours)) === 'merged') return { kind: 'merged', number: ours.number };
    const at = await branches.find(repository, head);
    if (at && (await releaseOf(commits, repository, at)) === id) await writes.removeBranch(repository, head, at);
    return { kind: 'withdrawn', ...(ours && { number: ours.number }) };
  }

  /** Removes what a run of this release that was terminated has left open, or has begun. The list that lacks ours decides: a later one might show it. */
  async function clearTheWay(work: SchemaWork, { commit, before }: { readonly commit: Sha; readonly before: readonly PullRequest[] }): Promise<void> {
    const { id, head, rules: { repository } } = work.plan;
    for (const pull of before) await writes.close(repository, pull);
    const at = await branches.find(repository, head);
    if (at === undefined || at === commit) return;
    if ((await releaseOf(commits, repository, at)) !== id) throw strange(repository, head, at);
    await writes.removeBranch(repository, head, at);
  }

  /**
   * The commit that changes the tarball, and nothing else. Its date tells it from those of earlier runs of this release: the same commit would come with the
   * checks that failed then.
   */
  async function depsCommit({ plan, archive }: DepsChange, { message, tries = 0, ...on }: Pick<NewCommit, 'parent' | 'merges' | 'message'> & { readonly tries?: number }): Promise<Sha | Exclude<SchemaPullRequest, OpenedDeps>> {
    const { repository, file } = plan.rules;
    const text = await commits.read(repository, file, on.parent);
    if (text === undefined) return refusal(`${repository} lacks the file that names the tarball`, [file]);
    const rewrite = rewriteSchemaDeps(text, { url: plan.url, sha256: archive.sha256 });
    if (rewrite.kind === 'refused') return refusal(rewrite.reason, [file]);
    if (rewrite.kind === 'unchanged') return { kind: 'named', file };
    return branches.write({ ...on, repository, path: file, text: rewrite.text, message: versionMessage(message, plan.id), date: secondsAfter(plan.date, tries) });
  }

  /** The pull request of this run of the release, and those of the runs before. @throws `Conflict` when somebody else has one open */
  async function found({ plan, key }: SchemaWork): Promise<{ readonly ours: PullRequest | undefined; readonly before: readonly PullRequest[] }> {
    const { id, rules, head, base } = plan;
    const all = await pullRequests.list(rules.repository, head, base);
    const stranger = all.find((pull) => pull.state === 'open' && !pull.body.includes(marker(id)));
    if (stranger) throw neverRetry('Conflict', `${stranger.url} is open on ${head}, and it is not this release's: it will not be touched`);
    const isOurs = ({ body }: PullRequest) => body.includes(marker(key));
    return { ours: all.find(isOurs), before: all.filter((pull) => !isOurs(pull) && pull.body.includes(marker(id))) };
  }

  return {
    openSchemaPullRequest: beating(openSchemaPullRequest),
    amendSchemaPullRequest: beating(amendSchemaPullRequest),
    withdrawSchemaPullRequest: beating(withdrawSchemaPullRequest),
  };
}

function secondsAfter(date: string, seconds: number): string {
  return new Date(Date.parse(date) + seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest): SchemaPullRequest {
  return { kind: 'opened', number, url, head, ...(state === 'closed' && { closedBy }) };
}
