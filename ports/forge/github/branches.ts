import { isDeepStrictEqual } from 'node:util';
import { asSha } from '../../../domain/code/commit.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { author } from '../../../domain/code/author.ts';
import { missing, neverRetry, tryAgain } from '../../failures.ts';
import type { Branches, NewCommit } from '../branches.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal, unlessMissing } from './connection/failures.ts';
import { asked } from './connection/graphql.ts';

/** REST can only force, or refuse what is not a descendant; neither compares with where the branch is believed to be. */
const updateRefs = `mutation ($repository: ID!, $updates: [RefUpdate!]!) {
  updateRefs(input: { repositoryId: $repository, refUpdates: $updates }) { clientMutationId }
}`;

/** @param signs whether GitHub signs what it commits for this account, as for apps: then nobody must be named as author, and no date can be */
export function githubBranches(github: GitHub, { signs = false }: { readonly signs?: boolean | undefined } = {}): Branches {
  const { rest, paginate } = github;
  const find: Branches['find'] = async (repository, branch) => {
    const found = await unlessMissing(rest.git.getRef({ ...at(repository), ref: `heads/${branch}` }));
    return found && asSha(found.data.object.sha);
  };
  const commit = (repository: string, sha: string) => unlessMissing(rest.git.getCommit({ ...at(repository), commit_sha: sha }));

  /** As the file has it: a script stays one that can be run. */
  async function modeOf(repository: string, root: string, path: string): Promise<'100644' | '100755'> {
    let sha = root;
    let mode = '';
    for (const name of path.split('/')) {
      const found = await unlessMissing(rest.git.getTree({ ...at(repository), tree_sha: sha }));
      const entry = found?.data.tree.find((one) => one.path === name);
      if (!entry?.sha) return '100644';
      ({ sha, mode = '' } = entry);
    }
    if (mode === '120000') throw neverRetry('InvalidInput', `${path} in ${repository} is a symbolic link: name the file that it leads to`);
    return mode === '100755' ? mode : '100644';
  }

  /** What a branch is at, if it is this commit in all but its author and dates. */
  async function ours(repository: string, branch: string, { message, tree, parents }: { readonly message: string; readonly tree: string; readonly parents: readonly string[] }): Promise<Sha | undefined> {
    const head = await find(repository, branch);
    const there = head && (await commit(repository, head));
    const isOurs = there?.data.message === message && there.data.tree.sha === tree && isDeepStrictEqual(there.data.parents.map(({ sha }) => sha), parents);
    return isOurs ? head : undefined;
  }

  return {
    find,

    async names(repository) {
      const refs = await paginate(rest.git.listMatchingRefs, { ...at(repository), ref: 'heads/', per_page: 100 });
      return refs.map(({ ref }) => ref.replace('refs/heads/', ''));
    },

    async write({ repository, branch, parent, path, text, message, date, merges }: NewCommit) {
      const base = await commit(repository, parent);
      if (!base) throw missing(`${repository} does not show the commit ${parent}`);
      const tree = await rest.git.createTree({
        ...at(repository),
        base_tree: base.data.tree.sha,
        tree: [{ path, mode: await modeOf(repository, base.data.tree.sha, path), type: 'blob', content: text }],
      });
      const content = { message, tree: tree.data.sha, parents: [...(merges ? [merges] : []), parent] };
      if (signs) return (branch === undefined ? undefined : await ours(repository, branch, content)) ?? asSha((await rest.git.createCommit({ ...at(repository), ...content })).data.sha);
      // GitHub takes our date only together with a name. It is the committer's, too.
      const written = await rest.git.createCommit({ ...at(repository), ...content, author: { ...author, date } });
      return asSha(written.data.sha);
    },

    async create(repository, branch, sha) {
      try {
        await rest.git.createRef({ ...at(repository), ref: `refs/heads/${branch}`, sha });
      } catch (error) {
        if (refusal(error)?.status !== 422) throw error;
        // 422 says that the branch exists, or that the commit doesn't: only looking tells which.
        const there = await find(repository, branch);
        if (there) throw neverRetry('Conflict', `${repository} has a branch ${branch} already, at ${there}`);
        if (!(await commit(repository, sha))) throw neverRetry('InvalidInput', `${repository} has no commit ${sha} to put the branch ${branch} on`, refusal(error));
        throw tryAgain('Unavailable', `${repository} shows no branch ${branch} and yet refuses to create it: ${refusal(error)?.reason}`, { answer: refusal(error) });
      }
    },

    async advance(repository, branch, { from, to, discards = false }) {
      const { data } = await rest.repos.get(at(repository));
      const updates = [{ name: `refs/heads/${branch}`, beforeOid: from, afterOid: to, force: discards }];
      const { refused } = await asked(github, updateRefs, { repository: data.node_id, updates });
      if (refused === undefined) return;
      const now = await find(repository, branch);
      if (now !== from) throw neverRetry('Conflict', `branch ${branch} of ${repository} is at ${now ?? 'nothing'}, not at ${from}: it is not moved`);
      throw neverRetry('InvalidInput', `${repository} refuses to move ${branch}: ${refused}`, { reason: refused });
    },

    async remove(repository, branch) {
      try {
        await rest.git.deleteRef({ ...at(repository), ref: `heads/${branch}` });
      } catch (error) {
        const { status, reason = '' } = refusal(error) ?? {};
        // What a read shows may be older than the branch's end.
        if (status === 422 && /does not exist/i.test(reason)) return;
        if (status !== 404 || (await find(repository, branch))) throw error;
      }
    },
  };
}
