import { mergeTrees, readCommit } from '../../git/history.ts';
import { commit, writeObject } from '../../git/objects.ts';
import { effect } from '../../http/write.ts';
import { addIssue } from '../issues/issues.ts';
import { moveRef } from '../code/refs.ts';
import { notifyPull } from './pull-request.ts';
import { writeMerge } from './write-merge.ts';
import type { Pull, PullRequest, Repository, User } from '../state.ts';
import type { Plan } from '../../http/write.ts';
import type { World } from '../../world/state.ts';

export interface Reverting {
  readonly repository: Repository;
  readonly issue: PullRequest;
  readonly title: string | undefined;
  readonly body: string | undefined;
  readonly by: User;
}

/** A pull request that takes another one back, on a branch of its own, as GitHub's button makes it. Undefined where it can't be made by itself. */
export async function planRevert(world: World, { repository, issue, title, body, by }: Reverting): Promise<Plan<PullRequest> | undefined> {
  const { pull } = issue;
  const onto = repository.refs.get(`refs/heads/${pull.base}`);
  const head = `revert-${issue.number}-${pull.head}`;
  if (pull.merged === undefined || pull.baseSha === undefined || onto === undefined || repository.refs.has(`refs/heads/${head}`)) return undefined;
  const reverted = await takeBack(repository, onto, { before: pull.baseSha, after: pull.merged.sha });
  if (reverted.kind === 'conflict' || reverted.tree === (await readCommit(repository.gitDir, onto)).tree) return undefined;
  const called = title ?? `Revert "${issue.title}"`;
  return effect(`pull ${repository.fullName} ${head}→${pull.base}`, async () => {
    const headSha = await writeMerge(repository, { tree: reverted.tree, parents: [onto], author: by, message: `${called}\n\nThis reverts commit ${pull.merged!.sha}.\n` });
    await moveRef(world, repository, { ref: `refs/heads/${head}`, to: headSha, by });
    const made: Pull = { id: world.nextId(), head, headSha, base: pull.base, baseSha: undefined, draft: false, reviews: [], autoMerge: undefined, merged: undefined, queued: undefined, removals: [] };
    const revert = addIssue(world, repository, { title: called, body: body ?? `Reverts ${repository.fullName}#${issue.number}`, author: by, pull: made }) as PullRequest;
    await notifyPull(world, repository, revert, { action: 'opened', sender: by });
    return revert;
  });
}

/** A three-way merge whose base is the change: of what is there now, and of what was there before. Both are made children of it, so that git finds that base. */
async function takeBack({ gitDir }: Repository, onto: string, { before, after }: { readonly before: string; readonly after: string }) {
  const author = { name: 'sandbox', email: 'sandbox@example.com', time: 0 };
  const child = async (of: string) => writeObject(gitDir, commit({ tree: (await readCommit(gitDir, of)).tree, parents: [after], author, committer: author, message: of }));
  return mergeTrees(gitDir, await child(onto), await child(before));
}
