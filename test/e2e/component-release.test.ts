import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { abort, approve } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { Snapshot, World } from '../worlds.ts';
import { useServers } from './stand.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

const servers = useServers();

/** Of an uneventful release with three stages, each with its lease, one of them approved, two of them soaked. */
const mostEvents = 190;

const vote = { stage: 'production', by: 'alice' };

describe('a component release, with a real worker, server, git and HTTP', () => {
  it('is carried from a green commit through all stages', async () => {
    const { world, release } = await begin();
    await reached(release, 'approval of production');
    await release.signal(approve.signal, vote);
    expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging', 'canary', 'production'] });

    const { pinned, head } = await downstream(world);
    expect(pinned).toBe((await release.query(status)).candidate);
    expect(head).toMatch(/^[0-9a-f]{40}$/);
    const { environments, chat, repositories } = await world.snapshot();
    expect(environments).toEqual({ staging: on(head), canary: on(head), production: on(head) });
    expect(repositories['gitlab-org/gitlab']).toMatchObject({
      pulls: [{ title: 'Update Gitaly version', state: 'merged', labels: ['group::gitaly', 'workflow::production'] }],
      refs: { 'refs/heads/master': head },
    });
    expect(chat.gitaly_alerts!.map(({ text }) => text).sort()).toEqual([
      expect.stringMatching(/^deployed to canary: /),
      expect.stringMatching(/^deployed to production, approved by alice: /),
      expect.stringMatching(/^deployed to staging: /),
      'deploying to canary',
      'deploying to production, approved by alice',
      'deploying to staging',
      'gitaly 546ef5072ad3: released through staging, canary, production',
      'merged #1 into master',
      'opened <world>/gitlab-org/gitlab/pull/1',
      'production waits for approval of everything: nothing is known to run on production',
      'released through staging, canary, production',
    ]);
    expect(await world.control('violations')).toEqual([]);
    const keys = (await world.journal()).map(({ key, nth }) => `${key} (${nth})`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('adds no event while it waits, and few for all the rest', async () => {
    const { world, release } = await begin({}, slowPipeline);
    await reached(release, /^the pipeline of #/);
    const looks = async () => (await world.control<{ route: string }[]>('requests')).filter(({ route }) => route.includes('check-runs')).length;
    const lookMore = async () => expect.poll(looks).toBeGreaterThan((await looks()) + 5);
    await told(world, 'opened');
    await lookMore();
    const { historyLength } = await release.describe();
    await lookMore();
    expect((await release.describe()).historyLength).toBe(historyLength);

    const [pull] = await pulls(world);
    await world.control('ci', { repository: 'gitlab-org/gitlab', sha: pull!.head.sha, verdict: 'green' });
    await reached(release, 'approval of production');
    await release.signal(approve.signal, vote);
    await release.result();
    expect((await release.describe()).historyLength).toBeLessThanOrEqual(mostEvents);
  });

  it('leaves nothing behind when it is aborted before the merge', async () => {
    const { world, release } = await begin({}, slowPipeline);
    const before = await world.snapshot();
    await reached(release, /^the pipeline of #/);
    await release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'wrong week' }] });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: ['the pull request on release/gitaly'], owed: [] });

    const refs = ({ repositories }: Snapshot) => Object.values(repositories).map((repository) => repository.refs);
    expect(refs(await world.snapshot())).toEqual(refs(before));
    expect(await pulls(world)).toMatchObject([{ state: 'closed', merged_at: null }]);
  });

  it('does nothing again when an operator resets it from the UI', async () => {
    const { world, release } = await begin();
    await reached(release, 'approval of production');
    await release.signal(approve.signal, vote);
    await release.result();
    const [journal, snapshot] = [await world.journal(), await world.snapshot()];

    const { events } = await release.fetchHistory();
    const opened = events!.find((event) => event.activityTaskCompletedEventAttributes)!;
    const next = events!.find((event) => Number(event.eventId) > Number(opened.eventId) && event.workflowTaskCompletedEventAttributes)!;
    await servers.client().workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: release.workflowId },
      workflowTaskFinishEventId: next.eventId!,
      requestId: crypto.randomUUID(),
      reason: 'test',
    });
    const again = servers.client().workflow.getHandle(release.workflowId);
    expect(await again.result()).toMatchObject({ kind: 'released' });
    expect(await world.snapshot()).toEqual(snapshot);
    expect((await world.journal()).length).toBe(journal.length);
  });

  it('is up to date right after it has released', async () => {
    const { world, release, client, taskQueue } = await begin();
    await reached(release, 'approval of production');
    await release.signal(approve.signal, vote);
    await release.result();
    const { length } = await world.journal();
    const next = await client.workflow.execute('componentRelease', { workflowId: `${taskQueue}-next`, taskQueue, args: [{ component: 'gitaly' }] });
    expect(next).toMatchObject({ kind: 'upToDate' });
    expect(await world.journal()).toHaveLength(length);
  });

  it('names the component that was meant', async () => {
    const { client, taskQueue } = await begin();
    const failed = client.workflow.execute('componentRelease', { workflowId: `${taskQueue}-typo`, taskQueue, args: [{ component: 'gitlay' }] });
    await expect(failed).rejects.toMatchObject({ cause: { message: 'Activity task failed', cause: { message: 'unknown component "gitlay": did you mean "gitaly"? Known: gitaly' } } });
  });

  it('soaks only healthy time', async () => {
    const { world, release } = await begin();
    await world.control('health', { environment: 'production', state: 'unhealthy' });
    await reached(release, 'approval of production');
    await release.signal(approve.signal, vote);
    await reached(release, '1 s of healthy production');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await release.query(status)).state).toBe('soaking');
    await world.control('health', { environment: 'production', state: 'healthy' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });
});

async function slowPipeline(world: World): Promise<void> {
  await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'release/gitaly', verdict: 'slow', afterMs: 600_000 });
}

/** A release under its own id, in a world, with a worker, of its own. */
async function begin(options: object = {}, prepare: (world: World) => Promise<unknown> = async () => undefined) {
  const world = await openWorld(servers.sandboxUrl(), options);
  await prepare(world);
  const catalog = await writeCatalog(world);
  const taskQueue = world.name;
  const worker = await startWorker(workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }));
  onTestFinished(async () => {
    await worker.stop();
    await catalog.remove();
    await world.close();
  });
  const client = servers.client();
  const first = await client.workflow.start('componentRelease', { workflowId: `start-${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  const { to } = (await first.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>;
  onTestFinished(async () => {
    await client.workflow.getHandle(to).terminate().catch(() => undefined);
    await endEnvironments(client);
  });
  return { world, client, taskQueue, release: client.workflow.getHandle(to) as WorkflowHandle<() => Promise<ReleaseOutcome>> };
}

async function reached(release: WorkflowHandle, what: string | RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await expect
    .poll(
      async () => {
        seen = await release.query(status);
        return seen.waitingFor?.what ?? seen.outcome;
      },
      { timeout: 30_000, interval: 100 },
    )
    .toMatch(what);
  return seen!;
}

/** People are told in the background. */
async function told(world: World, transition: string): Promise<void> {
  await expect.poll(async () => (await world.snapshot()).chat.gitaly_alerts!.some(({ key }) => key?.endsWith(`/${transition}`))).toBe(true);
}

async function downstream(world: World): Promise<{ pinned: string; head: string }> {
  const repository = `${world.url}/api/v3/repos/gitlab-org/gitlab`;
  const [file, branch] = await Promise.all([
    github<{ content: string }>(`${repository}/contents/GITALY_SERVER_VERSION?ref=master`),
    github<{ commit: { sha: string } }>(`${repository}/branches/master`),
  ]);
  return { pinned: Buffer.from(file.content, 'base64').toString().trim(), head: branch.commit.sha };
}

async function pulls(world: World): Promise<readonly { state: string; merged_at: string | null; head: { sha: string } }[]> {
  return github(`${world.url}/api/v3/repos/gitlab-org/gitlab/pulls?state=all`);
}

async function github<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { authorization: 'Bearer bot-token' } });
  return (await response.json()) as T;
}

function on(sha: string): object {
  return { repository: 'gitlab-org/gitlab', sha };
}
