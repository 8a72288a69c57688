import { expect, it } from 'vitest';
import { componentStatus } from '../../workflows/component/messages.ts';
import { decide, reject } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { type } from '../client/command-line.ts';
import { openProduct, reached } from './product.ts';
import { useServers } from './stand.ts';

const servers = useServers();

async function open(changes: Parameters<typeof openProduct>[1] = {}) {
  const product = await openProduct(servers, changes);
  /** As an operator types it, and where there is no catalog at hand. */
  const slipway = (...args: readonly string[]) => type(args, { TEMPORAL_ADDRESS: servers.address() });
  const say = (...args: readonly string[]) => slipway(...args, ...(args.includes('--by') ? [] : ['--by', 'kim']), '--task-queue', product.taskQueue, '--catalog', '/nowhere/slipway.yaml');
  return { ...product, slipway, say, component: product.client.workflow.getHandle('component/gitaly') };
}

it('a halted component begins nothing, holds up what is under way before its next stage, and goes on when it is lifted', async () => {
  const { slipway, say, release, hourly, start, fix, through, runs } = await open();
  const first = await release();
  await reached(first, 'approval of production');
  expect(await say('halt', 'gitaly', '--reason', 'an incident')).toMatchObject({ exit: 0, stdout: 'halt accepted by component/gitaly\n' });
  await expect.poll(async () => (await slipway('status', 'gitaly')).stdout).toContain('gitaly is halted by kim: an incident');
  await first.signal('approve', { stage: 'production', by: 'alice' });
  const seen = await reached(first, 'the end of the halt of gitaly, by kim: an incident');
  expect(seen.stages.at(-1)).toMatchObject({ name: 'production' });
  await fix('catfile');
  const halted = { kind: 'halted', component: 'gitaly', halt: { by: 'kim', reason: 'an incident' } };
  expect(await hourly()).toMatchObject(halted);
  expect(await start()).toMatchObject(halted);
  const refused = await say('start', 'componentRelease', 'gitaly');
  expect(refused).toMatchObject({ exit: 1, stdout: expect.stringContaining('gitaly is halted by kim: an incident. To go on: slipway lift gitaly --by <you>') });
  const board = (await slipway('board')).stdout;
  expect(board).toMatch(/What is held back\n {2}gitaly {2}halted by kim: an incident/);
  expect(board).toContain('slipway lift gitaly --by <you>');
  expect(await say('halt', 'gitaly', '--by', 'ana', '--reason', 'x', '--until', '2999-01-01T00:00:00Z')).toMatchObject({ exit: 1, stderr: expect.stringContaining('kim has halted it until it is lifted (an incident): lift that first') });

  expect((await say('lift', 'gitaly', '--reason', 'solved')).exit).toBe(0);
  const outcome = await first.result();
  expect(outcome).toMatchObject({ kind: 'released' });
  expect(await runs('production')).toMatchObject({ version: (outcome as { candidate: string }).candidate });
  expect((await say('lift', 'gitaly')).stderr).toContain('gitaly is not halted');
  expect(await through(await release())).toMatchObject({ kind: 'released' });
});

it('a halt outlasts the end of its workflow, and is not of a component that there is not', async () => {
  const { slipway, say, component, hourly, taskQueue, client } = await open();
  await say('halt', 'gitaly', '--reason', 'an incident', '--until', '2999-01-01T00:00:00Z');
  await component.terminate('by mistake');
  expect(await hourly()).toMatchObject({ kind: 'halted', halt: { by: 'kim' } });
  expect((await slipway('board')).stdout).toContain('halted by kim until 2999-01-01T00:00:00Z: an incident');
  // Begun anew by the next message, it knows what was said before.
  await expect.poll(async () => (await client.workflow.count(`WorkflowId = "component/gitaly" AND ExecutionStatus = "Terminated" AND TaskQueue = "${taskQueue}"`)).count).toBe(1);
  expect(await say('veto', 'gitaly', 'a'.repeat(40), '--reason', 'leaks')).toMatchObject({ exit: 0 });
  expect(await component.query(componentStatus)).toMatchObject({ halt: { by: 'kim' }, vetoes: [{ by: 'kim' }] });
  expect(await say('halt', 'gitlay', '--reason', 'x')).toMatchObject({ exit: 1, stderr: expect.stringContaining('unknown component "gitlay": did you mean "gitaly"?') });
});

it('a vetoed commit is not released, nor what contains it, until its revert', async () => {
  const { slipway, say, taskQueue, fix, hourly, release, through, world, start, pulls } = await open();
  // Only where it is known what runs can it be told what comes.
  await through(await release());
  const bad = await fix('leak');
  await fix('after');
  expect((await say('veto', 'gitaly', bad, '--reason', 'it leaks')).exit).toBe(0);
  expect(await hourly()).toMatchObject({ kind: 'vetoed', veto: { sha: bad, by: 'kim' } });
  expect(await start({ sha: bad })).toMatchObject({ kind: 'vetoed', sha: bad });
  const where = await slipway('where', 'gitaly', bad, '--task-queue', taskQueue);
  expect(where.stdout).toContain('which is vetoed by kim: it leaks');
  const { sha } = await world.control<{ sha: string }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'internal/leak.go': 'package mended\n' }, message: `Revert "Mend leak"\n\nThis reverts commit ${bad}.` });
  const next = await release();
  // Who approves it is told that it comes along, with its revert.
  const seen = await reached(next, 'approval of production');
  expect(seen.candidate).toBe(sha);
  await expect.poll(async () => (await next.query(status)).waitingFor?.brings).toContain(`${bad.slice(0, 12)} was vetoed by kim: it leaks`);
  expect((await pulls())[0]!.body).toContain(`${bad.slice(0, 12)} was vetoed by kim: it leaks`);
  expect(await through(next)).toMatchObject({ kind: 'released', candidate: sha });
});

it('a rejection halts the component, and its pin is taken back where people want that', async () => {
  const { say, release, component, pinned, client, pulls, hourly } = await open();
  const before = await pinned();
  const first = await release();
  await reached(first, 'approval of production');
  const bad = await pinned();
  await first.executeUpdate(reject.update, { args: [{ stage: 'production', by: 'alice', reason: 'it leaks' }] });
  expect(await first.result()).toMatchObject({ kind: 'rejected' });
  expect(await component.query(componentStatus)).toMatchObject({ halt: { by: 'alice', reason: expect.stringContaining('rejected at production: it leaks'), release: first.workflowId }, offer: { pinned: bad } });
  expect(await hourly()).toMatchObject({ kind: 'halted' });
  await expect(component.executeUpdate(decide.update, { args: [{ choice: 'takeBack', by: 'alice' }] })).rejects.toMatchObject({ cause: { message: 'taking it back needs a "reason"' } });
  expect(await component.executeUpdate(decide.update, { args: [{ choice: 'takeBack', by: 'alice', reason: 'it leaks' }] })).toBe('accepted');
  await expect.poll(pinned, { timeout: 30_000 }).toBe(before);
  const [pull] = await pulls();
  expect(pull!.body).toContain(`Takes gitaly back from \`${bad.slice(0, 12)}\` to \`${before.slice(0, 12)}\``);
  expect(await component.query(componentStatus)).not.toHaveProperty('offer');
  await expect.poll(async () => (await client.workflow.count('WorkflowId STARTS_WITH "back/gitaly/" AND ExecutionStatus = "Completed"')).count).toBe(1);
  const again = await say('start', 'takePinBack', 'gitaly', '--input', JSON.stringify({ to: before }), '--by', 'kim', '--reason', 'x');
  expect(again).toMatchObject({ exit: 1, stderr: expect.stringContaining(`${before} is what is pinned already`) });
});
