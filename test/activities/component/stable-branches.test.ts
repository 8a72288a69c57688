import { componentsWith } from '../../components.ts';
import { beforeEach, describe, expect, it } from 'vitest';
import { createPlanning } from '../../../activities/component/planning.ts';
import type { Planned } from '../../../activities/component/planning.ts';
import { containment } from '../../../activities/environments/containment.ts';
import { createClaims } from '../../../activities/stages/claims.ts';
import type { Claimed } from '../../../activities/stages/claims.ts';
import { createGates } from '../../../activities/stages/gates.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { claimExample } from '../../../domain/environments/claim.ts';
import { claimed as claimNow, newEnvironment } from '../../../domain/environments/environment.ts';
import type { EnvironmentRecord } from '../../../domain/environments/environment.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { Ports } from '../../../ports/ports.ts';
import { newRepository } from '../../ports/git/repositories.ts';
import type { TestRepository } from '../../ports/git/repositories.ts';
import { oneAttempt } from '../../ports/stand.ts';
import { shaOf } from '../../shas.ts';
import { gitForge } from '../git-forge.ts';
import { pinnedGitaly } from './pinned-gitaly.ts';

let gitaly: TestRepository;
let product: TestRepository;
let c: Sha;
let fix: Sha;
let picked: Sha;
let patch: Sha;

/** C is released as 12.9.0; a fix is merged after D, picked onto 12-9-stable, and released as 12.9.1. */
beforeEach(() => {
  gitaly = newRepository();
  product = newRepository();
  c = gitaly.commit('C', { c: '1\n' });
  gitaly.commit('D', { d: '1\n' });
  fix = gitaly.commit('Fix\n\nChangelog: fixed', { fix: '1\n' });
  gitaly.git('checkout', '--quiet', '-b', '12-9-stable', c);
  gitaly.commit('Update version and changelog to 12.9.0', { VERSION: '12.9.0\n', 'CHANGELOG.md': '12.9.0\n' });
  picked = gitaly.commit(`Fix\n\nChangelog: fixed\n(cherry picked from commit ${fix})`, { fix: '1\n' });
  patch = gitaly.commit('Update version and changelog to 12.9.1', { VERSION: '12.9.1\n', 'CHANGELOG.md': '12.9.1\n' });
  gitaly.git('tag', '-a', '-m', 'Version v12.9.1', 'v12.9.1');
  gitaly.git('checkout', '--quiet', 'master');
});

function plan(pinned: string, sha?: Sha): Promise<Planned> {
  product.commit('Pin', { GITALY_SERVER_VERSION: `${pinned}\n` });
  const forge = {
    ...gitForge({ 'org/gitaly': gitaly, 'org/product': product }),
    pipelines: { checks: async () => [{ name: 'test', state: 'green' }] },
    pullRequests: { list: async () => [] },
  } as unknown as Forge;
  const ports = { catalog: { read: async () => pinnedGitaly }, forge, releases: { isRunning: async () => false }, environments: {}, components: componentsWith() } as unknown as Ports;
  return createPlanning(ports).plan({ component: 'gitaly', ...(sha && { sha }) });
}

it('goes onto the stable branch that production runs', async () => {
  expect(await plan(c, patch)).toMatchObject({ kind: 'release', candidate: patch, pinned: c });
});

it('goes off it again to the main line, which has the fix by the commit that it was picked from', async () => {
  expect(await plan(patch)).toMatchObject({ kind: 'release', candidate: fix, pinned: patch });
});

it('does not go back to what lacks the fix', async () => {
  const before = gitaly.at(`${fix}^`);
  await expect(plan(patch, before)).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('a release never goes backwards') });
  await expect(plan(fix, patch)).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('a release never goes backwards') });
});

it('does not leave a fix behind that the main line lacks', async () => {
  gitaly.git('checkout', '--quiet', '12-9-stable');
  const own = gitaly.commit('Mend what is broken here only', { own: '1\n' });
  await expect(plan(own)).rejects.toMatchObject({ type: 'Conflict', message: expect.stringContaining('a release never goes backwards') });
});

it('knows a pick without a trailer by what it changes', async () => {
  gitaly.git('checkout', '--quiet', '-B', '12-9-stable', c);
  const silent = gitaly.commit('The fix, by hand', { fix: '1\n' });
  expect(await plan(silent)).toMatchObject({ kind: 'release', candidate: fix });
});

it('takes no commit of any other branch', async () => {
  gitaly.git('checkout', '--quiet', '-b', 'topic', c);
  const topic = gitaly.commit('Topic', { topic: '1\n' });
  await expect(plan(c, topic)).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringMatching(/on its branch master or a stable one$/) });
});

it.each(['12.9.1', 'v12.9.1'])('reads the pin %s as the commit of its tag, and remembers how it was said', async (text) => {
  expect(await plan(text)).toMatchObject({ kind: 'release', candidate: fix, pinned: patch, pinnedAs: text });
});

it('refuses a pin that names a version without a tag', async () => {
  await expect(plan('12.9.2')).rejects.toMatchObject({ type: 'Conflict', message: expect.stringMatching(/or a version that org\/gitaly has a tag of, but it contains "12\.9\.2"/) });
});

it('holds a change by its pick, and no more than that', async () => {
  const { holds } = containment(gitForge({ 'org/gitaly': gitaly }));
  expect([await holds('org/gitaly', patch, fix), await holds('org/gitaly', patch, picked), await holds('org/gitaly', patch, gitaly.at(`${fix}^`)), await holds('org/gitaly', fix, picked)]).toEqual([true, true, false, true]);
});

describe('an environment', () => {
  const forge = () => ({ ...gitForge({ 'org/gitaly': gitaly }), deployments: { current: async () => undefined } }) as unknown as Forge;
  const claimOf = (candidate: Sha, release: string) => ({ ...claimExample, environment: 'production', key: `${release}/production`, release, component: 'gitaly', candidate, sha: candidate, purpose: 'promote' as const, deployment: { ...claimExample.deployment, repository: 'org/elsewhere' } });

  /** What is answered to a release of `candidate` where `runs` is deployed. */
  async function claimed(candidate: Sha, runs: Sha): Promise<string> {
    const at = { candidate: runs, sha: runs, release: 'release/gitaly/before', since: '2026-01-01T00:00:00Z' };
    let record: EnvironmentRecord = { ...newEnvironment('production'), deployed: { gitaly: at } };
    const environments = {
      record: async () => record,
      claim: async ({ claim, after }) => {
        const step = claimNow(record, claim, { after, now: '2026-01-02T00:00:00Z' });
        record = step.record;
        return step.answer;
      },
    } as Partial<Ports['environments']>;
    const ports = { catalog: { read: async () => pinnedGitaly }, forge: forge(), environments, components: componentsWith(), holders: {}, readLagMs: 0 } as unknown as Ports;
    const { claimEnvironment } = createClaims(ports);
    const answer = (await oneAttempt().run(claimEnvironment, { claim: claimOf(candidate, 'release/gitaly/now'), mirror: 'org/gitaly' })) as Claimed;
    return answer.kind === 'outdated' ? `outdated by ${answer.by}` : answer.kind;
  }

  it('is granted to the main line after a stable branch of which it has all, and the other way round', async () => {
    expect(await claimed(fix, patch)).toBe('granted');
    expect(await claimed(patch, c)).toBe('granted');
    expect(await claimed(c, fix)).toBe(`outdated by ${fix}`);
    expect(await claimed(c, patch)).toBe(`outdated by ${patch}`);
  });

  it('is granted, for people to decide, where each lacks something of the other', async () => {
    gitaly.git('checkout', '--quiet', '12-9-stable');
    const own = gitaly.commit('Mend what is broken here only', { own: '1\n' });
    expect(await claimed(fix, own)).toBe('granted');
  });

  it('is granted, for people to decide, where nobody knows what runs there', async () => {
    expect(await claimed(fix, shaOf('e'))).toBe('granted');
  });

  it('is approached by one release only: the main line takes the place of a stable branch of which it has all', async () => {
    const superseded: string[] = [];
    const status = (candidate: Sha) => ({ candidate, state: 'approval', stages: [{ name: 'production', environment: 'production', mark: 'approval' }] });
    const releases = { running: async () => [{ release: 'release/gitaly/stable', status: status(patch) }], supersede: async (release: string) => void superseded.push(release), ended: async () => [] };
    const ports = { catalog: { read: async () => pinnedGitaly }, forge: forge(), environments: { record: async () => undefined }, components: componentsWith(), releases } as unknown as Ports;
    const { clearGate } = createGates(ports);
    const gate = { component: 'gitaly', stage: 'production', source: 'org/gitaly', environment: 'production', repository: 'org/product' };
    await oneAttempt().run(clearGate, { ...gate, release: 'release/gitaly/main', candidate: fix });
    expect(superseded).toEqual(['release/gitaly/stable']);
    expect(await oneAttempt().run(clearGate, { ...gate, release: 'release/gitaly/older', candidate: c })).toMatchObject({ by: 'release/gitaly/stable' });
    expect(superseded).toHaveLength(1);
  });
});
