import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPromotion } from '../../../activities/promotion/index.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Objections } from '../../../domain/people/objection.ts';
import type { ProductionPlan } from '../../../domain/promotion/production/plan.ts';
import type { ProductionRequest } from '../../../domain/promotion/request.ts';
import { connectArgoCd } from '../../../ports/cluster/argocd.ts';
import { gitProgram } from '../../../ports/git/program.ts';
import { connectJira } from '../../../ports/issues/jira.ts';
import type { Ports } from '../../../ports/ports.ts';
import { connectOci } from '../../../ports/registry/oci.ts';
import { componentsWith } from '../../components.ts';
import { temporaryFolder } from '../../ports/git/repositories.ts';
import { startRegistry } from '../../ports/registry/registry-server.ts';
import type { RegistryServer } from '../../ports/registry/registry-server.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { monitorCatalog, monitorOf, repository } from './monitor.ts';

const sandbox = useSandbox();
let registry: RegistryServer;
let images = 0;
/** By the following of stage, which may not run. */
let seen: readonly { readonly sha: Sha; readonly digest?: string; readonly at: string }[] | undefined;
let world: World;
let monitor: ReturnType<typeof monitorOf>;
let activities: ReturnType<typeof createPromotion>;

/** Monday. Commits of the sandbox are of then, too. */
const today = '2024.09.02';
/** Another one for each test: they share the registry, and commits of worlds are alike. */
let image = { name: 'monitor', tags: { production: 'prod-{version}' } };
const promote = { kind: 'workflow', workflow: 'production_deploy.yml', inputs: { environment: 'prod', tag: '{version}', release_key: '{key}' } };
const production = { name: 'production', environment: 'production', promote };
const previews = [{ name: 'dev', environment: 'dev', promote }];
const qa = { projects: ['MNTOR'], approved: ['QA Approved'], exempt: ['dependabot[bot]'], promoted: { from: ['Merged to main', 'QA Approved'], to: ['Promoted to Prod', 'Done'] } };

beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry?.stop());
beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  monitor = monitorOf(world);
  seen = undefined;
  image = { ...image, name: `monitor-${images++}` };
  activities = createPromotion(portsWith({}));
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2024-09-02T17:00:00Z') });
  return () => world.close();
});
afterEach(() => {
  vi.useRealTimers();
});

function portsWith(more: object, objections?: Partial<Objections>): Ports {
  const authorization = `Basic ${Buffer.from('x-access-token:bot-token').toString('base64')}`;
  const environments = { stage: { report: `${world.url}/deployed/stage` }, production: { report: `${world.url}/deployed/production` }, dev: {} };
  return {
    catalog: { read: async () => monitorCatalog({ stage: 'stage', image, production, previews, qa, ...more }, environments) },
    forge: forgeIn(world),
    git: gitProgram({ folder: temporaryFolder(), timeoutMs: 20_000, remote: async (name) => ({ url: `${world.url}/git/${name}.git`, authorization }) }),
    environments: { record: async () => undefined } as Partial<Ports['environments']> as Ports['environments'],
    registry: connectOci({ url: registry.url }),
    issues: connectJira({ url: `${world.url}/jira`, email: 'slipway@example.com', token: 'jira-token' }),
    components: componentsWith(objections),
    health: { look: async () => ({ kind: 'healthy' }) },
    releases: { status: async (id: string) => (id === 'stage/monitor/stage' && seen ? { seen } : undefined) } as Partial<Ports['releases']> as Ports['releases'],
    readLagMs: 0,
  } as Partial<Ports> as Ports;
}

const planned = (request: Partial<ProductionRequest> = {}) => oneAttempt().run(activities.planProduction, { component: 'monitor', release: today, ...request }) as ReturnType<typeof activities.planProduction>;
async function plan(request: Partial<ProductionRequest> = {}): Promise<ProductionPlan> {
  const found = await planned(request);
  if (found.kind !== 'production') throw new Error(found.reason);
  return found;
}
const stageRuns = (sha: Sha) => world.control('deployed', { environment: 'stage', repository, sha });
const verify = async (agreed: ProductionPlan, { late = false, ...more }: { late?: boolean; exception?: string } = {}) =>
  oneAttempt({ scheduledTimestampMs: Date.now() - (late ? 60_000 : 0) } as never).run(activities.verifyOrigin, { plan: agreed, ...more }) as ReturnType<typeof activities.verifyOrigin>;
/** On main, built, and on stage. */
async function landed(title: string, more: Parameters<typeof monitor.merge>[1] = {}) {
  const merged = await monitor.merge(title, more);
  const digest = await registry.push(image.name, merged.sha.slice(0, 7), `${title} ${merged.sha}`);
  await stageRuns(merged.sha);
  return { ...merged, digest };
}
/** As production runs it. */
async function makeLatest(name: string, sha: Sha): Promise<void> {
  const forge = forgeIn(world);
  if (!(await monitor.tags()).includes(name)) await monitor.tag(name, sha);
  await forge.releases.create({ repository, tag: name, title: name, body: '', prerelease: false, latest: true });
}

describe('the plan of a production release', () => {
  it('is none of a component that is halted, nor of a commit that is vetoed', async () => {
    const { sha } = await landed('MNTOR-1: the leak');
    const order = { by: 'kim', reason: 'an incident', since: '2024-09-01T00:00:00Z' };
    activities = createPromotion(portsWith({}, { halt: order }));
    expect(await planned()).toEqual({ kind: 'promotionRefused', reason: 'monitor is halted by kim: an incident. To go on: slipway lift monitor --by <you>' });
    activities = createPromotion(portsWith({}, { vetoes: [{ sha, ...order }] }));
    expect(await planned()).toMatchObject({ kind: 'promotionRefused', reason: expect.stringContaining(`is vetoed by kim: an incident. To release it all the same: slipway lift monitor --sha ${sha}`) });
  });

  it('is of the commit of its tag, with what came since the latest release and the keys of that', async () => {
    await makeLatest('2024.08.29', await monitor.head());
    const one = await landed('MNTOR-1: the logo');
    const two = await landed('Bump x', { branch: 'bump' });
    await monitor.tag(today, two.sha);
    await landed('MNTOR-3: after the tag');
    const agreed = await plan();
    expect(agreed).toMatchObject({ id: `production/monitor/${today}`, candidate: two.sha, isNew: false, before: { name: '2024.08.29' }, reverted: [], older: 0 });
    expect(agreed.items.map(({ item, found }) => [item.name, found])).toEqual(expect.arrayContaining([[`#${one.number}`, { kind: 'keyed', keys: ['MNTOR-1'] }], [`#${two.number}`, { kind: 'none' }]]));
    expect(agreed.items).toHaveLength(2);
    expect(agreed.names[two.sha]).toBe(today);
    expect(agreed.stages.map(({ name }) => name)).toEqual(['origin', 'qa', 'latest', 'gates', 'checklist', 'production', 'sanity', 'tickets']);
  });

  it('is net of what was reverted on the way', async () => {
    await makeLatest('2024.08.29', await monitor.head());
    const one = await landed('MNTOR-1: the logo');
    const back = await landed('Revert "MNTOR-1: the logo"', { branch: `revert-${one.number}-logo`, body: `Reverts ${repository}#${one.number}` });
    const two = await landed('MNTOR-2: another');
    const agreed = await plan();
    expect(agreed.items.map(({ item }) => item.name)).toEqual([`#${two.number}`]);
    expect(agreed.reverted.toSorted()).toEqual([`#${one.number}`, `#${back.number}`].toSorted());
  });

  it('brings what production lacks, also where another release that is under way is the latest already', async () => {
    const first = await monitor.head();
    await makeLatest('2024.08.29', first);
    await world.control('deployed', { environment: 'production', repository, sha: first });
    const one = await landed('MNTOR-1: one');
    await makeLatest('2024.09.01', one.sha);
    const two = await landed('MNTOR-2: two');
    const agreed = await plan();
    expect(agreed.before).toEqual({ name: '2024.08.29', candidate: first });
    expect(agreed.items.map(({ item }) => item.name).toSorted()).toEqual([`#${one.number}`, `#${two.number}`].toSorted());
  });

  it('brings nothing where production runs it already and only its variables change, however old it is', async () => {
    await makeLatest('2024.08.12', await monitor.head());
    const { sha } = await landed('MNTOR-1: one');
    await makeLatest('2024.08.13', sha);
    await world.control('deployed', { environment: 'production', repository, sha });
    activities = createPromotion(portsWith({ checklist: [{ name: 'secret', about: 'a new version' }] }));
    expect(await planned({ release: '2024.08.13' })).toMatchObject({ kind: 'promotionRefused', reason: expect.stringContaining('within 14 days') });
    expect(await plan({ release: '2024.08.13', variables: true })).toMatchObject({ candidate: sha, isThere: true, items: [] });
    expect(await planned({ release: '2024.08.12', variables: true })).toMatchObject({ kind: 'promotionRefused' });
    // Production runs something else meanwhile.
    await world.control('deployed', { environment: 'production', repository });
    const other = await monitor.push('another');
    await world.control('deployed', { environment: 'production', repository, sha: other });
    expect((await plan({ release: '2024.08.13', variables: true })).isThere).toBeUndefined();
  });

  it('is of what stage runs, or of the commit that is named, where there is no such tag', async () => {
    await makeLatest('2024.08.29', await monitor.head());
    const one = await landed('MNTOR-1: one');
    const two = await landed('MNTOR-2: two');
    await monitor.merge('MNTOR-3: not on stage yet');
    expect(await plan()).toMatchObject({ candidate: two.sha, isNew: true });
    expect(await plan({ sha: one.sha })).toMatchObject({ candidate: one.sha, isNew: true });
  });

  it.each<[string, Partial<ProductionRequest>, string]>([
    ['20241017', { release: '20241017' }, 'must be a date'],
    ['15.0.2', { release: '15.0.2' }, 'must be a date'],
    ['${CURRENT_DATE}', { release: '${CURRENT_DATE}' }, 'must be a date'],
    ['a day far from today', { release: '2013.06.14' }, 'within 14 days'],
    ['a number that is written otherwise', { release: '2024.08.29.0' }, 'say that'],
    ['a tag on another commit than is named', { release: '2024.08.29', sha: '0'.repeat(40) as Sha }, 'tags are never moved'],
    ['variables without a checklist', { variables: true }, 'no checklist'],
  ])('is refused for %s', async (_, request, reason) => {
    await stageRuns(await monitor.head());
    expect(await planned(request)).toEqual({ kind: 'promotionRefused', reason: expect.stringContaining(reason) });
  });

  it('is of a short commit of the branch, for a preview', async () => {
    const one = await landed('MNTOR-1: one');
    expect(await plan({ environment: 'dev', release: one.sha.slice(0, 7) })).toMatchObject({ id: `production/monitor/dev-${one.sha.slice(0, 7)}`, candidate: one.sha, isPreview: true, stages: [{ name: 'origin' }, { name: 'dev' }, { name: 'sanity' }] });
    expect(await planned({ environment: 'dev', release: today })).toMatchObject({ kind: 'promotionRefused' });
    expect(await planned({ environment: 'dev', release: 'fffffff' })).toMatchObject({ kind: 'promotionRefused', reason: expect.stringContaining('begins with fffffff') });
    await expect(planned({ environment: 'prod', release: 'fffffff' })).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('says what the worker lacks', async () => {
    activities = createPromotion({ ...portsWith({}), issues: undefined });
    await expect(planned()).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('SLIPWAY_ISSUES') });
  });
});

describe('where it comes from', () => {
  it('is sound with an image, on stage', async () => {
    const { digest } = await landed('MNTOR-1: one');
    expect(await verify(await plan())).toEqual({ kind: 'sound', digest, told: expect.stringContaining('stage has reported it') });
  });

  it('is waited for while stage is behind, or there is no image, and refused in the end', async () => {
    await landed('MNTOR-1: one');
    const { sha } = await monitor.merge('MNTOR-2: two');
    const agreed = await plan({ sha });
    await expect(verify(agreed)).rejects.toMatchObject({ type: 'NotYet' });
    expect(await verify(agreed, { late: true })).toMatchObject({ kind: 'refused', reason: expect.stringContaining('no image') });
    await registry.push(image.name, sha.slice(0, 7), 'two');
    expect(await verify(agreed, { late: true })).toMatchObject({ kind: 'refused', reason: expect.stringContaining('stage has never reported') });
  });

  it('is refused on a release branch, but for a reason', async () => {
    await landed('MNTOR-1: one');
    const sha = await monitor.branchOff('release-fix');
    await monitor.tag(today, sha);
    await registry.push(image.name, sha.slice(0, 7), 'fix');
    await stageRuns(sha);
    const agreed = await plan();
    expect(await verify(agreed)).toMatchObject({ kind: 'refused', reason: expect.stringContaining('is not on main') });
    expect(await verify(agreed, { exception: 'the site is down' })).toMatchObject({ kind: 'sound' });
  });

  it('is sound where stage was seen to run it before, and doubtful where that was another image', async () => {
    const one = await landed('MNTOR-1: one');
    await landed('MNTOR-2: two');
    const agreed = await plan({ sha: one.sha });
    seen = [{ sha: one.sha, digest: one.digest, at: '2024-09-02T09:00:00Z' }];
    expect(await verify(agreed)).toMatchObject({ kind: 'sound', digest: one.digest });
    seen = [{ sha: one.sha, digest: 'sha256:other', at: '2024-09-02T09:00:00Z' }];
    expect(await verify(agreed)).toMatchObject({ kind: 'doubtful', why: expect.stringContaining('stage ran sha256:other') });
  });

  it('is doubtful where stage has gone on', async () => {
    const one = await landed('MNTOR-1: one');
    await landed('MNTOR-2: two');
    expect(await verify(await plan({ sha: one.sha }))).toMatchObject({ kind: 'doubtful', digest: one.digest });
  });
});

it('is looked at once more right before it is deployed: its tag, its branch and its image', async () => {
  const { sha, digest } = await landed('MNTOR-1: one');
  await monitor.tag(today, sha);
  const agreed = { repository, candidate: sha, branch: 'main', tag: today, image: image.name, digest, isException: false, patience: 60_000 };
  const why = (more: object = {}, { late = true } = {}) => oneAttempt({ scheduledTimestampMs: Date.now() - (late ? 60_000 : 0) } as never).run(activities.whyUnfit, { ...agreed, ...more });
  expect(await why()).toBeUndefined();
  expect(await why({ tag: '2024.09.01' })).toBe('there is no tag 2024.09.01 any more');
  await expect(why({ tag: '2024.09.01' }, { late: false })).rejects.toMatchObject({ type: 'NotYet' });
  const aside = await monitor.branchOff('aside');
  await monitor.tag('2024.09.01', aside);
  expect(await why({ tag: '2024.09.01' })).toBe(`the tag 2024.09.01 stands on ${aside.slice(0, 7)} now, and not on ${sha.slice(0, 7)}`);
  const onAside = { tag: '2024.09.01', candidate: aside, image: undefined, digest: undefined };
  expect(await why(onAside)).toContain('is not on main any more');
  expect(await why({ ...onAside, isException: true })).toBeUndefined();
  const rebuilt = await registry.push(image.name, sha.slice(0, 7), 'built again');
  expect(await why()).toBe(`${image.name}:${sha.slice(0, 7)} is ${rebuilt} now, and ${digest} was recorded`);
});

it('becomes the latest release by both fields, once, and gives that back to the one before', async () => {
  const forge = forgeIn(world);
  await makeLatest('2024.08.29', await monitor.head());
  const { sha } = await landed('MNTOR-1: one');
  const agreed = await plan({ sha });
  const run = (change: { readonly name: string }) => oneAttempt().run(activities.makeLatest, { repository, ...change });
  const giveBack = (change: { readonly name: string; readonly not: string }) => oneAttempt().run(activities.giveLatestBack, { repository, ...change });
  await oneAttempt().run(activities.makePreRelease, { ...agreed, items: agreed.items.map(({ item }) => item), since: '2024.08.29' });
  expect(await forge.releases.latest(repository)).toBe('2024.08.29');
  await run({ name: today });
  await run({ name: today });
  expect(await forge.releases.latest(repository)).toBe(today);
  expect(await monitor.release(today)).toMatchObject({ prerelease: false });
  expect(await giveBack({ name: '2024.08.29', not: today })).toEqual({ kind: 'givenBack' });
  expect(await giveBack({ name: '2024.08.29', not: today })).toEqual({ kind: 'givenBack' });
  expect(await forge.releases.latest(repository)).toBe('2024.08.29');
  expect(await monitor.release(today)).toMatchObject({ prerelease: true });

  // A hotfix has come to production meanwhile.
  await run({ name: today });
  await makeLatest('2024.08.29.1', sha);
  expect(await giveBack({ name: '2024.08.29', not: today })).toEqual({ kind: 'other', latest: '2024.08.29.1' });
  expect(await forge.releases.latest(repository)).toBe('2024.08.29.1');
  expect(await monitor.release(today)).toMatchObject({ prerelease: true });
});

describe('QA', () => {
  const ask = (agreed: ProductionPlan, confirmed: Record<string, string> = {}, known?: string) => activities.askAboutQa({ plan: agreed, confirmed, ...(known !== undefined && { known }) });

  it('is asked of the tracker, the page and people; what has not changed is waited for', async () => {
    await makeLatest('2024.08.29', await monitor.head());
    const one = await landed('MNTOR-1: one');
    const two = await landed('MNTOR-2: two');
    const three = await landed('Tidy up');
    await world.control('tickets', { key: 'MNTOR-1', status: 'QA Approved' });
    await world.control('tickets', { key: 'MNTOR-2', status: 'Ready for QA' });
    const agreed = await plan();
    const { rows, mark } = await ask(agreed);
    const verdicts = Object.fromEntries(rows.map(({ item, verdict }) => [item.name, verdict.kind]));
    expect(verdicts).toEqual({ [`#${one.number}`]: 'approved', [`#${two.number}`]: 'untested', [`#${three.number}`]: 'noKey' });
    await expect(ask(agreed, {}, mark)).rejects.toMatchObject({ type: 'NotYet' });
    await world.control('tickets', { key: 'MNTOR-2', status: 'qa approved' });
    const after = await ask(agreed, { [`#${three.number}`]: 'ann' }, mark);
    expect(after.rows.every(({ verdict }) => verdict.kind === 'approved')).toBe(true);

    await world.control('tickets', { key: 'MNTOR-2', status: 'Ready for QA' });
    await oneAttempt().run(activities.makePreRelease, { ...agreed, items: agreed.items.map(({ item }) => item) });
    await monitor.tick(today, 'all');
    expect((await ask(agreed)).rows.every(({ verdict }) => verdict.kind === 'approved')).toBe(true);
  });

  it('asks the author of what is untested on its pull request, once, and mentions nobody else', async () => {
    await makeLatest('2024.08.29', await monitor.head());
    const { number } = await landed('MNTOR-1: one');
    await world.control('tickets', { key: 'MNTOR-1', status: 'Ready for QA' });
    const agreed = await plan();
    const { rows } = await ask(agreed);
    for (let time = 0; time < 2; time++) await oneAttempt().run(activities.askAuthors, { plan: agreed, rows });
    const comments = Object.values((await world.snapshot()).repositories[repository]!.pulls as readonly { title: string; comments: readonly { body: string }[] }[]).find(({ title }) => title.includes('MNTOR-1'))!.comments;
    expect(comments).toHaveLength(1);
    expect(comments[0]!.body).toContain(`@ann: this is in ${today}`);
    expect(number).toBeGreaterThan(0);
  });
});

it('restarts a workload once, by the time that the cluster had told before, and says what is missing for it', async () => {
  await world.control('applications', { name: 'monitor', rollouts: ['monitor-www'] });
  const workload = { kind: 'Rollout', namespace: 'monitor-prod', name: 'monitor-www' } as const;
  const cluster = connectArgoCd({ url: `${world.url}/argocd`, token: 'argocd-token' });
  const { lastRestart, restartWorkload } = createPromotion({ ...portsWith({}), cluster });
  const restart = (name = 'monitor-www') => oneAttempt().run(restartWorkload, { application: 'monitor', workload: { ...workload, name } });
  expect(await lastRestart({ application: 'monitor', workload })).toBeUndefined();
  await world.control('faults', { match: { key: 'argocd-restart monitor monitor-www' }, times: 1, action: { kind: 'applyThen', reply: 'reset' } });
  const at = await restart();
  expect(await restart()).toBe(at);
  expect((await world.journal()).filter(({ key }) => key.startsWith('argocd-restart'))).toHaveLength(1);
  await expect(restart('www')).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('Rollout www') });
  await expect(createPromotion(portsWith({})).lastRestart({ application: 'monitor', workload })).rejects.toMatchObject({ message: expect.stringContaining('SLIPWAY_CLUSTER') });
});

describe('a ticket of the release', () => {
  const move = (key: string) => oneAttempt().run(activities.moveTicket, { key, ...qa.promoted }) as ReturnType<typeof activities.moveTicket>;

  it('is moved once, by the name of the status, and not when it is there or elsewhere', async () => {
    await world.control('tickets', { key: 'MNTOR-1', status: 'Merged to main' });
    await world.control('tickets', { key: 'MNTOR-2', status: 'In Progress' });
    expect(await move('MNTOR-1')).toEqual({ kind: 'moved', key: 'MNTOR-1', status: 'Promoted to Prod' });
    expect(await move('MNTOR-1')).toEqual({ kind: 'there', key: 'MNTOR-1', status: 'Promoted to Prod' });
    expect(await move('MNTOR-2')).toMatchObject({ kind: 'left', why: 'it is "In Progress"' });
    expect(await move('MNTOR-9')).toMatchObject({ kind: 'left' });
    expect((await world.journal()).filter(({ key }) => key.startsWith('ticket '))).toHaveLength(1);
  });

  it('that can not be moved says so', async () => {
    await world.control('tickets', { key: 'MNTOR-1', status: 'Merged to main', closed: true });
    expect(await move('MNTOR-1')).toMatchObject({ kind: 'stuck', why: expect.stringContaining('the account may not') });
  });

  it.each([[409], [500]])('is moved once although the answer is %s and it was moved', async (status) => {
    await world.control('tickets', { key: 'MNTOR-1', status: 'Merged to main' });
    await world.control('faults', { match: { key: 'ticket MNTOR-1 Promoted to Prod' }, action: { kind: 'applyThen', reply: { status } } });
    expect(await move('MNTOR-1')).toMatchObject({ kind: 'moved' });
    expect((await world.journal()).filter(({ key }) => key.startsWith('ticket '))).toHaveLength(1);
  });

  it('is tried again after a 409 or a 429 that moved nothing', async () => {
    await world.control('tickets', { key: 'MNTOR-1', status: 'Merged to main' });
    await world.control('faults', { match: { key: 'ticket MNTOR-1 Promoted to Prod' }, action: { kind: 'fail', status: 409 } });
    await expect(move('MNTOR-1')).rejects.toMatchObject({ type: 'Unavailable' });
    await world.control('faults', { match: { key: 'ticket MNTOR-1 Promoted to Prod' }, action: { kind: 'rateLimit', retryAfterSeconds: 7 } });
    await expect(move('MNTOR-1')).rejects.toMatchObject({ type: 'RateLimited' });
    expect(await move('MNTOR-1')).toMatchObject({ kind: 'moved' });
  });
});

it('dispatches a gate once, and says which one only a tag starts', async () => {
  const sha = await monitor.head();
  const target = { repository, branch: 'main', environment: 'stage', sha, key: 'production/monitor/x/gate/e2e' };
  const start = (workflow: string, inputs: Record<string, string>) => oneAttempt().run(activities.startGate, { ...target, mechanism: { kind: 'workflow' as const, workflow, inputs } }) as ReturnType<typeof activities.startGate>;
  const first = await start('e2e_cron.yml', { release_key: target.key });
  expect(await start('e2e_cron.yml', { release_key: target.key })).toEqual(first);
  expect(await start('release_retag_v2.yaml', {})).toBe('byTag');
});
