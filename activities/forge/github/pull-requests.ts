import { neverRetry, tryAgain } from '../../failures.ts';
import type { PullRequest, PullRequests } from '../forge.ts';
import { at } from './client.ts';
import type { GitHub } from './client.ts';
import { refusal, unlessMissing } from './failures.ts';
import { githubLabels } from './labels.ts';

export function githubPullRequests(github: GitHub): PullRequests {
  const { rest, paginate } = github;

  const list: PullRequests['list'] = async (repository, head, base) => {
    const { owner, repo } = at(repository);
    const found = await paginate(rest.pulls.list, { owner, repo, head: `${owner}:${head}`, base, state: 'all', sort: 'created', direction: 'desc', per_page: 100 });
    // GitHub ignores a filter that it can't read, and then lists everybody's pull requests.
    return found.filter((pull) => pull.head.ref === head && pull.base.ref === base).map(fromGitHub);
  };

  const get: PullRequests['get'] = async (repository, number) => {
    const found = await unlessMissing(rest.pulls.get({ ...at(repository), pull_number: number }));
    if (!found) return undefined;
    const pull = fromGitHub(found.data);
    if (pull.state === 'open') return pull;
    const closedBy = pull.state === 'merged' ? found.data.merged_by?.login : await closer(repository, number);
    return { ...pull, ...(closedBy && { closedBy }) };
  };

  async function closer(repository: string, number: number): Promise<string | undefined> {
    const issue = await unlessMissing(rest.issues.get({ ...at(repository), issue_number: number }));
    return issue?.data.closed_by?.login;
  }

  return {
    list,
    get,
    ...githubLabels(github),

    async open({ repository, head, base, title, body }) {
      try {
        const { data } = await rest.pulls.create({ ...at(repository), head, base, title, body });
        return fromGitHub(data);
      } catch (error) {
        if (refusal(error)?.status !== 422) throw error;
        const open = (await list(repository, head, base)).find(({ state }) => state === 'open');
        throw open ? neverRetry('Conflict', `${repository} has a pull request from ${head} into ${base} already: ${open.url}`) : error;
      }
    },

    async close(repository, number) {
      await rest.pulls.update({ ...at(repository), pull_number: number, state: 'closed' });
    },

    async merge(repository, number, sha, method) {
      try {
        const { data } = await rest.pulls.merge({ ...at(repository), pull_number: number, sha, merge_method: method });
        return { kind: 'merged', sha: data.sha };
      } catch (error) {
        const { status, reason = '' } = refusal(error) ?? {};
        if (status !== 405 && status !== 409 && status !== 422) throw error;
        // These cover what passes by itself, what doesn't, and a pull request that is merged already: look.
        const now = await get(repository, number);
        if (now?.mergeSha && now.head === sha) return { kind: 'merged', sha: now.mergeSha };
        if (status === 409 || (now && now.head !== sha)) return { kind: 'moved' };
        if (/base branch was modified/i.test(reason)) throw tryAgain('Unavailable', `GitHub could not merge ${repository}#${number} yet: ${reason}`);
        return { kind: 'refused', reason };
      }
    },
  };
}

type ListedPull = Awaited<ReturnType<GitHub['rest']['pulls']['list']>>['data'][number];

function fromGitHub(pull: Pick<ListedPull, 'number' | 'html_url' | 'state' | 'merged_at' | 'merge_commit_sha' | 'title' | 'body' | 'created_at'> & { head: { sha: string }; labels: readonly { name: string }[] }): PullRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    state: pull.merged_at ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    head: pull.head.sha,
    title: pull.title,
    body: pull.body ?? '',
    labels: pull.labels.map(({ name }) => name),
    createdAt: pull.created_at,
    // Before the merge it names GitHub's trial merge.
    ...(pull.merged_at && pull.merge_commit_sha && { mergeSha: pull.merge_commit_sha }),
  };
}
