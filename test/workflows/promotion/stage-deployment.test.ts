import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { StageLook } from '../../../activities/promotion/stage-watch.ts';
import type { StageNews, StageWatchPlan } from '../../../domain/promotion/stage-watch.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { workerDataConverter } from '../../../temporal/data-converter.ts';
import { status, wake } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { shaOf } from '../../shas.ts';
import { scriptedWorld } from '../scripted-world.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const server = useTimeSkipping();
let queues = 0;

const pace = { poll: 100, sample: 100, retry: 50, attempt: 10_000, heartbeat: 5_000, patience: 60_000 };

async function begin(newsOf: (look: StageLook) => StageNews | undefined, { script = {}, changes = {} }: { script?: Partial<Activities>; changes?: Partial<StageWatchPlan> } = {}) {
  const taskQueue = `stage-${queues++}`;
  const plan: StageWatchPlan = { kind: 'stageWatch', id: `stage/monitor/${taskQueue}`, component: 'monitor', repository: 'org/app', branch: 'main', stage: 'stage', application: 'monitor', requiredChecks: [], channel: '#monitor', notice: 0, stages: [], pace, ...changes };
  const lines: string[] = [];
  const { activities, calls } = scriptedWorld({
    planStageWatch: async () => plan,
    async stageNews(look) {
      const news = newsOf(look);
      if (!news) throw ApplicationFailure.create({ type: 'NotYet', message: 'nothing new' });
      return news;
    },
    syncStage: async () => 'https://argocd/monitor',
    announce: async ({ text }) => void lines.push(text),
    ...script,
  });
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities, dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  const first = await server().client.workflow.start('stageDeployment', { workflowId: plan.id, taskQueue, args: [{ component: 'monitor' }] });
  /** Whichever run of it goes on. */
  const handle = server().client.workflow.getHandle(plan.id);
  onTestFinished(async () => {
    await handle.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  const now = async () => (await handle.query(status)) as ReleaseStatus;
  const send = (message: string, payload: object) => handle.executeUpdate(message, { args: [payload] });
  return { handle, first, lines, calls, now, send, plan, seen: async () => (await now()).seen ?? [] };
}

const moved = (sha: string, more: object = {}): StageNews => ({ kind: 'moved', sha: shaOf(sha), title: 'a change', ...more });

it('tells of each commit, remembers it with what became of it, and ends when it is aborted', async () => {
  const script: StageNews[] = [moved('1', { digest: 'sha256:1' }), { kind: 'checked', sha: shaOf('1'), checks: 'red', told: 'lint' }, { kind: 'built', sha: shaOf('1'), digest: 'sha256:2' }, moved('2')];
  const looks: StageLook[] = [];
  const { handle, lines, seen, send } = await begin((look) => (looks.push(look), script.shift()));
  await expect.poll(async () => (await seen()).length, { timeout: 10_000 }).toBe(2);
  expect(await seen()).toMatchObject([{ sha: shaOf('1'), digest: 'sha256:2', checks: 'red' }, { sha: shaOf('2') }]);
  await send('abort', { by: 'ann', reason: 'enough' });
  expect(await handle.result()).toMatchObject({ kind: 'aborted' });
  expect(lines.slice(0, 4)).toEqual([
    'monitor: stage runs 1111111 a change (sha256:1)',
    'monitor: 1111111, which stage runs, is red: lint',
    'monitor: 1111111, which stage runs, was built again: its image was sha256:1, and is sha256:2 now',
    'monitor: stage runs 2222222 a change',
  ]);
  expect(looks[1]).toMatchObject({ last: { sha: shaOf('1'), digest: 'sha256:1' } });
});

it('says where to look when a commit is late, once, and synchronises when somebody asks, once', async () => {
  const looks: StageLook[] = [];
  const { lines, calls, now, send } = await begin((look) => (looks.push(look), look.late || look.asked ? undefined : { kind: 'late', sha: shaOf('1'), title: 'x', why: 'untaken', told: 'look at argocd' }));
  await expect.poll(() => lines, { timeout: 10_000 }).toEqual(['monitor: 1111111 x has not come to stage: look at argocd']);
  expect((await now()).waitingFor).toMatchObject({ what: 'stage to run another commit of main: its image is not taken up', whom: ['whoever runs it'], send: [{ message: 'resync' }] });
  await send('resync', { by: 'ann' });
  await expect.poll(() => lines, { timeout: 10_000 }).toContain('monitor: stage is synchronised: https://argocd/monitor');
  await expect.poll(() => looks.at(-1)?.asked, { timeout: 10_000 }).toBeDefined();
  expect(looks.at(-1)!.late).toBeUndefined();
  expect(calls.filter((call) => call.startsWith('syncStage'))).toHaveLength(1);
  expect(lines).toHaveLength(2);
});

it('refuses to synchronise what the catalog does not name, and a second time meanwhile', async () => {
  const { now, send } = await begin(() => undefined, { changes: { application: undefined as never } });
  await expect.poll(async () => (await now()).waitingFor?.what, { timeout: 10_000 }).toBe('stage to run another commit of main');
  await send('resync', { by: 'ann' });
  await expect.poll(async () => (await now()).refused, { timeout: 10_000 }).toMatchObject([{ message: 'resync', why: expect.stringContaining('add "sync" to its promotion') }]);
  let release: (url: string) => void = () => undefined;
  const other = await begin(() => undefined, { script: { syncStage: () => new Promise((resolve) => (release = resolve)) } });
  await other.send('resync', { by: 'ann' });
  await expect(other.send('resync', { by: 'bob' })).rejects.toMatchObject({ cause: { message: expect.stringContaining('synchronised already') } });
  await expect.poll(() => other.calls.some((call) => call.startsWith('syncStage')), { timeout: 10_000 }).toBe(true);
  release('url');
  await expect.poll(() => other.lines, { timeout: 10_000 }).toEqual(['monitor: stage is synchronised: url']);
});

it('asks when what it looks at is refused, and goes on when somebody says so', async () => {
  let isOpen = false;
  const { now, send, lines } = await begin(() => {
    if (!isOpen) throw ApplicationFailure.nonRetryable('no access', 'Refused');
    return undefined;
  });
  await expect.poll(async () => (await now()).waitingFor?.what, { timeout: 10_000 }).toBe('a look at stage: no access');
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1);
  isOpen = true;
  await send('decide', { choice: 'retry', by: 'ann' });
  await expect.poll(async () => (await now()).waitingFor?.what, { timeout: 10_000 }).toBe('stage to run another commit of main');
});

it('looks at once when it is woken; when wakes alone have made its history long another run goes on with what was seen, and nobody hears of it', async () => {
  let looks = 0;
  const script: StageNews[] = [moved('1', { digest: 'sha256:1' }), { kind: 'late', sha: shaOf('2'), title: 'x', why: 'unbuilt', told: 'no image' }];
  const { handle, first, lines, now, seen } = await begin(() => (looks++, script.shift()), { changes: { pace: { ...pace, poll: 3_600_000 } } });
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(2);
  const before = looks;
  await handle.signal(wake, {});
  await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(before);
  for (let count = 0; count < 30 && (await handle.describe()).runId === first.firstExecutionRunId; count++) {
    await Promise.all(Array.from({ length: 250 }, () => handle.signal(wake, {})));
  }
  await expect.poll(async () => (await handle.describe()).runId, { timeout: 20_000 }).not.toBe(first.firstExecutionRunId);
  await expect.poll(seen, { timeout: 10_000 }).toMatchObject([{ sha: shaOf('1'), digest: 'sha256:1' }]);
  expect((await now()).waitingFor?.what).toContain('there is no image');
  expect(lines).toHaveLength(2);
}, 120_000);
