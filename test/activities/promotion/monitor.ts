import { catalogSchema } from '../../../domain/catalog.ts';
import type { Catalog } from '../../../domain/catalog.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { asSha } from '../../../domain/code/commit.ts';
import { github } from '../../sandbox/stand.ts';
import type { World } from '../../worlds.ts';

export const repository = 'mozilla/blurts-server';
const place = { owner: 'mozilla', repo: 'blurts-server' };

/** A catalog of Monitor alone, with everything fast. @param more of its promotion */
export function monitorCatalog(more: object = {}, environments: object = {}): Catalog {
  return catalogSchema.parse({
    version: 1,
    pace: { poll: '100ms', sample: '100ms', retry: '50ms', patience: '2s' },
    environments,
    components: {
      monitor: { promotion: { repository, timeZone: 'America/Los_Angeles', onTag: ['release_retag_v2.yaml'], engineer: 'ann', chat: { progress: '#fx-monitor-engineering' }, ...more } },
    },
  });
}

/** What people do in Monitor's repository. */
export function monitorOf(world: World) {
  const { git, pulls, repos } = github(world, 'person:ann');

  async function commitOn(parent: Sha, path: string, message: string): Promise<Sha> {
    const { data: base } = await git.getCommit({ ...place, commit_sha: parent });
    const { data: tree } = await git.createTree({ ...place, base_tree: base.tree.sha, tree: [{ path, mode: '100644', type: 'blob', content: `${message}\n` }] });
    return asSha((await git.createCommit({ ...place, message, tree: tree.sha, parents: [parent] })).data.sha);
  }

  async function head(branch = 'main'): Promise<Sha> {
    return asSha((await git.getRef({ ...place, ref: `heads/${branch}` })).data.object.sha);
  }

  return {
    head,
    /** A pull request of one commit that is merged at once. @returns its number and the commit that is on main */
    async merge(title: string, { branch = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'), body = '', method = 'squash' as 'squash' | 'merge' | 'rebase' } = {}) {
      const sha = await commitOn(await head(), `${branch}.txt`, title);
      await git.createRef({ ...place, ref: `refs/heads/${branch}`, sha });
      const { data: pull } = await pulls.create({ ...place, head: branch, base: 'main', title, body });
      const { data: merged } = await pulls.merge({ ...place, pull_number: pull.number, merge_method: method });
      return { number: pull.number, sha: asSha(merged.sha) };
    },
    /** A commit that somebody pushes without a pull request. */
    async push(message: string): Promise<Sha> {
      const sha = await commitOn(await head(), 'pushed.txt', message);
      await git.updateRef({ ...place, ref: 'heads/main', sha });
      return sha;
    },
    /** A commit on a branch that never reaches main. */
    async branchOff(branch: string): Promise<Sha> {
      const sha = await commitOn(await head(), `${branch}.txt`, branch);
      await git.createRef({ ...place, ref: `refs/heads/${branch}`, sha });
      return sha;
    },
    tag: async (name: string, sha: Sha) => void (await git.createRef({ ...place, ref: `refs/tags/${name}`, sha })),
    tags: async () => (await git.listMatchingRefs({ ...place, ref: 'tags/' })).data.map(({ ref }) => ref.replace('refs/tags/', '')),
    release: async (tag: string) => (await repos.getReleaseByTag({ ...place, tag })).data,
    /** Ticks everything on a release's page, or the first of it. */
    async tick(tag: string, which: 'all' | 'first' = 'all'): Promise<void> {
      const { data: release } = await repos.getReleaseByTag({ ...place, tag });
      const body = which === 'all' ? release.body!.replaceAll('- [ ]', '- [x]') : release.body!.replace('- [ ]', '- [x]');
      await repos.updateRelease({ ...place, release_id: release.id, body });
    },
  };
}
