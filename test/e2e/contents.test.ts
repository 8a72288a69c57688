import { describe, expect, it } from 'vitest';
import { environmentStatus } from '../../workflows/environments/messages.ts';
import { approve, decide } from '../../workflows/people/messages.ts';
import { status, wake } from '../../workflows/release/messages.ts';
import { openProduct, pinnedAt, reached } from './product.ts';
import type { Release } from './product.ts';
import { useServers } from './stand.ts';

const servers = useServers();

const approval = { stage: 'production', by: 'alice' };

describe('a release whose product is deployed by other means, too', () => {
  it('is superseded where what runs there contains it', async () => {
    const { release, feature, deploy, runs, client } = await openProduct(servers);
    const gitaly = await release();
    await reached(gitaly, 'approval of production');
    const newer = await feature('search');
    await deploy('production', newer);
    await gitaly.executeUpdate(approve.update, { args: [approval] });
    expect(await gitaly.result()).toMatchObject({ kind: 'superseded', stage: 'production', by: `${newer.slice(0, 12)}, brought by somebody else` });
    expect(await runs('production')).toMatchObject({ sha: newer });
    const { deployed } = await client.workflow.getHandle('environment/production').query(environmentStatus);
    expect(deployed.gitaly).toMatchObject({ sha: newer, candidate: (await runs('production')).version });
  });

  it('is what the environment is known to run, as soon as it is told to look', async () => {
    const { release, feature, hotfix, deploy, client, runs } = await openProduct(servers);
    const back = await hotfix('login');
    const gitaly = await release();
    await reached(gitaly, 'approval of production');
    const staging = client.workflow.getHandle('environment/staging');
    const known = async () => (await staging.query(environmentStatus)).deployed.gitaly;
    const before = await known();
    const aside = await feature('search');
    await deploy('staging', aside);
    await staging.signal(wake, { about: 'a deployment' });
    await expect.poll(known).toEqual({ ...before, sha: aside });
    await deploy('staging', back);
    await staging.signal(wake, { about: 'a deployment' });
    await expect.poll(known).toMatchObject({ sha: back, candidate: (await runs('staging')).version, release: 'somebody else' });
    await gitaly.terminate();
  });

  it('asks where what runs there is not contained in it, and deploys the newest commit that has it', async () => {
    const { release, feature, deploy, runs, hotfix } = await openProduct(servers);
    const aside = await hotfix('login');
    const gitaly = await release();
    await reached(gitaly, 'approval of production');
    await deploy('production', aside);
    await gitaly.executeUpdate(approve.update, { args: [approval] });
    const { next } = await reached(gitaly, 'a decision on what production is to run');
    expect(next).toContain(`production runs ${aside.slice(0, 12)}, brought by somebody else, and would lose ${aside.slice(0, 12)} Mend login`);
    const head = await feature('search');
    await decided(gitaly, { choice: 'promoteNewest' });
    await reached(gitaly, 'a decision on what production is to run');
    await expect(decided(gitaly, { choice: 'anyway' })).rejects.toMatchObject({ cause: { message: 'going back needs a "reason"' } });
    await decided(gitaly, { choice: 'anyway', reason: 'the hotfix is not needed' });
    expect(await gitaly.result()).toMatchObject({ kind: 'released' });
    expect((await gitaly.query(status)).decisions.map(({ message }) => message)).toEqual(['approve', 'decide promoteNewest', 'decide anyway']);
    expect(await runs('production')).toMatchObject({ sha: head });
  });

  it('goes ahead where what runs there was picked into what comes', async () => {
    const { world, release, deploy, runs, hotfix, head } = await openProduct(servers);
    const aside = await hotfix('login');
    await deploy('production', aside);
    await world.control('commit', { repository: 'gitlab-org/gitlab', branch: 'master', files: { 'app/login.rb': '# mended\n' }, message: `Mend login\n\n(cherry picked from commit ${aside})` });
    const gitaly = await release();
    await reached(gitaly, 'approval of production');
    await gitaly.executeUpdate(approve.update, { args: [approval] });
    expect(await gitaly.result()).toMatchObject({ kind: 'released' });
    expect(await runs('production')).toMatchObject({ sha: await head() });
  });
});

describe('two components of one product', () => {
  it('do not take each other back: the one whose commit is older is superseded', async () => {
    const { release, runs, world } = await openProduct(servers, { monitor: true });
    const gitaly = await release();
    await reached(gitaly, 'approval of production');
    const monitor = await release({ component: 'monitor' });
    await reached(monitor, 'approval of production');
    await monitor.executeUpdate(approve.update, { args: [approval] });
    expect(await monitor.result()).toMatchObject({ kind: 'released' });
    await gitaly.executeUpdate(approve.update, { args: [approval] });
    expect(await gitaly.result()).toMatchObject({ kind: 'superseded', stage: 'production', by: expect.stringContaining(monitor.workflowId) });
    const { sha, version } = await runs('production');
    expect(await pinnedAt(world, sha, 'MONITOR_VERSION')).toBe((await monitor.query(status)).candidate);
    expect(version).toBe((await gitaly.query(status)).candidate);
  });

  it('are known to run what came with the other, and a rollback that would take it back says that it can not', async () => {
    const { world, release, client, runs } = await openProduct(servers, { monitor: true });
    const gitaly = await release();
    await reached(gitaly, 'approval of production');
    const monitor = await release({ component: 'monitor' });
    await reached(monitor, 'approval of production');
    await world.control('runs', { workflow: 'deploy.yml', conclusion: 'failure', times: 1 });
    await monitor.executeUpdate(approve.update, { args: [approval] });
    await reached(monitor, 'how to go on after production, which failed');
    const known = await client.workflow.getHandle('environment/staging').query(environmentStatus);
    expect(known.deployed.gitaly?.sha).toBe(known.deployed.monitor?.sha);
    await decided(monitor, { choice: 'rollback', reason: 'it failed' });
    expect(await monitor.result()).toMatchObject({ kind: 'rolledBack', owed: [] });
    expect((await runs('staging')).version).toBe((await gitaly.query(status)).candidate);
  });
});

async function decided(release: Release, answer: { readonly choice: string; readonly reason?: string }): Promise<void> {
  await release.executeUpdate(decide.update, { args: [{ stage: 'production', by: 'olga', ...answer }] });
}
