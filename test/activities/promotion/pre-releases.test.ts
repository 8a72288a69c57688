import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPreReleasePlanning } from '../../../activities/promotion/planning.ts';
import { createPreReleases } from '../../../activities/promotion/pre-releases.ts';
import type { PreReleasePlan } from '../../../domain/promotion/pre-release.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { monitorCatalog, monitorOf, repository } from './monitor.ts';

const sandbox = useSandbox();
let world: World;
let forge: Forge;
let monitor: ReturnType<typeof monitorOf>;
let preReleases: ReturnType<typeof createPreReleases>;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  forge = forgeIn(world);
  monitor = monitorOf(world);
  preReleases = createPreReleases({ forge, readLagMs: 0 });
  // Monday, 10 in the morning in Los Angeles.
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2024-09-02T17:00:00Z') });
  return () => world.close();
});
afterEach(() => {
  vi.useRealTimers();
});

const planned = () => createPreReleasePlanning({ catalog: { read: async () => monitorCatalog() }, forge }).planPreRelease({ component: 'monitor' });

async function plan(): Promise<PreReleasePlan> {
  const found = await planned();
  if (found.kind !== 'preRelease') throw new Error(`expected a pre-release, not ${found.kind}`);
  return found;
}

const make = (agreed: PreReleasePlan) => oneAttempt().run(preReleases.makePreRelease, agreed);

async function release(): Promise<PreReleasePlan> {
  const agreed = await plan();
  await make(agreed);
  return agreed;
}

describe('a pre-release', () => {
  it('holds what was merged since the release before, each pull request once, however it was merged, and what came without one', async () => {
    const squashed = await monitor.merge('MNTOR-1: squashed');
    const merged = await monitor.merge('MNTOR-2: merged', { method: 'merge' });
    const rebased = await monitor.merge('MNTOR-3: rebased', { method: 'rebase' });
    const pushed = await monitor.push('Pushed by hand');
    expect(await plan()).toMatchObject({ name: '2024.09.02', candidate: pushed, since: '2024.08.29', older: 0, id: 'pre-release/monitor/2024.09.02' });
    const { items } = await plan();
    expect(items.map(({ name }) => name).toSorted()).toEqual([`#${squashed.number}`, `#${merged.number}`, `#${rebased.number}`, pushed.slice(0, 7)].toSorted());
  });

  it('is a tag and a page that is not the latest release, made once', async () => {
    const { number } = await monitor.merge('MNTOR-1: one');
    const agreed = await release();
    await make(agreed);
    expect(await monitor.release('2024.09.02')).toMatchObject({ prerelease: true, draft: false, body: expect.stringContaining(`- [ ] [#${number}](`) });
    expect(await forge.tags.find(repository, '2024.09.02')).toBe(agreed.candidate);
    expect(await forge.releases.latest(repository)).toBeUndefined();
    expect((await world.journal()).filter(({ key }) => key.startsWith('release ') || key.includes('refs/tags/')).map(({ key }) => key)).toEqual([
      `ref ${repository} refs/tags/2024.09.02`,
      `release ${repository} 2024.09.02`,
    ]);
  });

  it('of a day is followed by the next number on another commit, and by nothing on the same', async () => {
    await monitor.merge('MNTOR-1: one');
    await release();
    expect(await planned()).toEqual({ kind: 'nothingMerged', since: '2024.09.02' });
    await monitor.merge('MNTOR-2: two');
    expect(await plan()).toMatchObject({ name: '2024.09.02.1', since: '2024.09.02', items: [{ title: 'MNTOR-2: two' }] });
    await monitor.tag('2024.09.02.01', await monitor.branchOff('elsewhere'));
    expect(await plan()).toMatchObject({ name: '2024.09.02.2' });
  });

  it('is not made on any of five days without a merge', async () => {
    await monitor.merge('MNTOR-1: one');
    await release();
    for (const day of [3, 4, 5, 6, 9]) {
      vi.setSystemTime(new Date(`2024-09-0${day}T17:00:00Z`));
      expect(await planned()).toEqual({ kind: 'nothingMerged', since: '2024.09.02' });
    }
    expect(await monitor.tags()).toEqual(['2024.08.29', '2024.09.02']);
  });

  it('is named after the day of the zone, and keeps its name past midnight', async () => {
    await monitor.merge('MNTOR-1: one');
    vi.setSystemTime(new Date('2024-09-03T06:59:59Z'));
    const agreed = await plan();
    vi.setSystemTime(new Date('2024-09-03T07:00:01Z'));
    await make(agreed);
    expect(await monitor.tags()).toContain('2024.09.02');
    await monitor.merge('MNTOR-2: two');
    expect(await plan()).toMatchObject({ name: '2024.09.03', since: '2024.09.02' });
  });

  it('counts from the nearest release that its commit contains: not from one of a release branch, and from a hotfix that continues an old one', async () => {
    await monitor.tag('2024.09.01', await monitor.branchOff('release'));
    const hotfix = await monitor.merge('MNTOR-1: hotfix');
    await monitor.tag('2024.08.29.1', hotfix.sha);
    await monitor.merge('MNTOR-2: two');
    expect(await plan()).toMatchObject({ since: '2024.08.29.1', items: [{ title: 'MNTOR-2: two' }] });
  });

  it('gets its page when somebody has made its tag by hand', async () => {
    const { sha } = await monitor.merge('MNTOR-1: one');
    await monitor.tag('2024.09.02', sha);
    expect(await release()).toMatchObject({ name: '2024.09.02', since: '2024.08.29', items: [{ title: 'MNTOR-1: one' }] });
    expect(await planned()).toEqual({ kind: 'nothingMerged', since: '2024.09.02' });
  });

  it('is not made over a tag that somebody makes meanwhile on another commit', async () => {
    await monitor.merge('MNTOR-1: one');
    const agreed = await plan();
    await monitor.tag('2024.09.02', await monitor.branchOff('elsewhere'));
    await expect(make(agreed)).rejects.toMatchObject({ type: 'Conflict', nonRetryable: true });
    expect(await plan()).toMatchObject({ name: '2024.09.02.1' });
  });

  it.each(['reset', 'timeout'] as const)('is made once although a reply is lost (%s)', async (reply) => {
    await monitor.merge('MNTOR-1: one');
    const agreed = await plan();
    for (const key of [`ref ${repository} refs/tags/2024.09.02`, `release ${repository} 2024.09.02`]) await world.control('faults', { match: { key }, times: 1, action: { kind: 'applyThen', reply } });
    const slow = createPreReleases({ forge: forgeIn(world, { timeoutMs: 500 }), readLagMs: 0 });
    await oneAttempt().run(slow.makePreRelease, agreed);
    expect((await world.journal()).filter(({ key }) => key === `release ${repository} 2024.09.02`)).toHaveLength(1);
  });
});

describe('the runs that its tag starts', () => {
  const question = ({ name, candidate: sha }: PreReleasePlan, until: number) => ({ repository, tag: name, sha, workflows: ['release_retag_v2.yaml'], until });

  it('are waited for, and told how they end', async () => {
    await world.control('runs', { workflow: 'release_retag_v2.yaml', conclusion: 'failure', afterMs: 0 });
    await monitor.merge('MNTOR-1: one');
    const agreed = await release();
    await expect.poll(() => preReleases.tagRuns(question(agreed, 0)).catch(() => undefined)).toMatchObject([{ workflow: 'release_retag_v2.yaml', state: 'failed', url: expect.any(String) }]);
  });

  it('are missing when none comes in time', async () => {
    const sha = await monitor.head();
    await expect(preReleases.tagRuns({ repository, tag: '2024.08.29', sha, workflows: ['release_retag_v2.yaml'], until: Date.now() + 1_000 })).rejects.toMatchObject({ type: 'NotYet' });
    expect(await preReleases.tagRuns({ repository, tag: '2024.08.29', sha, workflows: ['release_retag_v2.yaml'], until: Date.now() - 1 })).toEqual([{ workflow: 'release_retag_v2.yaml', state: 'missing' }]);
  });
});

describe('what people answer', () => {
  it('is all ticks', async () => {
    await monitor.merge('MNTOR-1: one');
    await monitor.merge('MNTOR-2: two');
    const agreed = await release();
    await expect(preReleases.preReleaseAnswered(agreed)).rejects.toMatchObject({ type: 'NotYet' });
    await monitor.tick(agreed.name, 'first');
    await expect(preReleases.preReleaseAnswered(agreed)).rejects.toMatchObject({ type: 'NotYet' });
    await monitor.tick(agreed.name);
    expect(await preReleases.preReleaseAnswered(agreed)).toEqual({ kind: 'ticked' });
  });

  it('comes too late once there is a later release', async () => {
    await monitor.merge('MNTOR-1: one');
    const agreed = await release();
    await monitor.merge('MNTOR-2: two');
    await release();
    expect(await preReleases.preReleaseAnswered(agreed)).toEqual({ kind: 'overtaken', by: '2024.09.02.1' });
  });
});

it('tells which components are promoted when it is asked for another one', async () => {
  const planning = createPreReleasePlanning({ catalog: { read: async () => monitorCatalog() }, forge });
  await expect(planning.planPreRelease({ component: 'monitr' })).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('did you mean "monitor"') });
});
