import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { ComponentRecord } from '../../../domain/component/component-record.ts';
import { newComponent, vetoed } from '../../../domain/component/component-record.ts';
import { componentStatus, halt, lift, objects, veto } from '../../../workflows/component/messages.ts';
import { decide } from '../../../workflows/people/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { shaOf } from '../../shas.ts';
import { never, scriptedWorld } from '../scripted-world.ts';

const server = useTimeSkipping();
let queues = 0;

const bad = shaOf('b');

async function begin(script: Partial<Activities> = {}, record?: ComponentRecord) {
  const component = `gitaly-${queues++}`;
  const told: unknown[] = [];
  const said: string[] = [];
  const { activities } = scriptedWorld({ tellObjections: async (news) => void told.push(news.objections), announce: async ({ text }) => void said.push(text), ...script });
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue: component, workflowBundle, activities });
  const running = worker.run();
  const handle = await server().client.workflow.start('component', { workflowId: `component/${component}`, taskQueue: component, args: [{ component, ...(record && { record }) }] });
  onTestFinished(async () => {
    await handle.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  const status = () => handle.query(componentStatus);
  return { component, handle, told, said, status };
}

// First: an activity that is in the air when a test ends keeps time from being skipped in the next.
it('goes on by itself when the time of a halt is over, and says so to releases', async () => {
  const { handle, told, status } = await begin();
  const until = new Date((await server().currentTimeMs()) + 3_600_000).toISOString();
  await handle.executeUpdate(halt.update, { args: [{ by: 'kim', reason: 'an incident', until }] });
  await expect.poll(() => told.length).toBe(1);
  const { at } = await status();
  await server().sleep('2 hours');
  await expect.poll(() => told.length).toBe(2);
  expect((await status()).at).toBeGreaterThan(at);
  await expect(handle.executeUpdate(lift.update, { args: [{ by: 'kim' }] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('is not halted') } });
});

it('halts, vetoes and lifts, and tells releases first, then people, once each', async () => {
  const { handle, told, said, status, component } = await begin();
  expect(await handle.executeUpdate(halt.update, { args: [{ by: 'kim', reason: 'an incident' }] })).toBe('accepted');
  await handle.signal(veto.signal, { sha: bad, by: 'ana', reason: 'leaks' });
  await expect.poll(() => said.length).toBe(2);
  expect(await status()).toMatchObject({ halt: { by: 'kim' }, vetoes: [{ sha: bad, by: 'ana' }] });
  expect(told.at(-1)).toMatchObject({ halt: { by: 'kim', reason: 'an incident' }, vetoes: [{ sha: bad }] });
  await handle.executeUpdate(lift.update, { args: [{ by: 'kim', reason: 'solved' }] });
  await handle.executeUpdate(lift.update, { args: [{ by: 'kim', sha: bad }] });
  await expect.poll(() => said).toEqual([`${component}: halt by kim (by kim: an incident)`, `${component}: veto ${bad} by ana (by ana: leaks)`, `${component}: lift by kim (solved)`, `${component}: lift ${bad} by kim`]);
  expect(told.at(-1)).toMatchObject({ vetoes: [] });
  expect(told.at(-1)).not.toHaveProperty('halt');
});

it('records what it can not take, and goes on', async () => {
  const { handle, status } = await begin();
  const hostile = [undefined, 'halt', { by: 'your-login', reason: 'x' }, { by: 'kim' }, { by: 'kim', reason: 'x', until: 'monday' }, { by: 'kim', reason: 'x'.repeat(2_000) }, { by: 'a\nb', reason: 'x' }, { by: 'kim', reason: 'x', __proto__x: 1 }];
  for (const payload of hostile) await handle.signal('halt', payload);
  await handle.signal('veto', { sha: '1a2b', by: 'kim', reason: 'x' });
  await handle.signal('hlat', {});
  await handle.signal(lift.signal, { by: 'kim' });
  await expect.poll(async () => (await status()).refused.length).toBe(hostile.length + 3);
  expect((await status()).refused.map(({ why }) => why)).toEqual(expect.arrayContaining([expect.stringContaining('did you mean "halt"'), expect.stringContaining('40 hex digits'), expect.stringContaining('is not halted')]));
  expect(await status()).not.toHaveProperty('halt');
  await expect(handle.executeUpdate(halt.update, { args: [{ by: 'kim', reason: 'x', until: '2020-01-01T00:00:00Z' }] })).rejects.toMatchObject({ cause: { message: 'until: 2020-01-01T00:00:00Z is in the past' } });
});

it('hears from a release once, however often that is said', async () => {
  const { handle, said, status, component } = await begin();
  const given = { component, key: 'release/x/1/end', release: 'release/x/1', by: 'kim', reason: 'rejected at production', halts: true, pinned: bad };
  await handle.executeUpdate(objects, { args: [given] });
  await handle.executeUpdate(objects, { args: [given] });
  expect(await status()).toMatchObject({ halt: { by: 'kim', release: 'release/x/1' }, offer: { pinned: bad } });
  expect((await status()).decisions).toHaveLength(1);
  // The release has told people itself.
  expect(said).toEqual([]);
  await expect(handle.executeUpdate(decide.update, { args: [{ choice: 'leaf', by: 'kim' }] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('did you mean "leave"') } });
  await handle.executeUpdate(decide.update, { args: [{ choice: 'leave', by: 'kim' }] });
  expect(await status()).not.toHaveProperty('offer');
  await expect(handle.executeUpdate(decide.update, { args: [{ choice: 'leave', by: 'kim' }] })).rejects.toMatchObject({ cause: { message: 'nothing is to be decided now' } });
});

it('knows what the run before knew that somebody has ended, and lifts it, though it has just begun', async () => {
  const before = { ...vetoed(newComponent('x'), { sha: bad, by: 'ana', reason: 'leaks' }, '2026-01-01T00:00:00Z'), halt: { by: 'ana', reason: 'an incident', since: '2026-01-01T00:00:00Z' } };
  let surveyed = (): void => {};
  const survey = new Promise<void>((done) => (surveyed = done));
  const { handle, status } = await begin({ surveyComponent: async () => survey.then(() => ({ before })) });
  const lifted = handle.executeUpdate(lift.update, { args: [{ by: 'kim' }] });
  surveyed();
  expect(await lifted).toBe('accepted');
  expect(await status()).toMatchObject({ vetoes: [{ sha: bad, by: 'ana' }] });
  expect(await status()).not.toHaveProperty('halt');
});

it('is none of a component that the catalog does not have: whoever asks is told so', async () => {
  const { handle } = await begin({ surveyComponent: never('unknown component "gitlay"') });
  await expect(handle.executeUpdate(halt.update, { args: [{ by: 'kim', reason: 'x' }] })).rejects.toMatchObject({ cause: { message: 'unknown component "gitlay"' } });
  await expect(handle.result()).rejects.toMatchObject({ cause: { cause: { message: 'unknown component "gitlay"' } } });
});

it('begins a new run with all that it knows before its history grows heavy', async () => {
  const record: ComponentRecord = { ...newComponent('x'), at: 5, halt: { by: 'kim', reason: 'an incident', since: '2026-01-01T00:00:00Z' } };
  const { handle, status } = await begin({}, { ...record });
  for (let index = 0; index < 4_500; index += 100) {
    await Promise.all(Array.from({ length: 100 }, () => handle.signal('hlat', {})));
  }
  await handle.executeUpdate(veto.update, { args: [{ sha: bad, by: 'kim', reason: 'x' }] });
  await expect.poll(async () => (await handle.describe()).runId, { timeout: 20_000 }).not.toBe(handle.firstExecutionRunId);
  expect(await status()).toMatchObject({ halt: { by: 'kim' }, vetoes: [{ sha: bad }] });
}, 60_000);
