import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { Report } from '../../../activities/release/reports.ts';
import type { PreReleasePlan } from '../../../domain/promotion/pre-release.ts';
import { workerDataConverter } from '../../../temporal/data-converter.ts';
import { status } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { inTurn } from '../release-stand.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();
let queues = 0;

const pace = { poll: 100, sample: 100, retry: 50, attempt: 10_000, heartbeat: 5_000, patience: 60_000 };
const url = 'https://forge/releases/2024.09.02';

/** Time is skipped only while somebody waits for a result. */
async function begin(script: Partial<Activities> = {}, changes: Partial<PreReleasePlan> = {}, workflowId?: string, wrap: (activities: object) => object = (same) => same) {
  const taskQueue = `pre-release-${queues++}`;
  const plan: PreReleasePlan = {
    kind: 'preRelease', id: `pre-release/monitor/${taskQueue}`, component: 'monitor', repository: 'mozilla/blurts-server', name: '2024.09.02', candidate: shaOf('c'), since: '2024.08.29',
    items: [{ name: '#12', title: 'Fix the logo', url: 'https://forge/pull/12' }], older: 0, stages: [], onTag: ['retag.yml'], engineer: 'ann', channel: '#fx-monitor-engineering', pace, ...changes,
  };
  const calls: string[] = [];
  const lines: string[] = [];
  const told: string[] = [];
  const well = {
    planPreRelease: async () => plan,
    makePreRelease: async () => url,
    tagRuns: async () => [{ workflow: 'retag.yml', state: 'succeeded' as const, url: 'https://forge/run' }],
    preReleaseAnswered: async () => ({ kind: 'ticked' as const }),
    keepRecord: async () => undefined,
    announce: async ({ text }: { readonly text: string }) => void told.push(text),
    report: async ({ line }: Report) => {
      lines.push(line);
      return { root: '1' };
    },
  };
  const activities = Object.fromEntries(
    Object.entries({ ...well, ...script }).map(([name, act]) => [
      name,
      async (...args: unknown[]) => {
        if (!['report', 'announce', 'keepRecord'].includes(name)) calls.push(name);
        return (act as (...given: unknown[]) => Promise<unknown>)(...args);
      },
    ]),
  );
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities: wrap(activities), dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const handle = await server().client.workflow.start('dailyPreRelease', { workflowId: workflowId ?? plan.id, taskQueue, args: [{ component: 'monitor' }] });
  return { handle, calls, lines, told, plan };
}

it('makes the day\'s pre-release, waits for the retag and for the ticks, and tells the engineer how it goes to production', async () => {
  const { handle, calls, lines, plan } = await begin();
  expect(await handle.result()).toEqual({ kind: 'preReleased', name: '2024.09.02', candidate: plan.candidate, url, ticked: true });
  expect(calls).toEqual(['planPreRelease', 'makePreRelease', 'tagRuns', 'preReleaseAnswered']);
  expect(lines[0]).toContain(`pre-release with 1 to be looked at since 2024.08.29: ${url}`);
  expect(lines[1]).toBe('ann: everything in it is ticked. It can go to production: {"component":"monitor","release":"2024.09.02"}');
});

it('comes to the same end though all that is asked is refused once', async () => {
  let refused: readonly string[] = [];
  const { handle, told } = await begin({}, {}, undefined, (activities) => {
    const world = refusingOnce(activities);
    ({ refused } = world);
    return world.activities;
  });
  await attend(handle);
  expect(await handle.result()).toMatchObject({ kind: 'preReleased', ticked: true });
  expect(refused).toEqual(expect.arrayContaining(['makePreRelease', 'tagRuns', 'preReleaseAnswered', 'report', 'keepRecord']));
  // The first message was refused, too.
  expect(told).toHaveLength(2);
});

it('makes nothing when nothing was merged', async () => {
  const { handle, calls, lines } = await begin({ planPreRelease: async () => ({ kind: 'nothingMerged', since: '2024.08.29' }) });
  expect(await handle.result()).toEqual({ kind: 'nothingMerged', since: '2024.08.29' });
  expect([calls, lines]).toEqual([['planPreRelease'], []]);
});

it('hands over to the day\'s own when it was started under another id, as by a Schedule', async () => {
  const { handle, calls, plan } = await begin({}, {}, `pre-release/monitor-at-${Date.now()}`);
  expect(await handle.result()).toEqual({ kind: 'handedOver', to: plan.id });
  expect(await server().client.workflow.getHandle(plan.id).result()).toMatchObject({ kind: 'preReleased' });
  expect(calls.filter((name) => name === 'makePreRelease')).toHaveLength(1);
});

it('takes the next number when somebody makes a tag of that name meanwhile', async () => {
  let next: PreReleasePlan | undefined;
  const { handle, plan } = await begin({
    planPreRelease: async () => next ?? plan,
    async makePreRelease({ name }) {
      if (name !== '2024.09.02') return url;
      next = { ...plan, id: `${plan.id}.1`, name: '2024.09.02.1' };
      throw ApplicationFailure.nonRetryable('taken', 'Conflict');
    },
  });
  expect(await handle.result()).toEqual({ kind: 'handedOver', to: `${plan.id}.1` });
  expect(await server().client.workflow.getHandle(`${plan.id}.1`).result()).toMatchObject({ kind: 'preReleased', name: '2024.09.02.1' });
});

it('ends when there is a later release', async () => {
  const { handle, lines } = await begin({ preReleaseAnswered: async () => ({ kind: 'overtaken', by: '2024.09.03' }) });
  expect(await handle.result()).toMatchObject({ kind: 'preReleased', ticked: false });
  expect(lines.some((line) => line.includes('ticked. It can'))).toBe(false);
});

it('tells of a retag that fails, and goes on', async () => {
  const { handle, lines } = await begin({ tagRuns: async () => [{ workflow: 'retag.yml', state: 'failed', url: 'https://forge/run' }] });
  expect(await handle.result()).toMatchObject({ kind: 'preReleased', ticked: true });
  expect(lines).toContain('retag.yml failed for 2024.09.02: https://forge/run');
  expect((await handle.query(status)).owed).toEqual(['retag.yml failed for 2024.09.02: https://forge/run']);
});

it('shows for what it waits, who ends that, and what comes next', async () => {
  const pending = ApplicationFailure.create({ type: 'NotYet', message: 'not everything is ticked' });
  const { handle } = await begin({ preReleaseAnswered: inTurn<{ kind: 'ticked' }>(async () => Promise.reject(pending), async () => Promise.reject(pending), { kind: 'ticked' as const }) });
  await expect.poll(async () => (await handle.query(status)).waitingFor, { timeout: 10_000 }).toMatchObject({ what: `a tick at everything in ${url}`, whom: ['QA'] });
  expect((await handle.query(status)).next).toContain('{"component":"monitor","release":"2024.09.02"}');
  expect(await handle.result()).toMatchObject({ ticked: true });
});

it('refuses an input with what is allowed, and an example', async () => {
  const { handle } = await begin();
  await handle.result();
  const bad = await server().client.workflow.start('dailyPreRelease', { workflowId: `bad-${queues}`, taskQueue: `pre-release-${queues - 1}`, args: [{ component: 'monitor', day: 'today' }] });
  await expect(bad.result()).rejects.toMatchObject({ cause: { type: 'InvalidInput', message: expect.stringContaining('Send for example {"component":"monitor"}') } });
});
