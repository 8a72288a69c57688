import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStageWatch } from '../../../activities/promotion/stage-watch.ts';
import type { StageLook } from '../../../activities/promotion/stage-watch.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { StageNews, StageWatchPlan } from '../../../domain/promotion/stage-watch.ts';
import { connectArgoCd } from '../../../ports/cluster/argocd.ts';
import type { Ports } from '../../../ports/ports.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { monitorCatalog, monitorOf, repository } from './monitor.ts';

const sandbox = useSandbox();
let world: World;
let monitor: ReturnType<typeof monitorOf>;
let images: Record<string, string>;
let deployed: object | undefined;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor', latencyMs: { ci: 10 } });
  monitor = monitorOf(world);
  images = {};
  deployed = undefined;
  return () => world.close();
});
afterEach(() => {
  vi.useRealTimers();
});

function watchWith(more: Partial<Ports> = {}) {
  const production = { name: 'production', environment: 'production', promote: { kind: 'deployment' } };
  return createStageWatch({
    catalog: { read: async () => monitorCatalog({ stage: 'stage', sync: 'monitor', image: { name: 'monitor' }, production }, { stage: { report: `${world.url}/deployed/stage` }, production: {} }) },
    forge: forgeIn(world),
    registry: { digestOf: async (_image: string, tag: string) => images[tag] },
    cluster: connectArgoCd({ url: `${world.url}/argocd`, token: 'argocd-token' }),
    environments: { record: async (name: string) => (name === 'production' && deployed ? { deployed } : undefined) },
    ...more,
  } as Partial<Ports> as Ports);
}
const stageRuns = (sha: Sha) => world.control('deployed', { environment: 'stage', repository, sha });
/** Not yet, as news. */
async function news(more: Partial<StageLook> = {}, ports: Partial<Ports> = {}): Promise<StageNews | { readonly kind: string }> {
  const watch = watchWith(ports);
  const plan = (await oneAttempt().run(watch.planStageWatch, { component: 'monitor' })) as StageWatchPlan;
  return (oneAttempt().run(watch.stageNews, { plan, ...more }) as Promise<StageNews>).catch((failure: { type: string }) => ({ kind: failure.type }));
}
/** What stage runs, with all of it known. */
const known = (sha: Sha, digest = images[sha.slice(0, 7)]) => ({ sha, at: '2024-09-02T12:00:00Z', checks: 'green' as const, ...(digest !== undefined && { digest }) });

it('tells of each commit that stage comes to run, of its image and of its checks, and waits in between', async () => {
  const sha = await monitor.push('MNTOR-1: one');
  await stageRuns(sha);
  expect(await news()).toEqual({ kind: 'moved', sha, title: 'MNTOR-1: one' });
  images[sha.slice(0, 7)] = 'sha256:1';
  expect(await news({ last: { sha, at: '2024-09-02T12:00:00Z' } })).toEqual({ kind: 'built', sha, digest: 'sha256:1' });
  const { checks: _, ...unchecked } = known(sha);
  await expect.poll(() => news({ last: unchecked }), { timeout: 20_000 }).toEqual({ kind: 'checked', sha, checks: 'green', told: '' });
  expect(await news({ last: known(sha) })).toEqual({ kind: 'NotYet' });
  images[sha.slice(0, 7)] = 'sha256:2';
  expect(await news({ last: known(sha, 'sha256:1') })).toMatchObject({ kind: 'built', digest: 'sha256:2' });
});

it('says where to look when a green commit does not come: its build, or what deploys it; and why a red one does not', async () => {
  const before = await monitor.head();
  await stageRuns(before);
  images[before.slice(0, 7)] = 'sha256:0';
  const sha = await monitor.push('MNTOR-1: one');
  await world.control('applications', { name: 'monitor', synced: false, health: 'Degraded' });
  await expect.poll(() => news({ last: known(before) }), { timeout: 20_000 }).toMatchObject({ kind: 'late', sha, why: 'unbuilt', told: `there is no image monitor:${sha.slice(0, 7)}: look at its build` });
  expect(await news({ last: known(before), late: 'unbuilt' })).toEqual({ kind: 'NotYet' });
  images[sha.slice(0, 7)] = 'sha256:1';
  expect(await news({ last: known(before), late: 'unbuilt' })).toMatchObject({ kind: 'late', why: 'untaken', told: expect.stringMatching(/^monitor is out of sync, and Degraded: http/) });
  expect(await news({ last: known(before), late: 'untaken' })).toEqual({ kind: 'NotYet' });
  // Whoever had it synchronised waits as long again.
  expect(await news({ last: known(before), asked: new Date().toISOString() })).toEqual({ kind: 'NotYet' });
  // A newer one that is red is passed over, and told where no green one is missed.
  await world.control('ci', { repository, branch: 'main', verdict: 'red' });
  const red = await monitor.push('MNTOR-2: two');
  await stageRuns(sha);
  await expect.poll(() => news({ last: known(sha) }), { timeout: 20_000 }).toMatchObject({ kind: 'late', sha: red, why: 'red', told: expect.stringMatching(/^its checks are red: /) });
  expect(await news({ last: known(sha), late: 'red' })).toEqual({ kind: 'NotYet' });
});

it('gives a notice when production has had no release for more than seven days, and again after as many more', async () => {
  const sha = await monitor.head();
  await stageRuns(sha);
  const last = known(sha);
  await forgeIn(world).releases.create({ repository, tag: '2024.08.29', title: '', body: '', prerelease: false, latest: true });
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2024-09-04T12:00:00Z') });
  expect(await news({ last })).toEqual({ kind: 'NotYet' });
  vi.setSystemTime(new Date('2024-09-06T12:00:00Z'));
  expect(await news({ last })).toEqual({ kind: 'quiet', days: 8, latest: '2024.08.29' });
  expect(await news({ last, noticed: '2024-09-06T12:00:00Z' })).toEqual({ kind: 'NotYet' });
  deployed = { monitor: { candidate: sha, sha, release: 'production/monitor/2024.08.29', since: '2024-09-03T12:00:00Z' } };
  expect(await news({ last })).toEqual({ kind: 'NotYet' });
  vi.setSystemTime(new Date('2024-09-13T13:00:00Z'));
  expect(await news({ last, noticed: '2024-09-06T12:00:00Z' })).toEqual({ kind: 'quiet', days: 10, latest: '2024.08.29' });
});

it('synchronises once, not while that is under way, and says what is missing for it', async () => {
  await world.control('applications', { name: 'monitor', synced: false, health: 'Degraded' });
  const sync = (application: string, since: string, ports: Partial<Ports> = {}) => oneAttempt().run(watchWith(ports).syncStage, { application, since });
  const since = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  expect(await sync('monitor', since)).toMatch(/argocd.*applications\/monitor$/);
  await sync('monitor', since);
  expect((await world.journal()).filter(({ key }) => key === 'argocd-sync monitor')).toHaveLength(1);
  await expect(sync('other', since)).rejects.toMatchObject({ type: 'InvalidInput', message: 'there is no application other' });
  await expect(sync('monitor', since, { cluster: undefined as never })).rejects.toMatchObject({ message: expect.stringContaining('set SLIPWAY_CLUSTER') });
});
