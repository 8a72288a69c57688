import { randomUUID } from 'node:crypto';
import type { WorkflowFailedError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure, defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { workerDataConverter } from '../../../temporal/data-converter.ts';
import { freeze } from '../../../workflows/environments/messages.ts';
import { abort, approve, pause, reject, resume } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { begin, waitsFor } from '../release-stand.ts';
import type { Running } from '../release-stand.ts';
import { pending, plan, scriptedWorld } from '../scripted-world.ts';

const server = useTimeSkipping();

const json = { encoding: Buffer.from('json/plain') };
const loneSurrogate = String.raw`{"by":"\ud800 \udfff"}`;

describe('a text that is no well-formed Unicode', () => {
  it('is mended at the door, whoever quotes it afterwards', async () => {
    const { release } = await waiting();
    await send(release, pause.name, { metadata: json, data: Buffer.from(loneSurrogate) });
    const quoting = await release.executeUpdate(pause.update, { args: [{ by: 'alice' }] }).catch((failure: WorkflowUpdateFailedError) => failure.cause?.message);
    expect(quoting).toContain('\ufffd \ufffd');
    expect((await release.query(status)).paused?.by).toBe('\ufffd \ufffd');
    await finish(release);
  });

  it('is no half of a character that was cut in two', async () => {
    const { release } = await waiting();
    for (let pad = 0; pad < 4; pad++) {
      const stage = `${'x'.repeat(60 + pad)}${'😀'.repeat(60)}`;
      const refused = await release.executeUpdate(approve.update, { args: [{ stage, by: 'alice' }] }).catch((failure: WorkflowUpdateFailedError) => failure.cause!.message);
      expect(String(refused).isWellFormed()).toBe(true);
    }
    await finish(release);
  });
});

it('in the failure of an activity does not stop the worker', async () => {
  const failing = () => Promise.reject(ApplicationFailure.nonRetryable('the forge says \ud83d', 'InvalidInput'));
  const { release } = await begin(server(), { plan: failing });
  const failure = await release.result().catch((error: WorkflowFailedError) => (error.cause!.cause as Error).message);
  expect(failure).toBe('the forge says \ufffd');
});

describe('a message that can\'t be read', () => {
  it.each([
    ['broken JSON', { metadata: json, data: Buffer.from('{"by":') }, /JSON/],
    ['an unknown encoding', { metadata: { encoding: Buffer.from('binary/other') }, data: Buffer.from('x') }, 'Unknown encoding: binary/other'],
    ['a key ring of others', { metadata: { encoding: Buffer.from('binary/slipway-encrypted'), 'slipway-codec': Buffer.from('1'), 'slipway-key': Buffer.from('theirs') }, data: Buffer.alloc(60) }, 'the key "theirs"'],
    ['no encoding', { metadata: {}, data: Buffer.from('{}') }, /can't be read/],
  ] as const)('by %s is dropped and recorded', async (_, payload, why) => {
    const { release } = await waiting();
    await send(release, pause.name, payload);
    await expect.poll(async () => (await release.query(status)).refused).toEqual([{ message: 'pause', why: expect.stringMatching(/can't be read/), at: expect.any(String) }]);
    expect((await release.query(status)).refused[0]!.why).toMatch(why);
    await finish(release);
  });

  it('is recorded by an environment, too', async () => {
    const environment = await openEnvironment();
    await send(environment, freeze.name, { metadata: json, data: Buffer.from('[') });
    await expect(environment.executeUpdate(freeze.update, { args: [{ by: 'olga', reason: 'it still works' }] })).resolves.toBe('accepted');
  });
});

it('that can\'t be read is dropped and recorded in every workflow that people can send something to', async () => {
  const gitaly = { component: 'gitaly' };
  const inputs = {
    environment: { environment: 'production' }, component: gitaly, componentRelease: gitaly, updateComponent: gitaly, takePinBack: { ...gitaly, by: 'kim', reason: 'it leaks' },
    featureFlagRollout: { ...gitaly, flag: 'gitaly_x', commit: '#3371' }, schemaRelease: { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' }, uploadCurrentSchemas: { component: 'migrator', version: 'v5.3.4444' },
    versionRelease: { ...gitaly, version: '12.9.0' }, publishPackage: { ...gitaly, version: '12.9.0' }, backport: gitaly,
    dailyPreRelease: { component: 'monitor' }, productionRelease: { component: 'monitor', release: '2024.09.01' }, stageFix: { component: 'monitor', pulls: [123] }, hotfixRelease: { component: 'monitor', pull: 123, partner: 'bob' },
  };
  // All of them wait for the first that they ask of.
  const taskQueue = `hostile-${randomUUID()}`;
  const ids: Readonly<Record<string, string>> = { environment: 'environment/production', component: 'component/gitaly' };
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities: { default: pending }, dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  const started = await Promise.all(Object.entries(inputs).map(([type, input]) => server().client.workflow.start(type, { workflowId: ids[type] ?? `${taskQueue}-${type}`, taskQueue, args: [input] })));
  onTestFinished(async () => {
    await Promise.all(started.map((handle) => handle.terminate().catch(() => undefined)));
    worker.shutdown();
    await running;
  });
  const unreadable = [{ metadata: json, data: Buffer.from('{"by":') }, { metadata: { encoding: Buffer.from('binary/slipway-encrypted'), 'slipway-codec': Buffer.from('1'), 'slipway-key': Buffer.from('theirs') }, data: Buffer.alloc(60) }];
  for (const handle of started) for (const payload of unreadable) for (const name of ['decide', 'outage', 'nothing', 'wake']) await send(handle, name, payload);
  for (const handle of started) {
    await expect.poll(async () => ((await handle.query('status')) as ReleaseStatus).refused.map(({ message }) => message), { message: handle.workflowId, timeout: 20_000 }).toEqual(expect.arrayContaining(['decide', 'outage', 'nothing']));
  }
});

describe('a long text', () => {
  it.each([
    [approve.name, { stage: 'x'.repeat(1_900_000), by: 'alice' }],
    [approve.name, { stage: 'production', by: 'x'.repeat(1_900_000) }],
    [reject.name, { stage: 'production', by: 'alice', reason: 'x'.repeat(1_900_000) }],
    [pause.name, { by: 'alice', reason: 'x'.repeat(300_000) }],
    [abort.name, { by: 'alice', reason: 'x'.repeat(1_900_000) }],
    [pause.name, { by: 'alice', ['x'.repeat(1_900_000)]: 1 }],
    [pause.name, { by: 'alice', ...Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`key-${n}`, n])) }],
    ['x'.repeat(900), {}],
  ])('is refused at once, and shortly: number %#', async (name, payload) => {
    const { release } = await waiting();
    await release.signal(name, payload);
    await expect.poll(async () => (await release.query(status)).refused.length, { timeout: 10_000 }).toBe(1);
    expect((await release.query(status)).refused[0]!.why.length).toBeLessThanOrEqual(1_000);
    await finish(release);
  });

  it('that is refused again and again leaves room for what is not', async () => {
    const { release } = await waiting();
    for (let n = 0; n < 30; n++) await release.signal(approve.name, { stage: 'x'.repeat(100_000), by: 'alice' });
    await expect.poll(async () => (await release.query(status)).refused.length, { timeout: 20_000 }).toBe(30);
    await finish(release);
  });
});

it('anything at all that is sent, to any message, leaves a release that can be approved', async () => {
  const { release } = await waiting();
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\ud800', 'x\udc00y', '', '__proto__'), fc.integer({ min: 0, max: 200_000 }).map((n) => '😀'.repeat(n)));
  const value = fc.oneof(fc.record({ stage: text, by: text, reason: text, choice: text, sha: text }, { requiredKeys: [] }), fc.anything({ maxDepth: 2 }).map((one) => JSON.parse(JSON.stringify(one) ?? 'null')), text);
  const messages = fc.constantFrom(approve.name, reject.name, 'decide', resume.name, 'candidate', 'wake', 'progress', 'outage', 'granted', 'superseded', 'environmentFrozen', 'nothing');
  await fc.assert(
    fc.asyncProperty(messages, fc.oneof(value.map((one) => defaultPayloadConverter.toPayload(one)!), fc.uint8Array().map((data) => ({ metadata: json, data }))), async (name, payload) => {
      await send(release, name, payload);
    }),
    { numRuns: 60 },
  );
  expect((await release.query(status)).waitingFor?.what).toMatch('approval of production');
  await finish(release);
});

async function waiting() {
  const started = await begin(server(), {}, { stages: plan.stages });
  await waitsFor(started.release, 'approval of production');
  return started;
}

async function finish(release: Running): Promise<void> {
  if ((await release.query(status)).paused) await release.executeUpdate(resume.update, { args: [{ by: 'alice' }] });
  await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] });
  expect((await release.result()).kind).toBe('released');
}

/** Sends a Signal whose payload is just these bytes. */
async function send({ workflowId }: { readonly workflowId: string }, signalName: string, payload: Payload): Promise<void> {
  await server().client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    signalName,
    input: { payloads: [payload] },
    requestId: randomUUID(),
  });
}

async function openEnvironment() {
  const taskQueue = `environment-${randomUUID()}`;
  const { activities } = scriptedWorld({ surveyEnvironment: async () => ({ deployed: {}, windows: [] }) });
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities, dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  const handle = await server().client.workflow.start('environment', { workflowId: `environment/${taskQueue}`, taskQueue, args: [{ environment: taskQueue }] });
  onTestFinished(async () => {
    await handle.terminate();
    worker.shutdown();
    await running;
  });
  return handle;
}
