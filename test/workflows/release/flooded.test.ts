import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { defineQuery } from '@temporalio/workflow';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { WorkflowUpdateStage } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { componentRequestExample } from '../../../domain/component/component-record.ts';
import { releaseRequestExample, takeBackRequestExample } from '../../../domain/component/request.ts';
import { environmentRequestExample } from '../../../domain/environments/environment.ts';
import { flagRequestExample } from '../../../domain/flags/desk-request.ts';
import { doctorRequestExample } from '../../../domain/inspection/diagnosis.ts';
import { historyRequestExample } from '../../../domain/inspection/history-request.ts';
import { whereRequestExample } from '../../../domain/inspection/where-request.ts';
import { hotfixRequestExample, preReleaseRequestExample, productionRequestExample, stageFixRequestExample, stageWatchRequestExample } from '../../../domain/promotion/request.ts';
import { contentsRequestExample, schemaRequestExample, uploadRequestExample } from '../../../domain/schemas/request.ts';
import { backportRequestExample, experimentalRequestExample, packageRequestExample, productRequestExample, securityRequestExample, versionRequestExample } from '../../../domain/versions/request.ts';
import { workerDataConverter } from '../../../temporal/data-converter.ts';
import type * as workflows from '../../../workflows/index.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const server = useTimeSkipping();

/** Every workflow, and what starts it. */
const inputs = {
  backport: backportRequestExample,
  component: componentRequestExample,
  componentRelease: releaseRequestExample,
  dailyPreRelease: preReleaseRequestExample,
  doctor: doctorRequestExample,
  environment: environmentRequestExample,
  experimentalBuild: experimentalRequestExample,
  featureFlagRollout: { component: 'gitaly', flag: 'gitaly_go_user_delete_tag', commit: '#3371' },
  featureFlags: flagRequestExample,
  followProduct: productRequestExample,
  history: historyRequestExample,
  hotfixRelease: hotfixRequestExample,
  productionRelease: productionRequestExample,
  publishPackage: packageRequestExample,
  schemaArchive: contentsRequestExample,
  schemaRelease: schemaRequestExample,
  securityRelease: securityRequestExample,
  stageDeployment: stageWatchRequestExample,
  stageFix: stageFixRequestExample,
  takePinBack: takeBackRequestExample,
  updateComponent: releaseRequestExample,
  uploadCurrentSchemas: uploadRequestExample,
  versionRelease: versionRequestExample,
  versions: productRequestExample,
  where: whereRequestExample,
} satisfies Record<Exclude<keyof typeof workflows, 'default'>, object>;

/** What Temporal lets through at most, in bytes, less a little. */
const largest = 1_900_000;
const json = { encoding: Buffer.from('json/plain') };
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 4, arbitrary: fc.constantFrom('\ud800', 'x\udc00y', '', '__proto__', 'production', 'alice', '2026-01-01T00:00:00Z') },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 50_000 }).map((length) => 'ä'.repeat(length)) },
);
const fields = ['stage', 'by', 'reason', 'choice', 'sha', 'item', 'text', 'until', 'key', 'component', 'claim', 'release', 'fence', 'runs', 'about', 'url', '__proto__'];
const value = fc.oneof({ weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...fields), text, { maxKeys: 5 }) }, { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) }, { weight: 1, arbitrary: text });
const payload = fc.oneof(
  { weight: 3, arbitrary: value.map((one) => ({ metadata: json, data: Buffer.from(JSON.stringify(one) ?? 'null') })) },
  { weight: 1, arbitrary: fc.uint8Array().map((data) => ({ metadata: json, data })) },
  { weight: 1, arbitrary: fc.uint8Array().map((data) => ({ metadata: { encoding: Buffer.from('binary/other') }, data })) },
  { weight: 1, arbitrary: fc.constant(defaultPayloadConverter.toPayload(null)!) },
);

interface Metadata {
  readonly definition: { readonly signalDefinitions?: readonly { readonly name?: string }[]; readonly updateDefinitions?: readonly { readonly name?: string }[] };
}

const metadata = defineQuery<Metadata>('__temporal_workflow_metadata');

it.each(Object.entries(inputs))('%s goes on with its task, whatever anybody sends it', async (type, input) => {
  const taskQueue = `flooded-${randomUUID()}`;
  // It is somewhere in its first step, which never ends.
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities: { default: () => Context.current().cancelled }, dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  // What keeps something is called after that.
  const args = [type in input ? { [type]: taskQueue } : input];
  const handle = await server().client.workflow.start(type, { workflowId: `${type}/${taskQueue}`, taskQueue, args });
  onTestFinished(async () => {
    await handle.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  const { definition } = await handle.query(metadata);
  const names = (some: readonly { readonly name?: string }[] = []) => some.flatMap(({ name }) => (name ? [name] : []));
  const signals = fc.constantFrom(...names(definition.signalDefinitions), 'nothing of the kind');
  const updates = fc.constantFrom(...names(definition.updateDefinitions), 'nothing of the kind');

  await fc.assert(fc.asyncProperty(signals, payload, (name, one) => send(handle.workflowId, name, one)), { numRuns: 15 });
  for (const name of fc.sample(signals, 1)) await send(handle.workflowId, name, defaultPayloadConverter.toPayload({ by: 'x'.repeat(largest) })!);
  // A refusal is an answer.
  await fc.assert(fc.asyncProperty(updates, value, async (name, one) => void (await handle.startUpdate(name, { args: [one], waitForStage: WorkflowUpdateStage.ACCEPTED }).catch(() => undefined))), { numRuns: 6 });

  await handle.query(metadata);
  expect(['RUNNING', 'COMPLETED']).toContain((await handle.describe()).status.name);
  const { events = [] } = await handle.fetchHistory();
  expect((events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? [])).toEqual([]);
});

/** Sends a Signal whose payload is just these bytes, unless the workflow has ended by what was sent before. */
async function send(workflowId: string, signalName: string, one: Payload): Promise<void> {
  await server()
    .client.workflowService.signalWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId }, signalName, input: { payloads: [one] }, requestId: randomUUID() })
    .catch((failure: Error) => {
      if (!/completed workflow|already completed|not found/i.test(failure.message)) throw failure;
    });
}
