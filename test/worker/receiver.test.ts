import { once } from 'node:events';
import { connect } from 'node:net';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { largestBody } from '../../worker/webhooks/receiver.ts';
import { githubEvents as github } from './github-events.ts';
import { startReceiver } from './receiver-world.ts';

const id = 'release/gitaly/from-aaaaaaaaaaaa';
const suite = github.suite('org/product', 'release/gitaly');
let receiver: Awaited<ReturnType<typeof startReceiver>>;

beforeEach(async () => {
  receiver = await startReceiver({ running: { gitaly: [id] } });
});
afterEach(() => receiver.stop());

describe('a webhook', () => {
  it('wakes the release that it is about', async () => {
    const { status } = await receiver.deliver('check_suite', suite);
    expect(status).toBe(202);
    await expect.poll(() => receiver.releases.woken).toEqual([id]);
  });

  it('that comes a hundred times wakes once', async () => {
    for (let n = 0; n < 100; n++) expect((await receiver.deliver('check_suite', suite)).status).toBe(202);
    await sleep(1_200);
    expect(receiver.releases.woken).toEqual([id]);
    expect(receiver.releases.inquiries()).toBe(1);
  });

  it('wakes a few times only when a hundred different ones come together', async () => {
    const all = Array.from({ length: 100 }, (_, n) => receiver.deliver('check_suite', { ...suite, n }));
    expect((await Promise.all(all)).every(({ status }) => status === 202)).toBe(true);
    await sleep(1_500);
    expect(receiver.releases.woken.length).toBeGreaterThanOrEqual(2);
    expect(receiver.releases.woken.length).toBeLessThanOrEqual(3);
  });

  it('that comes again under the id of another wakes nobody', async () => {
    const headers = { 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' };
    await receiver.deliver('check_suite', suite, { headers });
    await receiver.deliver('workflow_run', github.run('org/product', 'release/kas/from-b'), { headers });
    await sleep(100);
    expect(receiver.releases.woken).toEqual([id]);
  });

  it('of a repository outside of the catalog is taken, and wakes nobody', async () => {
    expect((await receiver.deliver('check_suite', github.suite('org/other', 'release/gitaly'))).status).toBe(202);
    await sleep(100);
    expect(receiver.releases.inquiries()).toBe(0);
  });

  it('may be for a release that does not run', async () => {
    expect((await receiver.deliver('workflow_run', github.run('org/product', 'release/gitaly/from-old/staging'))).status).toBe(202);
    await expect.poll(() => receiver.log()).toContain('not running');
  });
});

describe("Jira's webhook", () => {
  const changed = (key: string, webhookEvent = 'jira:issue_updated') => ({ timestamp: 1, webhookEvent, issue: { id: '1', key, fields: {} } });
  let tracker: Awaited<ReturnType<typeof startReceiver>>;
  beforeEach(async () => {
    tracker = await startReceiver({ running: { monitor: ['production/monitor/2024.09.02'] }, jira: 'the secret of Jira' });
  });
  afterEach(() => tracker.stop());

  it('has the production release look again whose projects the ticket is of, once', async () => {
    expect((await tracker.deliverTicket(changed('OTHER-1'))).status).toBe(202);
    expect((await tracker.deliverTicket(changed('MNTOR-1'), { id: 'one' })).status).toBe(202);
    expect((await tracker.deliverTicket(changed('MNTOR-1'), { id: 'one' })).status).toBe(202);
    await expect.poll(() => tracker.releases.woken).toEqual(['production/monitor/2024.09.02']);
    expect(tracker.releases.inquiries()).toBe(1);
  });

  it.each<[number, string, () => Promise<{ status: number }>]>([
    [202, 'what no release waits for', () => tracker.deliverTicket({ webhookEvent: 'comment_created' })],
    [400, 'no ticket', () => tracker.deliverTicket({ webhookEvent: 'jira:issue_updated' })],
    [400, 'a ticket that is none', () => tracker.deliverTicket(changed('<!channel>'))],
    [400, 'nothing of the kind', () => tracker.deliverTicket({})],
    [401, "GitHub's secret", () => tracker.deliverTicket(changed('MNTOR-1'), { key: 'the secret of today' })],
    [404, 'a receiver that has no secret of it', () => receiver.deliverTicket(changed('MNTOR-1'))],
  ])('is answered %i: %s', async (expected, _, deliver) => {
    expect((await deliver()).status).toBe(expected);
    expect(tracker.releases.woken).toEqual([]);
  });
});

describe('what is not a webhook', () => {
  it.each<[number, string, () => Promise<{ status: number }>]>([
    [401, 'no signature', () => receiver.deliver('check_suite', suite, { headers: { 'x-hub-signature-256': undefined } })],
    [401, 'a wrong signature', () => receiver.deliver('check_suite', suite, { headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` } })],
    [401, 'two signatures', () => twoSignatures()],
    [401, 'an empty body', () => receiver.deliver('check_suite', suite, { body: '' })],
    [415, 'a form', () => receiver.deliver('check_suite', suite, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })],
    [400, 'no event', () => receiver.deliver('check_suite', suite, { headers: { 'x-github-event': undefined } })],
    [400, 'no delivery id', () => receiver.deliver('check_suite', suite, { headers: { 'x-github-delivery': undefined } })],
    [400, 'the payload of another event', () => receiver.deliver('push', suite)],
    [400, 'no JSON', () => receiver.deliver('push', suite, { body: '{"ref":' })],
    [404, 'another path', () => receiver.deliver('check_suite', suite, { path: '/' })],
    [404, 'a path that is no path', () => receiver.deliver('check_suite', suite, { path: '//' })],
    [405, 'a GET', () => fetch(`${receiver.url}/webhooks/github`)],
    [405, 'a POST to the health check', () => receiver.deliver('check_suite', suite, { path: '/healthz' })],
    [413, 'a body that is too large', () => receiver.deliver('check_suite', { ...suite, text: 'x'.repeat(largestBody) })],
    [413, 'a body that is too large, and does not say so', () => chunked(largestBody + 1)],
  ])('is answered %i: %s', async (expected, _, deliver) => {
    const response = await deliver();
    expect(response.status).toBe(expected);
    if (response instanceof Response) expect(await response.text()).toBe('');
    await sleep(50);
    expect(receiver.releases.woken).toEqual([]);
  });

  it('is answered 408 when it has not come whole within ten seconds', { timeout: 20_000 }, async () => {
    const began = Date.now();
    const sent = request(`${receiver.url}/webhooks/github`, { method: 'POST', agent: false, headers: { 'content-length': 100 } });
    sent.on('error', () => undefined).write('{"half":');
    const [{ statusCode }] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(statusCode).toBe(408);
    expect(Date.now() - began).toBeLessThan(15_000);
  });

  it('is no way to shut the health check out: of 150 connections that say nothing, the oldest go', async () => {
    const { port } = new URL(receiver.url);
    const silent = Array.from({ length: 150 }, () => connect(Number(port), '127.0.0.1').on('error', () => undefined));
    onTestFinished(() => silent.forEach((socket) => socket.destroy()));
    await Promise.all(silent.map((socket) => once(socket, 'connect')));
    silent.forEach((socket) => socket.write('POST /webhooks/github HTTP/1.1\r\nhost: x\r\n'));
    const answer = await fetch(`${receiver.url}/healthz`, { signal: AbortSignal.timeout(2_000) });
    expect(answer.status).toBe(200);
    expect((await receiver.deliver('check_suite', suite)).status).toBe(202);
  });

  it('leaves the receiver well', async () => {
    await expect(chunked(20 * largestBody)).resolves.toEqual({ status: 413 });
    expect((await fetch(`${receiver.url}/healthz`)).status).toBe(200);
    expect((await receiver.deliver('check_suite', suite)).status).toBe(202);
  });
});

it('logs neither secrets, signatures nor bodies', async () => {
  await receiver.deliver('check_suite', { ...suite, canary: 'body-canary' });
  await receiver.deliver('check_suite', suite, { headers: { 'x-hub-signature-256': 'sha256=signature-canary', 'x-github-delivery': 'delivery-canary' } });
  await receiver.deliver('push', suite);
  await expect.poll(() => receiver.log()).toContain('woken');
  expect(receiver.log()).toContain('without a valid signature');
  expect(receiver.log()).not.toMatch(/canary|sha256=|the secret/);
});

it('takes five thousand webhooks a minute, and answers each within a second', async () => {
  const durations: number[] = [];
  for (let second = 0; second < 3; second++) {
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 84 }, async (_, n) => {
        const sent = performance.now();
        const { status } = await receiver.deliver('check_suite', { ...suite, second, n });
        expect(status).toBe(202);
        durations.push(performance.now() - sent);
      }),
    );
    await sleep(1_000 - (performance.now() - started));
  }
  durations.sort((a, b) => a - b);
  expect(durations[Math.floor(durations.length * 0.99)]).toBeLessThan(1_000);
  expect(receiver.releases.woken).toHaveLength(4);
}, 20_000);

/** fetch would join them; they must arrive as two headers. */
function twoSignatures(): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${receiver.url}/webhooks/github`, { method: 'POST', agent: false }, (response) => resolve({ status: response.resume().statusCode! }));
    sent.setHeader('content-type', 'application/json');
    sent.setHeader('x-hub-signature-256', [`sha256=${'0'.repeat(64)}`, `sha256=${'0'.repeat(64)}`]);
    sent.on('error', reject).end('{}');
  });
}

/** Sends so many bytes without announcing them. */
function chunked(size: number): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const sent = request(`${receiver.url}/webhooks/github`, { method: 'POST', agent: false }, (response) => resolve({ status: response.resume().statusCode! }));
    sent.on('error', reject);
    const piece = Buffer.alloc(64 * 1_024);
    for (let left = size; left > 0; left -= piece.length) sent.write(piece.subarray(0, Math.min(left, piece.length)));
    sent.end();
  });
}
