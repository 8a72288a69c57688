import { beforeEach, describe, expect, it } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import { versionWrites } from '../../../domain/versions/plan.ts';
import { name, versionStand } from './stand.ts';
import type { VersionStand } from './stand.ts';

let stand: VersionStand;
/** The commit that production runs, and the head of the default branch that never reached it. */
let c: Sha;
let d: Sha;

beforeEach(() => {
  stand = versionStand();
  const { gitaly } = stand;
  gitaly.commit('A', { VERSION: '12.8.0', 'CHANGELOG.md': '# Gitaly changelog\n\n## 12.8.0 (2020-02-22)\n\nNo changes.\n' });
  gitaly.git('tag', '-a', '-m', 'Version v12.8.0', 'v12.8.0');
  gitaly.commit('Fix it\n\nChangelog: fixed', { fix: '1\n' });
  c = gitaly.commit('C\n\nChangelog: added', { c: '1\n' });
  d = gitaly.commit('D\n\nChangelog: added', { d: '1\n' });
  stand.runs(c);
});

async function reason(version: string, more?: Parameters<VersionStand['plan']>[1]): Promise<string> {
  const planned = await stand.plan(version, more);
  return planned.kind === 'refused' ? planned.reason : `${planned.kind}: not refused`;
}

describe('a minor', () => {
  it('is made of the commit that production runs, not of the head, and merged back into that', async () => {
    const plan = await stand.planned('12.9.0');
    expect(plan).toMatchObject({ branch: '12-9-stable', tag: 'v12.9.0', previous: '12.8.0', latest: true, isTagged: false, commit: { parent: c, sha: plan.target, paths: ['VERSION', 'CHANGELOG.md'] }, mergeBack: { kind: 'merge', into: d } });
    expect(plan).not.toHaveProperty('branchAt');
    expect(plan.section?.body).toBe(`### Added (1 change)\n\n- [C](https://forge/${name}/commit/${c})\n\n### Fixed (1 change)\n\n- [Fix it](https://forge/${name}/commit/${stand.gitaly.git('rev-parse', `${c}^`)})\n`);
    expect(versionWrites(plan)).toEqual([
      `make the branch 12-9-stable of ${name} at ${c.slice(0, 12)}`,
      `commit VERSION, CHANGELOG.md to 12-9-stable as ${plan.target.slice(0, 12)}`,
      `tag ${plan.target.slice(0, 12)} as v12.9.0`,
      'publish the release v12.9.0 as the latest',
      expect.stringMatching(new RegExp(`^merge v12\\.9\\.0 into ${d.slice(0, 12)} of master as `)),
    ]);
  });

  it('is planned to the same commits each time, and writes nothing', async () => {
    const before = stand.gitaly.git('for-each-ref');
    const [one, two] = [await stand.planned('12.9.0'), await stand.planned('v12.9.0')];
    expect(two).toEqual(one);
    expect(stand.gitaly.git('for-each-ref')).toBe(before);
  });

  it('of a commit that never reached production is refused, by name, with what production runs', async () => {
    expect(await reason('12.9.0', { sha: d })).toBe(`sha: ${d.slice(0, 12)} never reached production, which runs ${c.slice(0, 12)}`);
    expect(await stand.planned('12.9.0', { sha: stand.gitaly.at(`${c}^`) })).toMatchObject({ commit: { parent: stand.gitaly.git('rev-parse', `${c}^`) } });
  });

  it('is refused where nobody knows what production runs', async () => {
    stand.runs(undefined);
    expect(await reason('12.9.0')).toMatch(/production runs nothing that is known/);
  });

  it("is refused where the environment's record and its newest deployment name two commits, until one of them is named", async () => {
    stand.product.set('deployed', d);
    expect(await reason('12.9.0')).toBe(`version: production is found to run ${d.slice(0, 12)}, and its record says ${c.slice(0, 12)}: say by "sha" which of them 12.9.0 is made of`);
    expect(await stand.planned('12.9.0', { sha: c })).toMatchObject({ commit: { parent: c } });
    stand.product.set('deployed', c);
    expect(await stand.planned('12.9.0')).toMatchObject({ commit: { parent: c } });
  });

  it('uses an existing stable branch as it is, if that goes off from what reached production', async () => {
    const { gitaly } = stand;
    gitaly.git('checkout', '--quiet', '-b', '12-9-stable', c);
    const head = gitaly.commit('Picked\n\nChangelog: fixed', { picked: '1\n' });
    expect(await stand.planned('12.9.0')).toMatchObject({ branchAt: head, commit: { parent: head } });
  });

  it('is refused where the existing stable branch goes off from what never reached production', async () => {
    stand.gitaly.git('branch', '12-9-stable', d);
    stand.gitaly.commit('E', { e: '1\n' });
    expect(await reason('12.9.0')).toBe(`version: 12-9-stable goes off from ${d.slice(0, 12)}, which never reached production, which runs ${c.slice(0, 12)}`);
  });

  it('knows a base by the merge base, whichever side of a merge it is on', async () => {
    const { gitaly } = stand;
    gitaly.git('checkout', '--quiet', '-b', '12-9-stable', c);
    gitaly.commit('Picked', { picked: '1\n' });
    // A sync merge with its parents swapped: the default branch's own line is the second one.
    gitaly.git('checkout', '--quiet', '-b', 'sync', c);
    gitaly.commit('Security', { security: '1\n' });
    gitaly.git('merge', '--quiet', '--no-ff', '-m', 'Sync', 'master');
    gitaly.git('checkout', '--quiet', 'master');
    gitaly.git('reset', '--quiet', '--hard', 'sync');
    expect(await stand.plan('12.9.0')).toMatchObject({ kind: 'version', branch: '12-9-stable' });
  });

  it('only tells the default branch in its changelog, where the catalog says so', async () => {
    const only = versionStand({ gitaly: stand.gitaly, versions: '{ production: { environment: production }, mergeBack: changelogOnly }' });
    only.runs(c);
    expect(await only.planned('12.9.0')).toMatchObject({ mergeBack: { kind: 'changelog', commit: { parent: d, paths: ['CHANGELOG.md'] } } });
  });

  it.each([
    ['12.9.0-rc2', '12.9.0'],
    ['12.10.0-rc1', '12.10.0-rc1'],
  ])('is merged back over the candidate %s, which was made on the default branch since: %s is what comes next there', async (candidate, higher) => {
    const head = stand.gitaly.commit(`Update version to ${candidate}`, { VERSION: `${candidate}\n` });
    const { mergeBack, target } = await stand.planned('12.9.0');
    if (mergeBack.kind !== 'merge') return expect.unreachable(mergeBack.kind);
    expect((await stand.git.read(name, mergeBack.sha, 'VERSION'))?.trim()).toBe(higher);
    expect((await stand.git.log(name, { to: mergeBack.sha, limit: 1 }))[0]?.parents).toEqual([head, target]);
  });

  it('says which files people will have to put together', async () => {
    stand.gitaly.commit('VERSION for developers', { VERSION: '12.10.0-pre' });
    const plan = await stand.planned('12.9.0');
    expect(plan.mergeBack).toMatchObject({ kind: 'conflict', paths: ['VERSION'] });
    expect(versionWrites(plan).at(-1)).toBe('ask people to merge v12.9.0 into master, where VERSION conflict');
  });
});

describe('what is refused before anything is written', () => {
  it.each([
    ['12.8.1', {}, '12-8-stable, and gitlab-org/gitaly has no such branch'],
    ['12.7.0', {}, 'lower than 12.8.0'],
    ['nonsense', {}, 'must be X.Y.Z'],
    ['--mirror', {}, 'must be X.Y.Z'],
    ['12.9.0-rc41', {}, 'rc41 is not for developers, who use 1 to 39: the next free one is 12.9.0-rc1'],
    ['rc', {}, 'no open one'],
  ])('%s', async (version, more, why) => {
    expect(await reason(version, more)).toContain(why);
  });

  it('a version file that can not state a version', async () => {
    const odd = versionStand({ gitaly: stand.gitaly, versions: `{ production: { environment: production }, files: [{ path: VERSION, pattern: "v = '{version}'" }] }` });
    odd.runs(c);
    await expect(odd.plan('12.9.0')).rejects.toMatchObject({ type: 'InvalidCatalog', message: expect.stringContaining("VERSION has no line v = '{version}'") });
  });

  it('a version that leaves one out, until somebody says that it will never be made', async () => {
    expect(await stand.plan('12.11.0')).toMatchObject({ kind: 'gap', version: '12.11.0', missing: ['12.9.0', '12.10.0'] });
    expect(await stand.plan('12.11.0', { burns: true })).toMatchObject({ kind: 'version', tag: 'v12.11.0' });
  });
});

describe('a patch', () => {
  beforeEach(() => {
    stand.gitaly.git('checkout', '--quiet', '-b', '12-8-stable', 'v12.8.0');
    stand.gitaly.commit('Picked\n\nChangelog: fixed', { picked: '1\n' });
  });

  it('is made of the head of its stable branch, is told on both branches, and not merged back', async () => {
    const head = stand.gitaly.git('rev-parse', '12-8-stable');
    const plan = await stand.planned('12.8.1');
    expect(plan).toMatchObject({ branch: '12-8-stable', branchAt: head, commit: { parent: head, paths: ['VERSION', 'CHANGELOG.md'] }, mergeBack: { kind: 'changelog', commit: { parent: d, paths: ['CHANGELOG.md'] } }, previous: '12.8.0', latest: true });
    expect(plan.section?.body).toContain('[Picked]');
  });

  it('of an old line is not the latest, and its section stands below', async () => {
    stand.gitaly.git('tag', '-a', '-m', 'x', 'v12.9.0', c);
    const plan = await stand.planned('12.8.1');
    expect(plan.latest).toBe(false);
  });

  it('that skips one asks', async () => {
    expect(await stand.plan('12.8.3')).toMatchObject({ kind: 'gap', missing: ['12.8.1', '12.8.2'] });
  });

  it('without a trailer still has its section', async () => {
    stand.gitaly.git('reset', '--quiet', '--hard', 'v12.8.0');
    stand.gitaly.commit('Quiet', { quiet: '1\n' });
    expect((await stand.planned('12.8.1')).section?.body).toBe('No changes.\n');
  });
});

describe('a candidate', () => {
  it('is made of the head, states its version there, and tells no changelog', async () => {
    const plan = await stand.planned('12.9.0-rc4');
    expect(plan).toMatchObject({ branch: 'master', branchAt: d, commit: { parent: d, paths: ['VERSION'] }, mergeBack: { kind: 'none' }, latest: false, versionKind: 'candidate' });
    expect(plan).not.toHaveProperty('section');
  });

  it('has no number that the version file states, or a tag has', async () => {
    stand.gitaly.git('tag', '-a', '-m', 'x', 'v12.9.0-rc2');
    stand.gitaly.commit('Version', { VERSION: '12.9.0-rc3' });
    expect(await reason('12.9.0-rc3')).toMatch(/12\.9\.0-rc3 is in use: the next free one is 12\.9\.0-rc4/);
  });

  it('"rc" is the next free one of the open milestone that is due next', async () => {
    stand.milestones.push(
      { number: 1, title: '12.8', state: 'open', due: '2020-02-22T00:00:00Z' },
      { number: 2, title: 'Backlog', state: 'open', due: '2999-01-01T00:00:00Z' },
      { number: 3, title: '12.9', state: 'open', due: '2999-03-22T00:00:00Z' },
      { number: 4, title: '12.10', state: 'open', due: '2999-04-22T00:00:00Z' },
    );
    stand.gitaly.git('tag', '-a', '-m', 'x', 'v12.9.0-rc2');
    expect(await stand.planned('rc')).toMatchObject({ tag: 'v12.9.0-rc3' });
  });

  it("of the product's is made on the stable branch, of what production runs", async () => {
    expect(await stand.planned('12.9.0-rc42', { asker: 'product' })).toMatchObject({ branch: '12-9-stable', commit: { parent: c } });
    expect(await reason('12.9.0-rc4', { asker: 'product' })).toMatch(/rc4 is not for product/);
  });
});

describe('the tag is looked at first', () => {
  it('on another commit it is refused: tags are never moved', async () => {
    stand.gitaly.git('tag', '-a', '-m', 'x', 'v12.9.0', c);
    expect(await reason('12.9.0')).toBe(`version: the tag v12.9.0 stands on ${c.slice(0, 12)}, where VERSION says 12.8.0: tags are never moved`);
  });

  it('on no branch of its line it is refused, too', async () => {
    stand.gitaly.git('checkout', '--quiet', '-b', 'side', c);
    const side = stand.gitaly.commit('Somebody', { VERSION: '12.9.0' });
    stand.gitaly.git('tag', '-a', '-m', 'x', 'v12.9.0');
    expect(await reason('12.9.0')).toContain(`stands on ${side.slice(0, 12)}, which is neither on 12-9-stable nor on master`);
  });

  it('a lightweight one is reported, and not made anew', async () => {
    stand.gitaly.git('checkout', '--quiet', '-b', '12-9-stable', c);
    stand.gitaly.commit('Version', { VERSION: '12.9.0' });
    stand.gitaly.git('tag', 'v12.9.0');
    const plan = await stand.planned('12.9.0');
    expect(plan).toMatchObject({ isTagged: true, warnings: [expect.stringContaining('lightweight')] });
    expect(versionWrites(plan)).toEqual([expect.stringMatching(/^merge v12\.9\.0 into/)]);
  });
});
