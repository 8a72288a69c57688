import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { checksumsOf } from '../../ports/artifacts/checksum.ts';
import { connectGcs } from '../../ports/artifacts/gcs.ts';
import { connectSlack } from '../../ports/chat/slack.ts';
import { temporalEnvironments } from '../../ports/temporal/environments.ts';
import { connectGitLab } from '../../ports/flags/gitlab.ts';
import { beating } from '../../ports/pulse.ts';
import { temporalReleases } from '../../ports/temporal/running-releases.ts';
import { claimExample } from '../../domain/environments/claim.ts';
import { openWorld } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from './stand.ts';

const sandbox = useSandbox({ gcs: true });
let world: World;
let client: Client;

beforeAll(async () => {
  const { address, namespace } = inject('temporal');
  world = await openWorld(sandbox.url());
  await world.control('objects', { bucket: 'bucket', files: { a: 'there' } });
  client = new Client({ connection: await Connection.connect({ address }), namespace });
});
afterAll(() => client?.connection.close());

const gcs = () => connectGcs({ endpoint: `${world.url}/gcs`, token: 'gcs-token' });
const slack = () => connectSlack({ token: 'bot-token', baseUrl: `${world.url}/slack/api/` });

const content = Buffer.from('new');
const late = (write: () => Promise<unknown>) => oneAttempt({}, () => Promise.reject(new Error('this attempt is over'))).run(beating(write));

const writes: readonly (readonly [what: string, write: () => Promise<unknown>])[] = [
  ['a comment on GitHub', () => forgeIn(world).discussions.comment('gitlab-org/gitlab', 1, 'hello')],
  ['a removal of a branch on GitHub', () => forgeIn(world).branches.remove('gitlab-org/gitlab', 'master')],
  ['a message in Slack', () => slack().post({ channel: '#gitaly_alerts', key: 'k', text: 'hello' })],
  ['a change of a message in Slack', () => slack().update('#gitaly_alerts', '1.0', { key: 'k', text: 'hello' })],
  ['a flag in GitLab', () => connectGitLab({ url: `${world.url}/gitlab/production`, token: 'gitlab-admin' }).set({ flag: 'gitaly_x', from: 'unset', to: 50 })],
  ['an upload to GCS', () => gcs().create({ bucket: 'bucket', name: 'b', key: 'k', contentType: 'text/plain', ...checksumsOf(content), content: () => Readable.from([content]) })],
  ['a copy in GCS', async () => gcs().copy((await gcs().find('bucket', 'a'))!, 'b')],
  ['a removal from GCS', async () => gcs().remove((await gcs().find('bucket', 'a'))!)],
];

it.each(writes)('an attempt that is over does not send %s', async (_what, write) => {
  const before = await world.journal();
  await expect(late(write)).rejects.toThrow(/: not sent, .* this attempt is over$/);
  expect(await world.journal()).toEqual(before);
});

it.each(writes)('an attempt that is cancelled has not failed, and does not send %s', async (_what, write) => {
  const before = await world.journal();
  const environment = oneAttempt();
  const cancelled = beating(async () => {
    environment.cancel();
    await write();
  });
  await expect(environment.run(cancelled)).rejects.toBeInstanceOf(CancelledFailure);
  expect(await world.journal()).toEqual(before);
});

const name = `late-${randomUUID().slice(0, 8)}`;

it.each<[what: string, workflowId: string, write: () => Promise<unknown>]>([
  ['a claim', `environment/${name}`, () => temporalEnvironments(client).claim({ claim: { ...claimExample, environment: name }, after: [], windows: [] }, name)],
  ['a deployment that has landed', `environment/${name}`, () => temporalEnvironments(client).landed({ environment: name, key: 'k', fence: 1, component: 'gitaly', runs: claimExample }, name)],
  ['the offer of a candidate', name, () => temporalReleases(client).offer({ release: name, component: 'gitaly', sha: claimExample.sha }, name)],
])('an attempt that is over does not send Temporal %s', async (_what, workflowId, write) => {
  await expect(late(write)).rejects.toThrow(/: not sent, .* this attempt is over$/);
  await expect(client.workflow.getHandle(workflowId).describe()).rejects.toBeInstanceOf(WorkflowNotFoundError);
});
