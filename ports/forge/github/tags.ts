import type { Tags } from '../tags.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { unlessMissing } from './connection/failures.ts';

export function githubTags({ rest }: GitHub): Tags {
  return {
    async find(repository, tag) {
      const found = await unlessMissing(rest.git.getRef({ ...at(repository), ref: `tags/${tag}` }));
      if (!found) return undefined;
      const { type, sha } = found.data.object;
      if (type !== 'tag') return sha;
      return (await unlessMissing(rest.git.getTag({ ...at(repository), tag_sha: sha })))?.data.object.sha;
    },
  };
}
