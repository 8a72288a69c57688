import { beforeEach, describe, expect, it } from 'vitest';
import { createPromotion } from '../../../activities/promotion/index.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import type { HotfixRequest, StageFixRequest } from '../../../domain/promotion/request.ts';
import { gitProgram } from '../../../ports/git/program.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import type { Ports } from '../../../ports/ports.ts';
import { temporaryFolder } from '../../ports/git/repositories.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { monitorCatalog, monitorOf, repository } from './monitor.ts';

const sandbox = useSandbox();
let world: World;
let forge: Forge;
let monitor: ReturnType<typeof monitorOf>;
let fixes: ReturnType<typeof createPromotion>;
let running: readonly string[] = [];

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  monitor = monitorOf(world);
  forge = forgeIn(world);
  running = [];
  const authorization = `Basic ${Buffer.from('x-access-token:bot-token').toString('base64')}`;
  const promote = { kind: 'workflow', workflow: 'production_deploy.yml', inputs: { environment: 'prod', tag: '{version}', release_key: '{key}' } };
  fixes = createPromotion({
    catalog: { read: async () => monitorCatalog({ stage: 'stage', production: { name: 'production', environment: 'production', promote } }, { stage: { report: `${world.url}/deployed/stage` }, production: { report: `${world.url}/deployed/production` } }) },
    forge,
    git: gitProgram({ folder: temporaryFolder(), timeoutMs: 20_000, remote: async (name) => ({ url: `${world.url}/git/${name}.git`, authorization }) }),
    environments: { record: async () => undefined } as Partial<Ports['environments']> as Ports['environments'],
    releases: { begun: async (prefix: string) => running.filter((id) => id.startsWith(prefix)), isRunning: async (id: string) => !id.endsWith('ended') } as Partial<Ports['releases']> as Ports['releases'],
    readLagMs: 0,
  } as Partial<Ports> as Ports);
  return () => world.close();
});

const key = 'stage-fix/monitor/1/out/1';
const open = (number: number, more: object = {}) => oneAttempt().run(fixes.openRevert, { repository, into: 'main', number, key, why: 'Not @everybody knows why', ...more }) as ReturnType<typeof fixes.openRevert>;
const planFix = (request: StageFixRequest) => oneAttempt().run(fixes.planStageFix, request) as ReturnType<typeof fixes.planStageFix>;
const planHotfix = (request: HotfixRequest) => oneAttempt().run(fixes.planHotfix, request) as ReturnType<typeof fixes.planHotfix>;
const standing = (number: number, mergeSha: Sha, want: 'in' | 'out') => fixes.pullStands({ repository, branch: 'main', number, mergeSha, want });
const latest = async (tag: string) => {
  if (!(await monitor.tags()).includes(tag)) await monitor.tag(tag, await monitor.head());
  await forge.releases.create({ repository, tag, title: tag, body: '', prerelease: false, latest: true });
};

describe('a revert', () => {
  it('is one pull request that takes the change back, however often it is asked for, and says what it reverts', async () => {
    const { number, sha } = await monitor.merge('MNTOR-1: the logo', { branch: 'logo' });
    await monitor.merge('MNTOR-2: another');
    const made = await open(number);
    expect(made).toMatchObject({ kind: 'opened', branch: `revert-${number}-logo` });
    expect(await open(number)).toEqual(made);
    if (made.kind !== 'opened') return;
    const pull = (await forge.pullRequests.get(repository, made.number))!;
    expect(pull.title).toBe('Revert "MNTOR-1: the logo"');
    expect(pull.body).toContain(`Reverts ${repository}#${number}`);
    expect(pull.body).not.toContain('@everybody');
    expect(await forge.pullRequests.files(repository, made.number)).toEqual(['logo.txt']);
    await expect(standing(number, sha, 'out')).rejects.toMatchObject({ type: 'NotYet' });
  });

  it('is taken back by a revert of its own, and the ledger sees both', async () => {
    const { number, sha } = await monitor.merge('MNTOR-1: the logo', { branch: 'logo' });
    const out = await open(number);
    if (out.kind !== 'opened') throw new Error(out.why);
    await forge.merging.merge(repository, out.number, out.head, 'merge');
    expect(await standing(number, sha, 'out')).toBe(await monitor.head());
    expect(await forge.commits.read(repository, 'logo.txt', 'main')).toBeUndefined();
    const back = await open(out.number, { key: 'stage-fix/monitor/1/back/1' });
    if (back.kind !== 'opened') throw new Error(back.why);
    expect(await forge.pullRequests.get(repository, back.number)).toMatchObject({ title: 'Reapply "MNTOR-1: the logo"' });
    await forge.merging.merge(repository, back.number, back.head, 'merge');
    expect(await standing(number, sha, 'in')).toBe(await monitor.head());
    expect(await forge.commits.read(repository, 'logo.txt', 'main')).toContain('MNTOR-1: the logo');
  });

  it('that conflicts is for a person, and what is not merged is refused', async () => {
    const { number } = await monitor.merge('MNTOR-1: the logo', { branch: 'logo' });
    await world.control('commit', { repository, branch: 'main', files: { 'logo.txt': 'changed since\n' }, message: 'Change the logo' });
    expect(await open(number)).toMatchObject({ kind: 'byHand', why: expect.stringContaining("couldn't be reverted automatically") });
    await expect(open(99)).rejects.toMatchObject({ type: 'InvalidInput' });
  });

  it('is taken up where somebody has begun it', async () => {
    const { number } = await monitor.merge('MNTOR-1: the logo', { branch: 'logo' });
    const theirs = await forge.pullRequests.revert(repository, { number, title: 'Revert it', body: 'by hand' });
    expect(await open(number)).toMatchObject({ kind: 'opened', number: theirs.number });
  });

  it.each([['reset'], ['timeout'], [{ status: 502 }]] as const)('is opened once when the reply is lost (%j)', async (reply) => {
    const { number } = await monitor.merge('MNTOR-1: the logo', { branch: 'logo' });
    await world.control('faults', { match: { key: `pull ${repository} revert-${number}-logo→main` }, action: { kind: 'applyThen', reply } });
    const made = await open(number);
    expect(made).toMatchObject({ kind: 'opened' });
    expect((await world.journal()).filter((entry) => entry.key.startsWith(`pull ${repository} revert-`))).toHaveLength(1);
  }, 60_000);
});

describe('the plan of a stage fix', () => {
  it('takes back the newest first, under a name that there is not yet', async () => {
    const one = await monitor.merge('MNTOR-1: one');
    const two = await monitor.merge('MNTOR-2: two');
    const plan = await planFix({ component: 'monitor', pulls: [one.number, two.number] });
    expect(plan).toMatchObject({ kind: 'fix', id: `stage-fix/monitor/${one.number}-${two.number}`, pulls: [{ number: two.number }, { number: one.number }] });
  });

  it('is refused for what is not merged, is not there, or is in the release already', async () => {
    expect(await planFix({ component: 'monitor', pulls: [99] })).toMatchObject({ kind: 'fixRefused', reason: expect.stringContaining('no pull request #99') });
    const { number } = await monitor.merge('MNTOR-1: one');
    expect(await planFix({ component: 'monitor', pulls: [number], release: '15.0.2' })).toMatchObject({ kind: 'fixRefused' });
  });
});

describe('the plan of a hotfix', () => {
  it('continues the release that it mends, and wants another person than its author', async () => {
    await latest('2024.08.29');
    await monitor.tag('2024.08.29.1', await monitor.head());
    const { number } = await monitor.merge('MNTOR-9: mend it');
    expect(await planHotfix({ component: 'monitor', pull: number, partner: 'bob' })).toMatchObject({ kind: 'fix', id: `hotfix/monitor/${number}-on-2024.08.29`, release: '2024.08.29.2', hotfix: { partner: 'bob', patches: '2024.08.29' } });
    expect(await planHotfix({ component: 'monitor', pull: number, partner: 'Ann' })).toMatchObject({ kind: 'fixRefused', reason: expect.stringContaining('somebody else has to be the partner') });
    expect(await planHotfix({ component: 'monitor', pull: number, partner: 'bob', revert: [number] })).toMatchObject({ kind: 'fixRefused' });
  });

  it('continues what production runs, and not a release that is under way and the latest already', async () => {
    const head = await monitor.head();
    await latest('2024.08.29');
    await world.control('deployed', { environment: 'production', repository, sha: head });
    const { number } = await monitor.merge('MNTOR-9: mend it');
    await latest('2024.09.01');
    expect(await planHotfix({ component: 'monitor', pull: number, partner: 'bob' })).toMatchObject({ release: '2024.08.29.1', hotfix: { patches: '2024.08.29' } });
  });

  it('is found while it is under way', async () => {
    expect(await fixes.hotfixUnderWay({ component: 'monitor' })).toBeUndefined();
    running = ['hotfix/monitor/1-ended', 'hotfix/monitor/2', 'hotfix/other/3'];
    expect(await fixes.hotfixUnderWay({ component: 'monitor' })).toBe('hotfix/monitor/2');
  });
});

it('sees when stage runs everything that was merged', async () => {
  const one = await monitor.merge('MNTOR-1: one');
  const two = await monitor.merge('MNTOR-2: two');
  const look = (...shas: Sha[]) => fixes.runsAll({ environment: 'stage', repository, shas });
  await world.control('deployed', { environment: 'stage', repository, sha: one.sha });
  expect(await look(one.sha)).toBe(one.sha);
  await expect(look(one.sha, two.sha)).rejects.toMatchObject({ type: 'NotYet' });
  await world.control('deployed', { environment: 'stage', repository, sha: two.sha });
  expect(await look(one.sha, two.sha)).toBe(two.sha);
});
