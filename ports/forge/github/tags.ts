import { asSha } from '../../../domain/code/commit.ts';
import { neverRetry, tryAgain } from '../../failures.ts';
import type { Tags } from '../tags.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal, unlessMissing } from './connection/failures.ts';

export function githubTags({ rest, paginate }: GitHub): Tags {
  const find: Tags['find'] = async (repository, tag) => {
    const found = await unlessMissing(rest.git.getRef({ ...at(repository), ref: `tags/${tag}` }));
    if (!found) return undefined;
    const { type, sha } = found.data.object;
    if (type !== 'tag') return asSha(sha);
    const annotated = await unlessMissing(rest.git.getTag({ ...at(repository), tag_sha: sha }));
    return annotated && asSha(annotated.data.object.sha);
  };

  return {
    find,

    async list(repository, prefix) {
      const refs = await paginate(rest.git.listMatchingRefs, { ...at(repository), ref: `tags/${prefix}`, per_page: 100 });
      return refs.map(({ ref, object }) => ({ name: ref.replace('refs/tags/', ''), ...(object.type === 'commit' && { sha: asSha(object.sha) }) }));
    },

    async create(repository, tag, sha) {
      try {
        await rest.git.createRef({ ...at(repository), ref: `refs/tags/${tag}`, sha });
      } catch (error) {
        if (refusal(error)?.status !== 422) throw error;
        // 422 says that the tag exists, or that the commit doesn't: only looking tells which.
        const there = await find(repository, tag);
        if (there) throw neverRetry('Conflict', `${repository} has a tag ${tag} already, on ${there}`);
        const commit = await unlessMissing(rest.git.getCommit({ ...at(repository), commit_sha: sha }));
        if (!commit) throw neverRetry('InvalidInput', `${repository} has no commit ${sha} to put the tag ${tag} on`, refusal(error));
        throw tryAgain('Unavailable', `${repository} shows no tag ${tag} and yet refuses to create it: ${refusal(error)?.reason}`, { answer: refusal(error) });
      }
    },
  };
}
