import { asSha } from '../../../domain/code/commit.ts';
import { neverRetry, tryAgain } from '../../failures.ts';
import type { MergedPullRequest, PullRequest, PullRequests } from '../pull-requests.ts';
import { fittingBody, fittingTitle } from '../../../domain/code/quiet-text.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal, unlessMissing } from './connection/failures.ts';
import { asked } from './connection/graphql.ts';

const revertPullRequest = `mutation ($pull: ID!, $title: String!, $body: String!) {
  revertPullRequest(input: { pullRequestId: $pull, title: $title, body: $body }) { revertPullRequest { number } }
}`;

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
    if (pull.state === 'open') return { ...pull, ...obstacles(found.data) };
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

    async open({ repository, head, base, title, body }) {
      try {
        const { data } = await rest.pulls.create({ ...at(repository), head, base, title: fittingTitle(title), body: fittingBody(body) });
        return fromGitHub(data);
      } catch (error) {
        if (refusal(error)?.status !== 422) throw error;
        const open = (await list(repository, head, base)).find(({ state }) => state === 'open');
        throw open ? neverRetry('Conflict', `${repository} has a pull request from ${head} into ${base} already: ${open.url}`) : error;
      }
    },

    async close(repository, number) {
      try {
        await rest.pulls.update({ ...at(repository), pull_number: number, state: 'closed' });
      } catch (error) {
        const { status, reason } = refusal(error) ?? {};
        // It may be merged already, and still be shown as open.
        throw status === 422 ? tryAgain('Unavailable', `GitHub won't close ${repository}#${number}: ${reason}`, { answer: refusal(error) }) : error;
      }
    },

    async revert(repository, { number, title, body }) {
      const { data } = await rest.pulls.get({ ...at(repository), pull_number: number });
      const answer = await asked<{ revertPullRequest: { revertPullRequest: { number: number } } }>(github, revertPullRequest, { pull: data.node_id, title: fittingTitle(title), body: fittingBody(body) });
      if (answer.refused !== undefined) throw neverRetry('Refused', `GitHub can't revert ${repository}#${number} by itself: ${answer.refused}`);
      const made = await get(repository, answer.data!.revertPullRequest.revertPullRequest.number);
      if (!made) throw tryAgain('Unavailable', `GitHub does not show the revert of ${repository}#${number} yet`);
      return made;
    },

    async landing(repository, sha, base) {
      const found = await paginate(rest.repos.listPullRequestsAssociatedWithCommit, { ...at(repository), commit_sha: sha, per_page: 100 });
      return found
        .filter(({ merged_at, base: { ref } }) => merged_at !== null && ref === base)
        .map(({ number, html_url, title, body, head, user }) => ({ number, url: html_url, title, body: body ?? '', branch: head.ref, ...(user && { author: user.login }) }));
    },

    async labelled(repository, label, base) {
      const { owner, repo } = at(repository);
      const issues = await paginate(rest.issues.listForRepo, { owner, repo, labels: label, state: 'closed', per_page: 100 });
      const merged: MergedPullRequest[] = [];
      for (const { number } of issues.filter(({ pull_request }) => pull_request?.merged_at != null)) {
        const found = await unlessMissing(rest.pulls.get({ owner, repo, pull_number: number }));
        const { merged_at: mergedAt, merge_commit_sha: mergeSha, html_url: url, title, body, head, user, base: into } = found?.data ?? {};
        if (!mergedAt || !mergeSha || into?.ref !== base || url === undefined || title === undefined) continue;
        merged.push({ number, url, title, body: body ?? '', branch: head?.ref ?? '', ...(user && { author: user.login }), mergeSha: asSha(mergeSha), mergedAt });
      }
      return merged.toSorted((a, b) => Date.parse(a.mergedAt) - Date.parse(b.mergedAt) || a.number - b.number);
    },

    async files(repository, number) {
      const files = await paginate(rest.pulls.listFiles, { ...at(repository), pull_number: number, per_page: 100 });
      return files.map(({ filename }) => filename);
    },
  };
}

/** GitHub computes it in the background, and says `unknown` until then. */
function obstacles({ mergeable_state, auto_merge }: { readonly mergeable_state: string; readonly auto_merge: unknown }): Pick<PullRequest, 'conflicts' | 'blocked' | 'undecided' | 'behind' | 'mergesItself'> {
  return {
    ...(mergeable_state === 'dirty' && { conflicts: true }),
    ...(['blocked', 'draft', 'unknown'].includes(mergeable_state) && { blocked: true }),
    ...(mergeable_state === 'unknown' && { undecided: true }),
    ...(mergeable_state === 'behind' && { behind: true }),
    ...(auto_merge !== null && { mergesItself: true }),
  };
}

type ListedPull = Awaited<ReturnType<GitHub['rest']['pulls']['list']>>['data'][number];

function fromGitHub(pull: Pick<ListedPull, 'number' | 'html_url' | 'state' | 'merged_at' | 'merge_commit_sha' | 'title' | 'body' | 'created_at'> & { head: { sha: string }; labels: readonly { name: string }[] }): PullRequest {
  return {
    number: pull.number,
    url: pull.html_url,
    state: pull.merged_at ? 'merged' : pull.state === 'open' ? 'open' : 'closed',
    head: asSha(pull.head.sha),
    title: pull.title,
    body: pull.body ?? '',
    labels: pull.labels.map(({ name }) => name),
    createdAt: pull.created_at,
    // Before the merge it names GitHub's trial merge.
    ...(pull.merged_at && pull.merge_commit_sha && { mergeSha: asSha(pull.merge_commit_sha) }),
  };
}
