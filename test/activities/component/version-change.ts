import type { VersionChange } from '../../../activities/component/version-change.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { pinnedIn } from '../../worlds.ts';
import type { World } from '../../worlds.ts';

/** Brings the newest commit of the mirror into the product of a world. */
export async function newestChange(world: World, forge: Forge, changes: Partial<VersionChange> = {}): Promise<VersionChange> {
  const mirror = 'gitlab-org-security/gitaly';
  const repository = 'gitlab-org/gitlab';
  const [newest] = await forge.commits.mainLine(mirror, 'master', { limit: 1 });
  return {
    release: 'release/gitaly/from-the-pin',
    component: 'gitaly',
    mirror,
    mirrorBranch: 'master',
    mirrorChecks: [],
    pinned: await pinnedIn(world),
    candidate: newest!.sha,
    date: newest!.committedAt,
    repository,
    branch: 'master',
    base: (await forge.branches.find(repository, 'master'))!,
    head: 'release/gitaly',
    file: 'GITALY_SERVER_VERSION',
    title: 'Update Gitaly version',
    labels: [],
    since: '2000-01-01T00:00:00Z',
    after: 0,
    ...changes,
  };
}
