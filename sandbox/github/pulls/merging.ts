import { countCommits, log, mergeBase, mergeTrees, readCommit, timeAfter } from '../../git/history.ts';
import { commit, writeObject } from '../../git/objects.ts';
import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { perform } from '../call.ts';
import { renderCommit } from '../code/commits.ts';
import { advanceQueues, joinQueue } from './merge-queue.ts';
import { isOpenPull, mergeability } from './mergeability.ts';
import { markMerged, pullOf } from './pull-request.ts';
import { moveRef, resolveCommit } from '../code/refs.ts';
import { Refusal } from '../refusal.ts';
import { userNamed } from '../people/users.ts';
import { writeMerge } from './write-merge.ts';
import type { Call, Handlers } from '../call.ts';
import type { MergeMethod, PullRequest, Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

export interface MergeOrder {
  readonly method: MergeMethod;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  readonly by: User;
}

export const mergeHandlers = { 'pulls/merge': mergePull, 'repos/merge': mergeBranches } satisfies Handlers<'pulls/merge' | 'repos/merge'>;

/** Merges every open pull request whose auto-merge, or whose trial in a merge queue, has been waiting for what just happened. */
export async function settlePulls(world: World, repository: Repository): Promise<void> {
  await advanceQueues(world, repository);
  for (const issue of repository.issues.values()) {
    if (!isOpenPull(issue) || issue.pull.autoMerge === undefined) continue;
    const { refusals } = await mergeability(repository, issue);
    if (refusals.length > 0) continue;
    const { by, ...order } = issue.pull.autoMerge;
    if (repository.protections.get(issue.pull.base)?.mergeQueue) {
      issue.pull.autoMerge = undefined;
      await joinQueue(world, repository, issue, userNamed(world, by));
      continue;
    }
    await applyMerge(world, repository, issue, { ...order, by: userNamed(world, by) });
  }
}

async function mergePull(call: Call<'pulls/merge'>) {
  const { world, repository, user, body } = call;
  const order = { method: body?.merge_method ?? 'merge', title: body?.commit_title, message: body?.commit_message, by: user } as const;
  const sha = await perform(call, async () => {
    const issue = pullOf(call);
    if (!isOpenPull(issue)) throw new Refusal(405, 'Pull Request is not mergeable');
    if (body?.sha !== undefined && body.sha !== issue.pull.headSha) throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
    const [refusal] = (await mergeability(repository, issue)).refusals;
    if (refusal !== undefined) throw new Refusal(405, refusal);
    if (repository.protections.get(issue.pull.base)?.mergeQueue) throw new Refusal(405, 'Repository rule violations found\n\nChanges must be made through the merge queue\n\n');
    return effect(`merge ${repository.fullName}#${issue.number}`, () => applyMerge(world, repository, issue, order));
  });
  return json(200, { sha, merged: true, message: 'Pull Request successfully merged' });
}

async function applyMerge(world: World, repository: Repository, issue: PullRequest, order: MergeOrder): Promise<string> {
  const { pull } = issue;
  const ref = `refs/heads/${pull.base}`;
  const base = repository.refs.get(ref);
  if (base === undefined) throw new Refusal(405, 'Base branch was modified. Review and try the merge again.');
  const to = await methods[order.method](world, repository, issue, base, order);
  await markMerged(world, repository, issue, { sha: to, baseSha: base, by: order.by });
  await moveRef(world, repository, { ref, to, by: order.by });
  return to;
}

type Method = (world: World, repository: Repository, issue: PullRequest, base: string, order: MergeOrder) => Promise<string>;

const methods: Readonly<Record<MergeMethod, Method>> = {
  async merge(_world, repository, issue, base, order) {
    const { head, headSha } = issue.pull;
    const title = order.title ?? `Merge pull request #${issue.number} from ${repository.owner}/${head}`;
    const message = messageOf(title, order.message ?? issue.title);
    return writeMerge(repository, { tree: await mergedTree(repository, base, headSha), parents: [base, headSha], author: order.by, message });
  },

  async squash(world, repository, issue, base, order) {
    const message = messageOf(order.title ?? `${issue.title} (#${issue.number})`, order.message ?? issue.body ?? '');
    const tree = await mergedTree(repository, base, issue.pull.headSha);
    return writeMerge(repository, { tree, parents: [base], author: userNamed(world, issue.author), message });
  },

  async rebase(_world, repository, issue, base) {
    const { gitDir } = repository;
    const fork = await mergeBase(gitDir, base, issue.pull.headSha);
    const commits = await log(gitDir, { from: issue.pull.headSha, excluding: fork });
    let tip = base;
    for (const original of commits.toReversed().filter(({ parents }) => parents.length === 1)) {
      // A three-way merge on the commit's own parent: the tip's tree is dressed up as a child of that parent.
      const committer = { name: 'GitHub', email: 'noreply@github.com', time: await timeAfter(gitDir, [tip, original.sha]) };
      const ours = { tree: (await readCommit(gitDir, tip)).tree, parents: original.parents, author: committer, committer, message: 'rebase' };
      const tree = await mergedTree(repository, await writeObject(gitDir, commit(ours)), original.sha);
      tip = await writeObject(gitDir, commit({ tree, parents: [tip], author: original.author, committer, message: original.message }));
    }
    return tip;
  },
};

async function mergedTree({ gitDir }: Repository, base: string, head: string): Promise<string> {
  const merged = await mergeTrees(gitDir, base, head);
  if (merged.kind === 'conflict') throw new Refusal(405, 'Pull Request is not mergeable');
  return merged.tree;
}

async function mergeBranches(call: Call<'repos/merge'>) {
  const { world, repository, user, body } = call;
  const ref = `refs/heads/${body.base}`;
  const sha = await perform(call, async () => {
    const base = repository.refs.get(ref);
    const head = await resolveCommit(repository, body.head);
    if (base === undefined) throw new Refusal(404, 'Base does not exist');
    if (head === undefined) throw new Refusal(404, 'Head does not exist');
    if ((await countCommits(repository.gitDir, { from: head, excluding: base })) === 0) return unchanged(undefined);
    const merged = await mergeTrees(repository.gitDir, base, head);
    if (merged.kind === 'conflict') throw new Refusal(409, 'Merge conflict');
    if (repository.protections.has(body.base)) throw new Refusal(403, 'Protected branch update failed');
    return effect(`merge-branch ${repository.fullName} ${body.head}→${body.base}`, async () => {
      const message = body.commit_message ?? `Merge ${body.head} into ${body.base}`;
      const to = await writeMerge(repository, { tree: merged.tree, parents: [base, head], author: user, message });
      await moveRef(world, repository, { ref, to, by: user });
      return to;
    });
  });
  if (sha === undefined) return { status: 204 };
  return json(201, renderCommit(world, repository, await readCommit(repository.gitDir, sha)));
}

function messageOf(title: string, body: string): string {
  return body === '' ? title : `${title}\n\n${body}`;
}
