import type { Commit, Sha } from '../../domain/code/commit.ts';
import { versionMessage } from '../../domain/code/trailer.ts';
import { toldVeto } from '../../domain/people/objection.ts';
import { readObjections } from '../people/objections.ts';
import { commitOnLine } from '../changes/branch-commit.ts';
import { containment } from '../environments/containment.ts';
import { verdicts } from '../changes/verdict.ts';
import type { Ports } from '../../ports/ports.ts';
import { beating } from '../../ports/pulse.ts';
import { bodies, proposalOf, versionCommit } from './version-change.ts';
import type { VersionChange } from './version-change.ts';
import { proposals } from '../changes/proposals.ts';
import type { Description } from '../changes/proposals.ts';

export interface Amendment {
  readonly change: VersionChange;
  readonly number: number;
  /** Where the branch is believed to be. */
  readonly head: Sha;
  readonly sha: Sha;
  /** `sha` has to come after each of them. */
  readonly notBefore: readonly Sha[];
}

/** A commit that is to be carried instead. */
export type JudgedCandidate = Pick<Amendment, 'change' | 'sha' | 'notBefore'>;

export type Amended =
  | { readonly kind: 'amended'; readonly head: Sha; readonly date: string; /** On the mirror: announced, and never heard of. */ readonly silent?: readonly string[] }
  /** Somebody else has pushed, or closed it: look again. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'refused'; readonly why: string };

export interface Catchup {
  readonly change: VersionChange;
  /** Where the branch is believed to be. */
  readonly head: Sha;
  /** The base branch's commit that it is to contain. */
  readonly base: Sha;
}

export function createAmending(ports: Pick<Ports, 'catalog' | 'forge' | 'environments' | 'components' | 'releases' | 'readLagMs'>) {
  const { against } = readObjections(ports);
  const { branches } = ports.forge;
  const { bodyOf } = bodies(ports);
  const { verdictOf } = verdicts(ports.forge);
  const { comesAfter } = containment(ports.forge);
  const { amend, describe } = proposals(ports);

  /** Makes it carry `sha` by one more version commit, on top of the head that is known. */
  async function amendPullRequest({ change, number, head, sha, notBefore }: Amendment): Promise<Amended> {
    const judged = await judge({ change, sha, notBefore });
    if ('why' in judged) return { kind: 'refused', ...judged };
    const { commit, silent } = judged;
    const amended = { ...change, candidate: sha, date: commit.committedAt };
    const to = await branches.write(versionCommit({ ...amended, base: head }));
    const result = await amend(proposalOf(ports.forge, change), { from: head, to, tells: descriptionOf(amended, number) });
    return result === 'moved' ? { kind: 'moved' } : { kind: 'amended', head: to, date: amended.date, ...(silent && { silent }) };
  }

  async function judge({ change, sha, notBefore }: JudgedCandidate): Promise<{ readonly commit: Commit; readonly silent?: readonly string[] | undefined } | { readonly why: string }> {
    const { mirror, mirrorBranch, mirrorChecks: required, mirrorIgnores: ignored = [], patience = 0, pinned: like } = change;
    const commit = await commitOnLine(ports.forge, mirror, mirrorBranch, sha);
    if (!commit) return { why: `${mirror} has no commit ${sha} on ${mirrorBranch}, nor on a stable branch` };
    for (const before of notBefore) {
      if (sha === before || !(await comesAfter(mirror, before, sha))) return { why: `${sha} does not come after ${before}` };
    }
    const verdict = await verdictOf({ repository: mirror, sha, demand: { required, ignored, patience }, like });
    const veto = (await against({ component: change.component, candidate: sha, source: mirror }))?.veto;
    if (veto) return { why: toldVeto(veto, sha) };
    return verdict.kind === 'green' ? { commit, silent: verdict.silent } : { why: `${sha} is not green on ${mirror}` };
  }

  /** Why a commit can't be carried instead; undefined if it can. */
  async function judgeCandidate(asked: JudgedCandidate): Promise<string | undefined> {
    const judged = await judge(asked);
    return 'why' in judged ? judged.why : undefined;
  }

  /** Merges the base into it: as only the version file differs, the base's tree with that file is the merged one. */
  async function updatePullRequest({ change, head, base }: Catchup): Promise<{ readonly kind: 'updated'; readonly head: Sha } | { readonly kind: 'moved' }> {
    const { branch, release, signoff } = change;
    const to = await branches.write({ ...versionCommit({ ...change, base }), merges: head, message: versionMessage(`Merge ${branch} into ${change.head}`, release, signoff) });
    const result = await amend(proposalOf(ports.forge, change), { from: head, to });
    return result === 'moved' ? { kind: 'moved' } : { kind: 'updated', head: to };
  }

  /** Lets its body tell what it carries. */
  async function describePullRequest({ change, number }: Pick<Amendment, 'change' | 'number'>): Promise<void> {
    await describe(change.repository, descriptionOf(change, number));
  }

  function descriptionOf(change: VersionChange, number: number): Description {
    return { number, of: change.candidate, body: () => bodyOf(change) };
  }

  return { judgeCandidate, amendPullRequest: beating(amendPullRequest), describePullRequest: beating(describePullRequest), updatePullRequest: beating(updatePullRequest) };
}
