import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCutting } from '../../../activities/versions/cutting.ts';
import type { Cut } from '../../../activities/versions/cutting.ts';
import { createMergingBack } from '../../../activities/versions/merging-back.ts';
import type { MergedBack } from '../../../activities/versions/merging-back.ts';
import type { VersionPlan } from '../../../domain/versions/plan.ts';
import type { Git } from '../../../ports/git/git.ts';
import { gitOf, temporaryFolder } from '../../ports/git/repositories.ts';
import { oneAttempt } from '../../ports/stand.ts';
import { name, versionStand } from './stand.ts';
import type { VersionStand } from './stand.ts';

let stand: VersionStand;
let c: string;
let d: string;

beforeEach(() => {
  stand = versionStand();
  const { gitaly } = stand;
  gitaly.commit('A', { VERSION: '12.8.0', 'CHANGELOG.md': '# Gitaly changelog\n\n## 12.8.0 (2020-02-22)\n\nNo changes.\n' });
  gitaly.git('tag', '-a', '-m', 'Version v12.8.0', 'v12.8.0');
  c = gitaly.commit('C\n\nChangelog: added', { c: '1\n' });
  d = gitaly.commit('D\n\nChangelog: added', { d: '1\n' });
  stand.runs(c);
});

const cut = (plan: VersionPlan, git: Git = stand.git): Promise<Cut> => oneAttempt().run(createCutting({ git }).cutVersion, plan);
const mergeBack = (plan: VersionPlan, git: Git = stand.git): Promise<MergedBack> => oneAttempt().run(createMergingBack({ git }).mergeVersionBack, plan);
const git = (...args: readonly string[]) => stand.gitaly.git(...args);
const parents = (commit: string) => git('log', '-1', '--format=%P', commit);
const changed = (from: string, to: string) => git('diff', '--name-only', from, to).split('\n');

/** Has the remote refuse what a hook of these words refuses. */
function protect(branch: string): void {
  const hooks = join(stand.gitaly.folder, '.git/hooks');
  mkdirSync(hooks, { recursive: true });
  writeFileSync(join(hooks, 'update'), `#!/bin/sh\nif [ "$1" = refs/heads/${branch} ]; then echo "error: GH006: Protected branch update failed for $1." >&2; exit 1; fi\n`);
  chmodSync(join(hooks, 'update'), 0o755);
}

describe('a minor', () => {
  it('has the graph of the document: C, D, C → C′ → tag, E = the merge of C′ and D', async () => {
    const plan = await stand.planned('12.9.0');
    expect(await cut(plan)).toEqual({ kind: 'tagged' });
    expect(git('cat-file', '-t', 'v12.9.0')).toBe('tag');
    expect(git('tag', '-l', '--format=%(contents:subject)', 'v12.9.0')).toBe('Version v12.9.0');
    const tagged = git('rev-parse', 'v12.9.0^{commit}');
    expect(tagged).toBe(plan.target);
    expect(git('rev-parse', '12-9-stable')).toBe(tagged);
    expect(parents(tagged)).toBe(c);
    expect(changed(c, tagged)).toEqual(['CHANGELOG.md', 'VERSION']);
    expect([git('show', 'v12.9.0:VERSION'), git('show', 'v12.9.0:CHANGELOG.md')]).toEqual(['12.9.0', expect.stringMatching(/^# Gitaly changelog\n\n## 12\.9\.0 \(\d{4}-\d\d-\d\d\)\n\n### Added \(1 change\)\n\n- \[C\]\(.*\)\n\n## 12\.8\.0/)]);
    expect(git('rev-parse', 'master')).toBe(d);

    expect(await mergeBack(plan)).toEqual({ kind: 'done' });
    expect(parents('master')).toBe(`${d} ${tagged}`);
    expect(changed(d, 'master')).toEqual(['CHANGELOG.md', 'VERSION']);
  });

  it('never has D in its tag', async () => {
    await cut(await stand.planned('12.9.0'));
    expect(git('log', '--format=%H', 'v12.9.0').split('\n')).not.toContain(d);
  });

  it('is merged back into what the default branch has become meanwhile', async () => {
    const plan = await stand.planned('12.9.0');
    await cut(plan);
    const later = stand.gitaly.commit('E', { e: '1\n' });
    expect(await mergeBack(plan)).toEqual({ kind: 'done' });
    expect(parents('master')).toBe(`${later} ${plan.target}`);
  });

  it('is merged back by a merge also where the head is still C', async () => {
    git('reset', '--quiet', '--hard', c);
    const plan = await stand.planned('12.9.0');
    await cut(plan);
    await mergeBack(plan);
    expect(parents('master')).toBe(`${c} ${plan.target}`);
  });

  it('that is asked for again after its tag is completed, and writes nothing before that', async () => {
    await cut(await stand.planned('12.9.0'));
    const refs = git('for-each-ref');
    const again = await stand.planned('12.9.0');
    expect(again).toMatchObject({ isTagged: true, mergeBack: { kind: 'merge', into: d }, section: { body: expect.stringContaining('[C]') } });
    expect(await cut(again)).toEqual({ kind: 'tagged' });
    expect(git('for-each-ref')).toBe(refs);
    await mergeBack(again);
    const done = await stand.planned('12.9.0');
    expect(done.mergeBack).toEqual({ kind: 'none' });
    expect(await mergeBack(done)).toEqual({ kind: 'done' });
    expect(git('log', '--format=%s', '--first-parent', 'master').split('\n')).toEqual(["Merge branch '12-9-stable' into master", 'D', 'C', 'A']);
  });

  it('that was prepared, and not tagged, is tagged as it is', async () => {
    const plan = await stand.planned('12.9.0');
    await cut(plan);
    git('tag', '-d', 'v12.9.0');
    const again = await stand.planned('12.9.0');
    expect(again).toMatchObject({ target: plan.target, branchAt: plan.target, isTagged: false, date: plan.date });
    expect(again).not.toHaveProperty('commit');
    expect(await cut(again)).toEqual({ kind: 'tagged' });
    expect(git('rev-parse', 'v12.9.0^{commit}')).toBe(plan.target);
  });

  it('that was prepared, and into which more must go, is told anew', async () => {
    await cut(await stand.planned('12.9.0'));
    git('tag', '-d', 'v12.9.0');
    git('checkout', '--quiet', '12-9-stable');
    const more = stand.gitaly.commit('More\n\nChangelog: fixed', { more: '1\n' });
    const plan = await stand.planned('12.9.0');
    expect(plan.commit).toMatchObject({ parent: more, paths: ['CHANGELOG.md'] });
    await cut(plan);
    const changelog = git('show', 'v12.9.0:CHANGELOG.md');
    expect(changelog.match(/^## 12\.9\.0/gm)).toHaveLength(1);
    expect(changelog).toContain('[More]');
    expect(changelog).toContain('[C]');
  });

  it('is not cut where somebody has merged more meanwhile, nor where the tag stands elsewhere', async () => {
    const plan = await stand.planned('12.9.0');
    git('branch', '12-9-stable', d);
    expect(await cut(plan)).toEqual({ kind: 'moved' });
    git('tag', '-a', '-m', 'x', 'v12.9.0', d);
    expect(await cut(plan)).toEqual({ kind: 'taken', at: d });
    expect(git('rev-parse', '12-9-stable')).toBe(d);
  });

  it('goes on from another worker, whose clone knows nothing of it', async () => {
    const plan = await stand.planned('12.9.0');
    const elsewhere = gitOf({ [name]: stand.gitaly }, temporaryFolder());
    expect(await cut(plan, elsewhere)).toEqual({ kind: 'tagged' });
    const folder = temporaryFolder();
    const third = gitOf({ [name]: stand.gitaly }, folder);
    for (const entry of readdirSync(folder)) rmSync(join(folder, entry), { recursive: true });
    expect(await mergeBack(plan, third)).toEqual({ kind: 'done' });
    expect(parents('master')).toBe(`${d} ${plan.target}`);
  });

  it('whose stable branch is protected has its tag, and owes the branch', async () => {
    protect('12-9-stable');
    const plan = await stand.planned('12.9.0');
    expect(await cut(plan)).toEqual({ kind: 'tagged', owes: expect.stringContaining('GH006') });
    expect(git('rev-parse', 'v12.9.0^{commit}')).toBe(plan.target);
    expect(git('branch', '--list', '12-9-stable')).toBe('');
  });

  it('whose default branch is protected, or conflicts, is not merged back, and says why', async () => {
    const plan = await stand.planned('12.9.0');
    await cut(plan);
    protect('master');
    expect(await mergeBack(plan)).toEqual({ kind: 'refused', reason: expect.stringContaining('GH006') });
    stand.gitaly.commit('Next', { VERSION: '12.10.0-pre' });
    expect(await mergeBack(plan)).toEqual({ kind: 'conflict', paths: ['VERSION'] });
  });
});

describe('a patch', () => {
  it('is told on both branches, tagged on its own, and not merged back', async () => {
    git('checkout', '--quiet', '-b', '12-8-stable', 'v12.8.0');
    const fix = stand.gitaly.commit('Picked\n\nChangelog: fixed', { picked: '1\n' });
    const plan = await stand.planned('12.8.1');
    expect(await cut(plan)).toEqual({ kind: 'tagged' });
    expect(await mergeBack(plan)).toEqual({ kind: 'done' });
    const tagged = git('rev-parse', 'v12.8.1^{commit}');
    expect([git('rev-parse', '12-8-stable'), parents(tagged)]).toEqual([tagged, fix]);
    expect([parents('master'), changed(d, 'master').join()]).toEqual([d, 'CHANGELOG.md']);
    expect(git('log', '--format=%H', 'master').split('\n')).not.toContain(fix);
    const section = /## 12\.8\.1 [^#]*### Fixed \(1 change\)\n\n- \[Picked\].*/;
    expect(git('show', 'v12.8.1:CHANGELOG.md')).toMatch(section);
    expect(git('show', 'master:CHANGELOG.md')).toMatch(section);
    expect((await stand.planned('12.8.1')).mergeBack).toEqual({ kind: 'none' });
  });
});

describe('a candidate', () => {
  it('is one commit of the version files on the head, and the tag on it', async () => {
    const plan = await stand.planned('12.9.0-rc4');
    expect(await cut(plan)).toEqual({ kind: 'tagged' });
    expect([git('rev-parse', 'master'), git('rev-parse', 'v12.9.0-rc4^{commit}'), parents('master')]).toEqual([plan.target, plan.target, d]);
    expect(changed(d, 'master')).toEqual(['VERSION']);
    expect(await mergeBack(plan)).toEqual({ kind: 'done' });
    expect(git('rev-parse', 'master')).toBe(plan.target);
  });

  it('that was pushed, and not tagged, is tagged as it is', async () => {
    const plan = await stand.planned('12.9.0-rc4');
    await cut(plan);
    git('tag', '-d', 'v12.9.0-rc4');
    const again = await stand.planned('12.9.0-rc4');
    expect(again).not.toHaveProperty('commit');
    expect(again.target).toBe(plan.target);
  });
});
