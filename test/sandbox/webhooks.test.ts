import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { github, gitlab, pullRequest, useSandbox } from './stand.ts';

const stand = useSandbox();
const secret = 'a webhook secret';

interface Received {
  readonly event: string;
  readonly id: string;
  readonly signature: string;
  readonly body: string;
}

async function receiver() {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const header = (name: string) => String(request.headers[name]);
      received.push({ event: header('x-github-event'), id: header('x-github-delivery'), signature: header('x-hub-signature-256'), body: Buffer.concat(chunks).toString('utf8') });
      response.writeHead(202).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received };
}

async function listen(mode: object = {}) {
  const world = await stand.open();
  const { url, received } = await receiver();
  await world.control('webhooks', { url, secret, ...mode });
  const settled = async (atLeast: number) => {
    await expect.poll(() => received.length, { timeout: 5_000 }).toBeGreaterThanOrEqual(atLeast);
    return received;
  };
  return { world, received, settled };
}

const touch = { repository: 'gitlab-org/gitlab', branch: 'docs', files: { 'a.txt': 'a\n' }, message: 'Add a' };

describe('a webhook', () => {
  it('is signed over its very bytes', async () => {
    const { world, settled } = await listen();
    await world.control('commit', touch);
    const [push] = (await settled(1)).filter(({ event }) => event === 'push');
    expect(push!.signature).toBe(`sha256=${createHmac('sha256', secret).update(push!.body).digest('hex')}`);
    expect(push!.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.parse(push!.body)).toMatchObject({ ref: 'refs/heads/docs', repository: { full_name: 'gitlab-org/gitlab' }, sender: { login: 'dev' } });
  });

  it('tells of every step of a pull request, its CI and its deployment', async () => {
    const { world, received, settled } = await listen();
    const { number, sha } = await pullRequest(world);
    await github(world, 'reviewer-token').pulls.createReview({ ...gitlab, pull_number: number, event: 'APPROVE' });
    await github(world).issues.createComment({ ...gitlab, issue_number: number, body: '/approve production' });
    await github(world).pulls.merge({ ...gitlab, pull_number: number });
    await github(world).repos.createDeployment({ ...gitlab, ref: sha, environment: 'staging', auto_merge: false, required_contexts: [] });
    await expect.poll(() => received.filter(({ event }) => event === 'deployment_status').length, { timeout: 5_000 }).toBe(3);
    const said = (await settled(1)).map(({ event, body }) => `${event} ${(JSON.parse(body) as { action?: string }).action ?? ''}`.trim());
    const expected = ['push', 'pull_request opened', 'check_run completed', 'check_suite completed', 'workflow_run completed', 'status', 'pull_request_review submitted', 'issue_comment created', 'pull_request closed', 'deployment_status created'];
    expect([...new Set(said)].toSorted()).toEqual(expected.toSorted());
  });

  it('can be lost, for a while', async () => {
    const { world, received } = await listen({ mode: 'lost', times: 1 });
    await world.control('commit', { ...touch, branch: 'lost' });
    await world.control('commit', { ...touch, branch: 'told' });
    const pushes = () => received.filter(({ event }) => event === 'push').map(({ body }) => (JSON.parse(body) as { ref: string }).ref);
    await expect.poll(pushes).toEqual(['refs/heads/told']);
  });

  it('can come twice', async () => {
    const { world, settled } = await listen({ mode: 'duplicated', times: 1 });
    await world.control('commit', touch);
    const [first, second] = (await settled(2)).filter(({ event }) => event === 'push');
    expect(second).toEqual(first);
  });

  it('can come late, and in the wrong order', async () => {
    const { world, settled } = await listen({ mode: 'reversed', delayMs: 200 });
    await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'first', verdict: 'none' });
    await world.control('ci', { repository: 'gitlab-org/gitlab', branch: 'second', verdict: 'none' });
    await world.control('commit', { ...touch, branch: 'first' });
    await world.control('commit', { ...touch, branch: 'second' });
    const received = await settled(2);
    expect(received.map(({ body }) => (JSON.parse(body) as { ref: string }).ref)).toEqual(['refs/heads/second', 'refs/heads/first']);
  });
});
