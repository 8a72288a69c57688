import type { Commit, Sha } from '../../../../domain/code/commit.ts';
import { asSha } from '../../../../domain/code/commit.ts';
import { below, leadsTo } from '../../../../domain/code/main-line.ts';
import type { Repository } from '../../../../domain/code/repository.ts';
import type { Commits, MainLineCommit } from '../../commits.ts';
import { at } from '../connection/client.ts';
import type { GitHub } from '../connection/client.ts';
import { unlessMissing } from '../connection/failures.ts';
import { fromList } from './listed-commit.ts';

const pageSize = 100;
/** Commits of one push that are read at most. */
const longestPush = 500;

export function readMainLine({ rest, paginate }: GitHub): Commits['mainLine'] {
  /** What the branch pointed to before each of its newest heads. Not every GitHub tells (Enterprise Server before 3.10). */
  async function headsBefore(repository: Repository, branch: string, limit: number): Promise<Map<Sha, Sha>> {
    const heads = new Map<Sha, Sha>();
    const pages = paginate.iterator(rest.repos.listActivities, { ...at(repository), ref: `refs/heads/${branch}`, per_page: Math.min(limit, pageSize) })[Symbol.asyncIterator]();
    for (let read = 0; read < limit; ) {
      const page = await unlessMissing(pages.next());
      if (!page || page.done || page.value.data.length === 0) break;
      for (const { after, before } of page.value.data) {
        const head = asSha(after);
        if (!heads.has(head) && !/^0+$/.test(before)) heads.set(head, asSha(before));
      }
      read += page.value.data.length;
    }
    return heads;
  }

  /** Where the branch came from, when first parents did not lead there as far as they were read. */
  async function beforePush(repository: Repository, sha: Sha, { before, parents }: { readonly before: Sha; readonly parents: ReadonlyMap<Sha, readonly Sha[]> }): Promise<Sha> {
    const first = parents.get(sha)![0]!;
    const pushed = await unlessMissing(rest.repos.compareCommitsWithBasehead({ ...at(repository), basehead: `${before}...${sha}`, per_page: pageSize }));
    // What was pushed does not contain it: the branch was moved by force.
    if (!pushed || pushed.data.status !== 'ahead') return first;
    const brought = new Map<Sha, readonly Sha[]>();
    for (let page = 1; brought.size < Math.min(pushed.data.total_commits, longestPush); page++) {
      const { commits } = page === 1 ? pushed.data : (await rest.repos.compareCommitsWithBasehead({ ...at(repository), basehead: `${before}...${sha}`, page, per_page: pageSize })).data;
      if (commits.length === 0) break;
      for (const commit of commits) brought.set(asSha(commit.sha), parentsOf(commit));
    }
    return brought.size < pushed.data.total_commits || leadsTo(before, sha, brought) ? first : before;
  }

  return async (repository, branch, { limit, until }) => {
    const where = at(repository);
    const read = new Map<Sha, Commit>();
    const parents = new Map<Sha, readonly Sha[]>();
    const readFrom = async (ref: string) => {
      const { data } = await rest.repos.listCommits({ ...where, sha: ref, per_page: limit === 1 ? 1 : pageSize });
      for (const commit of data) {
        const listed = fromList(commit);
        read.set(listed.sha, listed);
        parents.set(listed.sha, parentsOf(commit));
      }
      return data[0] && asSha(data[0].sha);
    };
    const [head, previous] = await Promise.all([readFrom(branch), limit === 1 ? new Map<Sha, Sha>() : headsBefore(repository, branch, limit)]);
    if (head !== undefined) addNewest(previous, head);

    const line: MainLineCommit[] = [];
    for (let sha = head; sha !== undefined && line.length < limit; ) {
      if (!read.has(sha)) await readFrom(sha);
      const next = below(sha, { parents, previous });
      const parent = next.kind === 'unclear' ? await beforePush(repository, sha, { parents, ...next }) : next.kind === 'commit' ? next.sha : undefined;
      const before = next.kind === 'commit' ? (previous.get(sha) ?? parent) : parent;
      line.push({ ...read.get(sha)!, ...(before !== undefined && { before }) });
      if (sha === until) break;
      sha = parent;
    }
    return line;
  };
}

function parentsOf({ parents }: { readonly parents: readonly { readonly sha: string }[] }): readonly Sha[] {
  return parents.map(({ sha }) => asSha(sha));
}

/** The list of heads may lag behind the branch: what it tells of last was before. */
function addNewest(previous: Map<Sha, Sha>, head: Sha): void {
  const [newest] = previous.keys();
  if (newest !== undefined && !previous.has(head)) previous.set(head, newest);
}
