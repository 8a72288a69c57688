import { asSha } from '../../../domain/code/commit.ts';
import type { Remark } from '../../../domain/people/written-vote.ts';
import type { Discussions } from '../discussions.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { fittingBody } from '../../../domain/code/quiet-text.ts';
import { asked } from './connection/graphql.ts';
import { githubLabels } from './labels.ts';

const verdicts: Readonly<Record<string, NonNullable<Remark['review']>['verdict']>> = { APPROVED: 'approve', CHANGES_REQUESTED: 'reject', COMMENTED: 'none' };

const lastEdited = `query ($id: ID!) { node(id: $id) { ... on PullRequestReview { lastEditedAt } } }`;

export function githubDiscussions(github: GitHub): Discussions {
  const { rest, paginate } = github;

  async function comments(repository: string, number: number): Promise<readonly Remark[]> {
    const found = await paginate(rest.issues.listComments, { ...at(repository), issue_number: number, per_page: 100 });
    return found.map(({ node_id: id, html_url: url, user, body = '', created_at, updated_at }) => ({
      ...{ id, url, text: body, at: created_at, isEdited: updated_at !== created_at },
      ...author(user),
    }));
  }

  async function reviews(repository: string, number: number): Promise<readonly Remark[]> {
    const found = await paginate(rest.pulls.listReviews, { ...at(repository), pull_number: number, per_page: 100 });
    return found.flatMap(({ node_id: id, html_url: url, user, body, state, submitted_at, commit_id }) => {
      const verdict = verdicts[state];
      if (!verdict || submitted_at === undefined) return [];
      return [{ id, url, text: body, at: submitted_at, ...author(user), review: { verdict, ...(commit_id && { sha: asSha(commit_id) }) } }];
    });
  }

  return {
    async remarks(repository, number) {
      const all = [...(await comments(repository, number)), ...(await reviews(repository, number))];
      return all.toSorted((a, b) => a.at.localeCompare(b.at));
    },

    async isEdited(id) {
      const { data } = await asked<{ readonly node: { readonly lastEditedAt?: string | null } | null }>(github, lastEdited, { id });
      return data?.node?.lastEditedAt !== null;
    },

    async hasComment(repository, number, marker) {
      const pages = paginate.iterator(rest.issues.listComments, { ...at(repository), issue_number: number, per_page: 100 });
      for await (const { data } of pages) {
        if (data.some(({ body }) => body?.includes(marker))) return true;
      }
      return false;
    },

    async comment(repository, number, body) {
      await rest.issues.createComment({ ...at(repository), issue_number: number, body: fittingBody(body) });
    },

    async rewrite(repository, number, body) {
      await rest.issues.update({ ...at(repository), issue_number: number, body: fittingBody(body) });
    },

    ...githubLabels(github),
  };
}

/** Accounts that were deleted have none. */
function author(user: { readonly login: string; readonly type: string } | null): Pick<Remark, 'by' | 'isPerson'> {
  return { by: user?.login ?? 'ghost', isPerson: user?.type === 'User' };
}
