import type { WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { Sha } from '../../domain/code/commit.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import { environmentId } from '../../domain/environments/environment.ts';
import type { Whereabouts } from '../../domain/inspection/whereabouts.ts';
import { lift } from '../../workflows/component/messages.ts';
import { environmentStatus } from '../../workflows/environments/messages.ts';
import { approve, decide, reject } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers();
const mirror = 'gitlab-org-security/gitaly';

it('a component that nothing pins goes from its green commit straight to its stages, and one that was stopped on its way is begun again only when somebody asks', async () => {
  const { world, start } = await begin();
  const { release, id } = await start();
  await waitsFor(release, 'approval of production');
  const { candidate, pullRequest } = await release.query(status);
  expect(pullRequest).toBeUndefined();
  expect(id).toMatch(new RegExp(`^release/gitaly/to-${candidate!.slice(0, 12)}-from-nothing-0$`));
  await release.signal(reject.signal, { stage: 'production', by: 'alice', reason: 'incident' });
  expect(await release.result()).toMatchObject({ kind: 'rejected', stays: ['staging runs it', 'canary runs it', 'gitaly is halted: slipway lift gitaly --by <you>'] });
  expect((await start()).outcome).toMatchObject({ kind: 'halted', halt: { by: 'alice' } });
  await servers.client().workflow.getHandle('component/gitaly').executeUpdate(lift.update, { args: [{ by: 'alice' }] });
  expect((await start()).outcome).toEqual({ kind: 'upToDate', pinned: candidate });

  const again = await start({ sha: candidate });
  expect(again.id).toMatch(new RegExp(`/to-${candidate!.slice(0, 12)}-from-${candidate!.slice(0, 12)}-\\d+$`));
  await waitsFor(again.release, 'approval of production');
  await again.release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await again.release.result()).toEqual({ kind: 'released', candidate, stages: ['staging', 'canary', 'production'] });
  const { environments, chat, repositories } = await world.snapshot();
  const there = { repository: mirror, sha: candidate };
  expect(environments).toEqual({ staging: there, canary: there, production: there });
  expect(repositories['gitlab-org/gitlab']!.pulls).toEqual([]);
  expect(chat.gitaly_alerts!.map(({ text }) => text)).toContain(`gitaly ${candidate!.slice(0, 12)}: released through staging, canary, production`);
});

it('such a component needs no chat, is taken back to what ran before, and is found again by an environment that has lost its record', async () => {
  const { world, start, ask, environment } = await begin({ silent: true });
  const commit = (message: string) => world.control<{ sha: Sha }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'change.go': message }, message });
  /** As soon as it is green. */
  async function startOf(sha: Sha): Promise<Started> {
    let started: Started | undefined;
    await expect.poll(async () => (started = await start()).id, { timeout: 30_000, interval: 500 }).toContain(`/to-${sha.slice(0, 12)}-`);
    return started!;
  }

  const { sha: candidate } = await commit('Do it well');
  const first = await startOf(candidate);
  await waitsFor(first.release, 'approval of production');
  await first.release.signal(approve.signal, { stage: 'production', by: 'alice' });
  expect(await first.release.result()).toEqual({ kind: 'released', candidate, stages: ['staging', 'canary', 'production'] });

  const { sha: broken } = await commit('Break it');
  await world.control('deployments', { environment: 'canary', outcome: 'failure', times: 1 });
  const second = await startOf(broken);
  expect(second.id).toContain(`-from-${candidate.slice(0, 12)}-`);
  await expect.poll(async () => (await second.release.query(status)).state, { timeout: 60_000, interval: 100 }).toBe('deciding');
  await second.release.signal(decide.signal, { choice: 'rollback', by: 'alice', reason: 'incident' });
  expect(await second.release.result()).toMatchObject({ kind: 'rolledBack' });
  const there = { repository: mirror, sha: candidate };
  expect((await world.snapshot()).environments).toEqual({ staging: there, canary: there, production: there });

  expect((await ask({ component: 'gitaly', sha: broken })).blocked).toMatchObject({ what: expect.stringContaining('gitaly is halted by alice'), by: ['alice'] });
  await servers.client().workflow.getHandle('component/gitaly').executeUpdate(lift.update, { args: [{ by: 'alice' }] });
  await endEnvironments(servers.client());
  expect(await ask({ component: 'gitaly', sha: broken })).toMatchObject({ environments: [{ environment: 'staging', runsIt: false, candidate }, { runsIt: false, candidate }, { runsIt: false, candidate }], blocked: { what: expect.stringContaining(second.id) } });
  expect((await start()).outcome).toEqual({ kind: 'triedBefore', sha: broken, release: second.id });
  const third = await start({ sha: broken });
  await waitsFor(third.release, 'approval of production');
  expect(third.id).not.toBe(second.id);
  expect((await environment('production')).deployed.gitaly).toMatchObject({ candidate, release: first.id });
  expect((await environment('canary')).deployed.gitaly).toMatchObject({ candidate: broken, release: third.id });
  expect(Object.values((await world.snapshot()).chat).flat()).toEqual([]);
});

interface Started {
  readonly id: string;
  readonly release: WorkflowHandle<() => Promise<ReleaseOutcome>>;
  readonly outcome: ReleaseOutcome;
}

async function begin({ silent = false } = {}) {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world, { straight: true, silent });
  const taskQueue = world.name;
  const worker = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }));
  const client = servers.client();
  const begun: WorkflowHandle[] = [];
  onTestFinished(async () => {
    for (const release of begun) await release.terminate().catch(() => undefined);
    await endEnvironments(client);
    await worker.stop();
    await catalog.remove();
    await world.close();
  });
  let starts = 0;
  async function start(request: object = {}): Promise<Started> {
    const first: WorkflowHandle<() => Promise<ReleaseOutcome>> = await client.workflow.start('componentRelease', { workflowId: `start-${taskQueue}-${starts++}`, taskQueue, args: [{ component: 'gitaly', ...request }] });
    const outcome = await first.result();
    const id = outcome.kind === 'handedOver' ? outcome.to : '';
    const release: WorkflowHandle<() => Promise<ReleaseOutcome>> = client.workflow.getHandle(id);
    if (id) begun.push(release);
    return { id, release, outcome };
  }
  const ask = async (question: object): Promise<Whereabouts> => client.workflow.execute('where', { workflowId: `where-${taskQueue}`, taskQueue, args: [question] });
  const environment = (name: string) => client.workflow.getHandle(environmentId(name)).query(environmentStatus);
  return { world, start, ask, environment };
}

async function waitsFor(release: WorkflowHandle, what: string): Promise<void> {
  const seen = async () => {
    const { waitingFor, outcome } = await release.query(status);
    return waitingFor?.what ?? outcome;
  };
  await expect.poll(seen, { timeout: 60_000, interval: 100 }).toBe(what);
}
