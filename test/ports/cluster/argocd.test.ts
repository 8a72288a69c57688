import { beforeEach, describe, expect, test } from 'vitest';
import { connectArgoCd } from '../../../ports/cluster/argocd.ts';
import type { Cluster, Workload } from '../../../ports/cluster/cluster.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import { useSandbox } from '../stand.ts';

const sandbox = useSandbox();
let world: World;
let argo: Cluster;

const www: Workload = { kind: 'Rollout', namespace: 'monitor-prod', name: 'monitor-www' };
const writes = async () => (await world.journal()).map(({ key }) => key);

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  argo = connectArgoCd({ url: `${world.url}/argocd`, token: 'argocd-token', timeoutMs: 2_000 });
  await world.control('applications', { name: 'monitor', images: ['registry/monitor:abc1234'], rollouts: ['monitor-www', 'monitor-api-deployment'], synced: false });
  return () => world.close();
});

describe('an application', () => {
  test('tells what it runs, and whether that is what should run', async () => {
    expect(await argo.look('monitor')).toEqual({ url: `${world.url}/argocd/applications/monitor`, isSynced: false, health: 'Healthy', images: ['registry/monitor:abc1234'] });
    expect(await argo.look('monitr')).toBeUndefined();
  });

  test('is synchronised, once, and not while that is under way', async () => {
    await argo.sync('monitor');
    expect(await argo.look('monitor')).toMatchObject({ isSynced: true, operation: { phase: 'succeeded', startedAt: expect.any(String) } });
    await world.control('applications', { name: 'monitor', busy: true });
    await expect(argo.sync('monitor')).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false, message: expect.stringContaining('already in progress') });
    expect(await argo.look('monitor')).toMatchObject({ operation: { phase: 'running' } });
    expect(await writes()).toEqual(['argocd-sync monitor']);
  });
});

describe('a workload', () => {
  test('is restarted, by itself, and tells when', async () => {
    expect(await argo.restartedAt('monitor', www)).toBeUndefined();
    await argo.restart('monitor', www);
    expect(Date.parse((await argo.restartedAt('monitor', www))!)).toBeGreaterThan(0);
    expect(await argo.restartedAt('monitor', { ...www, name: 'monitor-api-deployment' })).toBeUndefined();
    expect(await writes()).toEqual(['argocd-restart monitor monitor-www']);
  });

  test.each([{ ...www, name: 'monitor-ww' }, { ...www, namespace: 'other' }, { ...www, kind: 'Deployment' as const }])('that there is not is named: %o', async (workload) => {
    await expect(argo.restartedAt('monitor', workload)).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining(`${workload.kind} ${workload.name} in ${workload.namespace}`) });
    await expect(argo.restart('monitor', workload)).rejects.toMatchObject({ type: 'Refused', nonRetryable: true });
    expect(await writes()).toEqual([]);
  });

  test('of Kubernetes itself tells by its pods', async () => {
    const manifest = JSON.stringify({ kind: 'Deployment', spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2024-09-02T10:00:00Z' } } } } });
    const server = await scriptedServer((_, response) => json(response, 200, { manifest }));
    const deployment: Workload = { kind: 'Deployment', namespace: 'n', name: 'd' };
    expect(await connectArgoCd({ url: server.url, token: 't' }).restartedAt('a', deployment)).toBe('2024-09-02T10:00:00Z');
    expect(new URL(`http://x${server.seen[0]!.path}`).searchParams.get('group')).toBe('apps');
    await server.close();
  });
});

describe.each([
  ['argocd-sync monitor', () => argo.sync('monitor')],
  ['argocd-restart monitor monitor-www', () => argo.restart('monitor', www)],
])('at %s', (key, act) => {
  test.each([
    ['down', { kind: 'fail', status: 503 }, { type: 'Unavailable', nonRetryable: false }, 0],
    ['that does not let us', { kind: 'fail', status: 403 }, { type: 'PermissionDenied', nonRetryable: true }, 0],
    ['that wants to be left alone', { kind: 'rateLimit', retryAfterSeconds: 7 }, { type: 'RateLimited', nextRetryDelay: 7_000 }, 0],
    ['whose reply is lost', { kind: 'applyThen', reply: 'reset' }, { type: 'Unavailable', nonRetryable: false }, 1],
  ])('Argo CD %s fails with what a release can act on', async (_, action, failure, done) => {
    await world.control('faults', { match: { key }, times: 1, action });
    await expect(act()).rejects.toMatchObject(failure);
    expect(await writes()).toHaveLength(done);
  });
});

test('a token that is not known is no application that is missing', async () => {
  await expect(connectArgoCd({ url: `${world.url}/argocd`, token: 'stolen' }).look('monitor')).rejects.toMatchObject({ type: 'PermissionDenied' });
});
