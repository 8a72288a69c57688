import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { candidate } from '../../workflows/component/messages.ts';
import { approve, reject } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWebhookReceiver, startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';

const servers = useServers();

type Release = WorkflowHandle<() => Promise<ReleaseOutcome>>;

const product = 'gitlab-org/gitlab';
const team = 'gitlab-org/release-managers';
const secret = 'a secret of some length';

describe('a vote on the pull request', () => {
  it('of an approver lets the release go on in seconds, when its webhook comes', async () => {
    const { world, release } = await begin({ pace: { poll: '45s' }, hooked: true });
    const { number } = await waits(release);
    const written = Date.now();
    await world.control('comment', { repository: product, number, by: 'alice', body: 'Seen it on canary.\n\n/approve production' });
    await expect.poll(async () => (await release.query(status)).state, { timeout: 15_000 }).not.toBe('approval');
    expect(Date.now() - written).toBeLessThan(15_000);
    expect((await release.query(status)).decisions).toMatchObject([{ message: 'approve', by: 'alice', assurance: 'verified', evidence: expect.stringMatching(/\/pull\/\d+#issuecomment-\d+$/) }]);
    expect(await world.control('violations')).toEqual([]);
  });

  it('counts without any webhook, and whatever else is written does not', async () => {
    const { world, release } = await begin();
    const { number } = await waits(release);
    await expect(release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] })).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/comment "\/approve production" or "\/reject production <reason>" on http.*\/pull\/\d+, or sign it: slipway approve release\/gitaly/) },
    });

    const comment = (by: string, body = '/approve production') => world.control<{ id: number }>('comment', { repository: product, number, by, body });
    await comment('mallory');
    await comment('slipway-bot');
    await comment('alice', '/approve prodution');
    await comment('alice', '/approve production dddddddddddd');
    await comment('alice', 'Where is the /approve production button?');
    const { id } = await comment('alice', 'Wait.');
    const { review_id } = await review(world, number, 'tess', { event: 'APPROVE', body: 'Fine.' });
    await waitPastSecond();
    await as(world, 'alice', 'PATCH', `issues/comments/${id}`, { body: '/approve production' });
    await as(world, 'mallory', 'PUT', `pulls/${number}/reviews/${review_id}`, { body: 'Fine.\n/approve production' });
    const whys = async () => (await release.query(status)).refused.map(({ why }) => why.replace(/ \(http.*/, '')).toSorted();
    await expect.poll(whys, { timeout: 15_000 }).toEqual([
      '"mallory" may not decide on stage "production". Its approvers: alice, bob, gitlab-org/release-managers',
      '"slipway-bot" is not a person',
      expect.stringMatching(/^the vote of alice is for dddddddddddd, but this release carries/),
      'the vote of alice was edited: it has to be written anew',
      'the vote of tess was edited: it has to be written anew',
      'unknown stage "prodution": did you mean "production"? Known: staging, canary, production',
    ]);
    expect((await release.query(status)).state).toBe('approval');

    await review(world, number, 'Tess', { event: 'APPROVE', body: 'production' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect((await release.query(status)).decisions).toMatchObject([{ by: 'Tess', assurance: 'verified', evidence: expect.stringContaining('#pullrequestreview-') }]);
    expect(await world.control('violations')).toEqual([]);
  });

  it('from before an amend does not count; one that rejects ends the release', async () => {
    const { world, release } = await begin({ ci: { repository: product, branch: 'release/gitaly', verdict: 'green', afterMs: 600_000 } });
    await expect.poll(async () => (await release.query(status)).pullRequest?.number, { timeout: 20_000 }).toBeDefined();
    const { number } = (await release.query(status)).pullRequest!;
    await waitPastSecond();
    await world.control('comment', { repository: product, number, by: 'alice', body: '/approve production' });
    // The forge itself dismisses an approval, and leaves a comment as it is.
    await review(world, number, 'tess', { event: 'COMMENT', body: '/approve production' });
    await waitPastSecond();
    const sha = await develop(world);
    await release.signal(candidate, { sha });
    await expect.poll(async () => (await release.query(status)).candidate, { timeout: 20_000 }).toBe(sha);
    const head = (await as<{ head: { sha: string } }>(world, 'dev', 'GET', `pulls/${number}`)).head.sha;
    await world.control('ci', { repository: product, sha: head, verdict: 'green' });
    await waits(release);
    expect((await release.query(status)).refused.map(({ why }) => why)).toEqual([
      expect.stringMatching(/^the vote of alice was written at .*, but this release carries [0-9a-f]{12} since/),
      expect.stringMatching(/^the review of tess is of [0-9a-f]{12}, but the pull request is at [0-9a-f]{12}/),
    ]);
    await world.control('comment', { repository: product, number, by: 'bob', body: '/reject production it leaks' });
    expect(await release.result()).toMatchObject({ kind: 'rejected', stage: 'production', by: 'bob', reason: 'it leaks' });
  });
});

describe('a signed decision', () => {
  it('counts when a known key has signed it, also one that came into the set meanwhile', async () => {
    const keys = await keySet('broker');
    const { release } = await begin({ required: 2, keysFile: keys.file });
    const { candidate: sha } = await waits(release);
    const claims = { sub: 'alice', release: release.workflowId, stage: 'production', verdict: 'approve', sha };
    const vote = (token: string, by = 'alice') => release.executeUpdate(approve.update, { args: [{ stage: 'production', by, token }] });
    const refused = (token: string, by?: string) => vote(token, by).catch((error: { cause: { message: string } }) => error.cause.message);

    expect(await refused(keys.sign('broker', { ...claims, stage: 'canary' }))).toContain('it is for stage "canary", not "production"');
    expect(await refused(keys.sign('broker', { ...claims, exp: 1_700_000_000, iat: 1_699_999_900 }))).toContain('it expired at 2023-11-14T22:13:20.000Z');
    expect(await refused(keys.sign('broker', { ...claims, sub: 'mallory' }), 'mallory')).toContain('"mallory" may not decide on stage "production"');
    expect(await refused(keys.sign('broker', { ...claims, jti: undefined }))).toContain('jti');
    expect(await refused(`${keys.sign('broker', claims).slice(0, -8)}AAAAAAAA`)).toContain('its signature is wrong');
    expect(await refused(keys.sign('broker', claims, { alg: 'HS256' }))).toContain('it is signed by HS256: only EdDSA counts');
    expect(await refused(keys.sign('broker', claims, { kid: 'tess' }))).toContain('its key "tess" is not one of broker');

    const token = keys.sign('broker', claims);
    expect(await vote(token)).toBe('accepted');
    expect(await refused(token)).toMatch(/^the token [\w-]+ has voted already$/);
    await keys.add('tess', { sub: 'tess' });
    expect(await refused(keys.sign('tess', { ...claims, sub: 'bob' }), 'bob')).toContain(`the key "tess" is tess's, and signs for nobody else`);
    expect(await vote(keys.sign('tess', { ...claims, sub: 'tess' }), 'tess')).toBe('accepted');
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect((await release.query(status)).decisions).toMatchObject([
      { by: 'alice', assurance: 'verified', evidence: expect.stringMatching(/^token [\w-]+, signed with broker$/) },
      { by: 'tess', assurance: 'verified', evidence: expect.stringMatching(/signed with tess$/) },
    ]);
  });

  it('rejects, too, as a Signal; a worker without keys counts none', async () => {
    const keys = await keySet('broker');
    const { release } = await begin();
    const { candidate: sha } = await waits(release);
    const token = keys.sign('broker', { sub: 'alice', release: release.workflowId, stage: 'production', verdict: 'reject', sha });
    await release.signal(reject.signal, { stage: 'production', by: 'alice', token });
    await expect.poll(async () => (await release.query(status)).refused, { timeout: 10_000 }).toMatchObject([{ message: 'reject', why: expect.stringContaining('SLIPWAY_APPROVAL_KEYS') }]);
  });
});

interface Given {
  readonly pace?: object;
  readonly ci?: object;
  readonly required?: number;
  readonly keysFile?: string;
  /** Whether webhooks come. */
  readonly hooked?: boolean;
}

async function begin({ pace = {}, ci, required = 1, keysFile, hooked = false }: Given = {}) {
  const world = await openWorld(servers.sandboxUrl());
  await world.control('teams', { team, members: ['tess'] });
  if (ci) await world.control('ci', ci);
  const catalog = await writeCatalog(world, { pace, approval: { approvers: ['alice', 'bob', team], assurance: 'verified', required } });
  const taskQueue = world.name;
  const worker = await startWorker({ ...workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }), ...(keysFile && { SLIPWAY_APPROVAL_KEYS_FILE: keysFile }) });
  if (hooked) {
    const receiver = await startWebhookReceiver({ TEMPORAL_ADDRESS: servers.address(), SLIPWAY_CATALOG: catalog.file, GITHUB_WEBHOOK_SECRET: secret });
    onTestFinished(() => receiver.stop());
    await world.control('webhooks', { url: `${receiver.ready}/webhooks/github`, secret });
  }
  const client = servers.client();
  const first = await client.workflow.start('componentRelease', { workflowId: `start-${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  const { to } = (await first.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>;
  const release: Release = client.workflow.getHandle(to);
  onTestFinished(async () => {
    await release.terminate().catch(() => undefined);
    await endEnvironments(client);
    await worker.stop();
    await catalog.remove();
    await world.close();
  });
  return { world, release };
}

async function waits(release: Release): Promise<{ readonly number: number; readonly candidate: string }> {
  let seen: ReleaseStatus | undefined;
  await expect.poll(async () => (seen = await release.query(status)).waitingFor?.what, { timeout: 50_000, interval: 50 }).toMatch(/^approval of production/);
  return { number: seen!.pullRequest!.number, candidate: seen!.candidate! };
}

/** Keys in a file, and what signs with them. */
async function keySet(kid: string) {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-keys-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'keys.json');
  const keys = new Map<string, KeyObject>();
  const known: object[] = [];
  async function add(name: string, more: object = {}): Promise<void> {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    keys.set(name, privateKey);
    known.push({ ...publicKey.export({ format: 'jwk' }), kid: name, ...more });
    await writeFile(file, JSON.stringify({ keys: known }));
  }
  await add(kid);
  return {
    file,
    add,
    sign(name: string, claims: object, header: object = {}): string {
      const now = Math.floor(Date.now() / 1_000);
      const parts = [{ alg: 'EdDSA', kid: name, ...header }, { iat: now, exp: now + 300, jti: randomUUID(), ...claims }];
      const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
      return `${text}.${sign(null, Buffer.from(text), keys.get(name)!).toString('base64url')}`;
    },
  };
}

async function develop(world: World): Promise<string> {
  const { sha } = await world.control<{ sha: string }>('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'new.go': 'x' }, message: 'Develop', by: 'dev' });
  const checks = async () => (await as<{ check_runs: { conclusion: string | null }[] }>(world, 'dev', 'GET', `commits/${sha}/check-runs`, undefined, 'gitlab-org-security/gitaly')).check_runs ?? [];
  await expect.poll(async () => (await checks()).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
  return sha;
}

async function review(world: World, number: number, login: string, body: object): Promise<{ readonly review_id: number }> {
  const { id } = await as<{ id: number }>(world, login, 'POST', `pulls/${number}/reviews`, body);
  return { review_id: id };
}

async function as<T>(world: World, login: string, method: string, path: string, body?: object, repository = product): Promise<T> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/${path}`, { method, headers: { authorization: `Bearer person:${login}` }, ...(body && { body: JSON.stringify(body) }) });
  return (await response.json()) as T;
}

/** The forge's times are whole seconds. */
async function waitPastSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1_000);
  await expect.poll(() => Math.floor(Date.now() / 1_000), { timeout: 3_000 }).toBeGreaterThan(second);
}
