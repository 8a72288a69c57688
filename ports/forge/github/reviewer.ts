import type { Reviewer } from '../reviewer.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';

/** The identity of a second token: GitHub lets nobody approve a pull request of their own. */
export function githubReviewer({ rest, paginate }: GitHub): Reviewer {
  let login: Promise<string> | undefined;

  function me(): Promise<string> {
    login ??= rest.users.getAuthenticated().then(({ data }) => data.login);
    login.catch(() => (login = undefined));
    return login;
  }

  return {
    login: me,

    async hasApproved(repository, number, sha) {
      const [mine, reviews] = await Promise.all([me(), paginate(rest.pulls.listReviews, { ...at(repository), pull_number: number, per_page: 100 })]);
      return reviews.some(({ user, state, commit_id }) => user?.login === mine && state === 'APPROVED' && commit_id === sha);
    },

    async approve(repository, number, sha) {
      await rest.pulls.createReview({ ...at(repository), pull_number: number, commit_id: sha, event: 'APPROVE' });
    },
  };
}
