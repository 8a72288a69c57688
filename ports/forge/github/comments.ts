import type { PullRequests } from '../forge.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';

export function githubComments({ rest, paginate }: GitHub): Pick<PullRequests, 'hasComment' | 'comment'> {
  return {
    async hasComment(repository, number, marker) {
      const pages = paginate.iterator(rest.issues.listComments, { ...at(repository), issue_number: number, per_page: 100 });
      for await (const { data } of pages) {
        if (data.some(({ body }) => body?.includes(marker))) return true;
      }
      return false;
    },

    async comment(repository, number, body) {
      await rest.issues.createComment({ ...at(repository), issue_number: number, body });
    },
  };
}
