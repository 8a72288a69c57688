import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { ReleasePlan } from '../../../domain/component/plan.ts';
import { decide } from '../../../workflows/people/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { waitsFor } from '../release-stand.ts';
import type { Running } from '../release-stand.ts';
import { candidate, never, pending, pinned, plan, scriptedWorld } from '../scripted-world.ts';

const server = useTimeSkipping();
let queues = 0;

async function begin(script: Partial<Activities> = {}) {
  const taskQueue = `back-${queues++}`;
  const back: ReleasePlan = { ...plan, id: `back/gitaly/${taskQueue}`, stages: [], candidate: pinned, pinned: candidate, isBack: true };
  const { activities, calls } = scriptedWorld({ planBack: async () => back, openPullRequest: async () => ({ number: 7, url: 'https://forge/org/product/pull/7', head: plan.base, carries: pinned }), ...script });
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const release = (await server().client.workflow.start('takePinBack', { workflowId: back.id, taskQueue, args: [{ component: 'gitaly', by: 'kim', reason: 'it leaks' }] })) as unknown as Running;
  return { release, calls };
}

it('pins again what was pinned before, and deploys nothing, though the component is halted', async () => {
  const merges: object[] = [];
  const { release, calls } = await begin({ mergePullRequest: async (merge) => { merges.push(merge); return { kind: 'merged', sha: plan.base }; } });
  expect(await release.result()).toEqual({ kind: 'takenBack', component: 'gitaly', from: candidate, to: pinned, pullRequest: 'https://forge/org/product/pull/7' });
  expect(calls.filter((call) => !call.startsWith('report') && call !== 'keepRecord')).toEqual(['planBack', 'openPullRequest', 'pipeline', 'mergePullRequest']);
  // Nobody asks whether the component is halted: it is.
  expect(merges).toMatchObject([{ brings: { text: pinned } }]);
  expect(merges[0]).not.toHaveProperty('carries');
});

it('takes its pull request back when people close it, and vetoes nothing', async () => {
  const { release, calls } = await begin({ pipeline: async ({ attempt, known }) => (known ? pending() : { kind: 'red', failed: [{ name: `test ${attempt}` }] }) });
  const seen = await waitsFor(release, 'a decision on the red pipeline of #7');
  expect(seen.next).toBe('one of retry, close, abort');
  await release.executeUpdate(decide.update, { args: [{ choice: 'close', by: 'kim' }] });
  expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', undone: ['the pull request on release/gitaly'] });
  expect(calls).not.toContain('object');
});

it('fails with what is the matter where nothing can be taken back', async () => {
  const { release } = await begin({ planBack: never('nothing pins gitaly') });
  await expect(release.result()).rejects.toMatchObject({ cause: { cause: { message: 'nothing pins gitaly' } } });
});
