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
import { proposals } from '../changes/proposals.ts';
import type { Proposal, Withdrawn } from '../changes/proposals.ts';
import { beating } from '../../ports/pulse.ts';
import { reread } from '../doubt.ts';
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
  /** Why it could not be labelled. */
  readonly unlabelled?: string;
  /** Set when a person closed it before this release could see it open. */
  readonly closedBy?: string;
}

export type SchemaPullRequest =
  | OpenedDeps
  | SchemaRefusal
  /** What it would be opened into names this very tarball already. */
  | { readonly kind: 'named'; readonly file: string };

/** The pull request that points builds at the tarball. */
export function createSchemaPullRequests(ports: Pick<Ports, 'forge' | 'releases' | 'readLagMs'>) {
  const { branches, commits } = ports.forge;
  const { propose, amend, withdraw } = proposals(ports);

  /** Opens it, or adopts the one that this run of the release has opened. @throws `Conflict` when the branch or an open pull request is somebody else's */
  async function openSchemaPullRequest(change: DepsChange): Promise<SchemaPullRequest> {
    const { plan } = change;
    const answer = await propose<Exclude<SchemaPullRequest, OpenedDeps>>(proposalOf(change), {
      commit: (listed) => depsCommit(change, { parent: plan.candidate, message: plan.title, tries: listed.filter(({ body }) => body.includes(marker(plan.id))).length }),
      body: async () => schemaPullRequestBody(change),
    });
    if (!('pull' in answer)) return answer;
    return { ...opened(answer.pull), ...(answer.unlabelled !== undefined && { unlabelled: answer.unlabelled }) };
  }

  /** Points the pull request at another tarball by one more commit, and has it contain `base`: as it changes one file, the base's tree with that file is the merged one. */
  async function amendSchemaPullRequest(change: DepsAmendment): Promise<SchemaPullRequest> {
    const { plan, archive, pull, base } = change;
    const { number, head: from } = pull;
    const to = await depsCommit(change, base === undefined ? { parent: from, message: plan.title } : { parent: base, merges: from, message: `Merge ${plan.into} into ${plan.branch}` });
    if (typeof to !== 'string') return to;
    const result = await amend(proposalOf(change), { from, to, tells: { number, of: archive.sha256, body: async () => schemaPullRequestBody(change) } });
    if (result === 'moved') throw neverRetry('Conflict', `somebody else has moved branch ${plan.branch} of ${plan.rules.repository}: it will not be moved`);
    return { ...pull, head: to };
  }

  /** Undoes both, however far they came. What is merged stays, and so does a branch that somebody else has committed to. */
  async function withdrawSchemaPullRequest({ number, ...work }: SchemaWithdrawal): Promise<Withdrawn> {
    return withdraw(proposalOf(work), { number });
  }

  /**
   * The commit that changes the tarball, and nothing else. Its date tells it from those of earlier runs of this release: the same commit would come with the
   * checks that failed then.
   */
  async function depsCommit({ plan, archive }: DepsChange, { message, tries = 0, ...on }: Pick<NewCommit, 'parent' | 'merges' | 'message'> & { readonly tries?: number }): Promise<Sha | Exclude<SchemaPullRequest, OpenedDeps>> {
    const { repository, file } = plan.rules;
    const text = await reread(`${file} of ${repository} at ${on.parent}`, () => commits.read(repository, file, on.parent));
    if (text === undefined) return refusal(`${repository} lacks the file that names the tarball`, [file]);
    const rewrite = rewriteSchemaDeps(text, { url: plan.url, sha256: archive.sha256 });
    if (rewrite.kind === 'refused') return refusal(rewrite.reason, [file]);
    if (rewrite.kind === 'unchanged') return { kind: 'named', file };
    return branches.write({ ...on, repository, path: file, text: rewrite.text, message: versionMessage(message, plan.id), date: secondsAfter(plan.date, tries) });
  }

  return {
    openSchemaPullRequest: beating(openSchemaPullRequest),
    amendSchemaPullRequest: beating(amendSchemaPullRequest),
    withdrawSchemaPullRequest: beating(withdrawSchemaPullRequest),
  };
}

/** It takes the place of what a run of this release that was terminated has left. */
function proposalOf({ plan: { id, branch: head, into: base, title, rules }, key }: SchemaWork): Proposal {
  const { repository, labels } = rules;
  return { repository, branch: head, into: base, title, labels, release: id, pick: async (listed) => listed.find(({ body }) => body.includes(marker(key))), replaces: (left) => left.id === id };
}

function secondsAfter(date: string, seconds: number): string {
  return new Date(Date.parse(date) + seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

function opened({ number, url, head, state, closedBy = 'somebody' }: PullRequest): OpenedDeps {
  return { kind: 'opened', number, url, head, ...(state === 'closed' && { closedBy }) };
}
