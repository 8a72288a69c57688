import { beforeEach, describe, expect, test } from 'vitest';
import { connectJira } from '../../../ports/issues/jira.ts';
import type { IssueTracker } from '../../../ports/issues/tracker.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { json, scriptedServer } from '../scripted-server.ts';
import { useSandbox } from '../stand.ts';

const sandbox = useSandbox();
let world: World;
let jira: IssueTracker;

const connect = ({ token = 'jira-token', timeoutMs = 2_000 } = {}) => connectJira({ url: `${world.url}/jira`, email: 'slipway@example.com', token, timeoutMs });
const ticket = (key: string, more: object = {}) => world.control('tickets', { key, ...more });
const writes = async () => (await world.journal()).map(({ key }) => key).filter((key) => key.startsWith('ticket'));

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  jira = connect();
  return () => world.close();
});

describe('a ticket', () => {
  test('is read with its status and whom it is assigned to', async () => {
    await ticket('MNTOR-1', { title: 'Fix the logo', status: 'QA Approved', assignee: 'ann' });
    expect(await jira.read('MNTOR-1')).toEqual({ key: 'MNTOR-1', title: 'Fix the logo', status: 'QA Approved', assignee: { id: 'account-ann', name: 'ann' }, url: `${world.url}/jira/browse/MNTOR-1` });
    expect(await jira.read('MNTOR-2')).toBeUndefined();
  });

  test('is moved by the name of the status that it comes to, in any case, and then is read so although searches lag', async () => {
    await ticket('MNTOR-1', { status: 'Merged to main' });
    await world.control('faults', { match: { key: 'ticket MNTOR-1 Promoted to Prod' }, action: { kind: 'staleReads', seconds: 60 } });
    await jira.move('MNTOR-1', 'promoted to prod');
    expect(await jira.read('MNTOR-1')).toMatchObject({ status: 'Promoted to Prod' });
    expect(await jira.find(['MNTOR-1'])).toMatchObject([{ status: 'Merged to main' }]);
    expect(await writes()).toEqual(['ticket MNTOR-1 Promoted to Prod']);
  });

  test('that can not be moved there says where it can', async () => {
    await ticket('MNTOR-1', { status: 'Merged to main' });
    await expect(jira.move('MNTOR-1', 'Shipped')).rejects.toMatchObject({ type: 'InvalidInput', message: expect.stringContaining('only to In Progress, Ready for QA, QA Approved, Promoted to Prod, Done') });
    await ticket('MNTOR-1', { closed: true });
    expect(await jira.targets('MNTOR-1')).toEqual([]);
    await expect(jira.move('MNTOR-1', 'Done')).rejects.toMatchObject({ type: 'InvalidInput', nonRetryable: true, message: expect.stringContaining('the account may not') });
    expect(await writes()).toEqual([]);
  });

  test('is commented on as text, with a mention and a name that people do not see', async () => {
    await ticket('MNTOR-1', { assignee: 'ann' });
    const { assignee } = (await jira.read('MNTOR-1'))!;
    await jira.comment('MNTOR-1', { name: 'production/monitor/2024.09.01', text: 'Is this in *the* release?\nPlease say.', ...(assignee && { ask: assignee }) });
    expect(await jira.hasComment('MNTOR-1', 'production/monitor/2024.09.01')).toBe(true);
    expect(await jira.hasComment('MNTOR-1', 'production/monitor/2024.09.02')).toBe(false);
    const seen = (await (await fetch(`${world.url}/jira/rest/api/3/issue/MNTOR-1/comment`, { headers: { authorization: `Basic ${Buffer.from('slipway@example.com:jira-token').toString('base64')}` } })).json()) as { comments: { body: unknown }[] };
    expect(seen.comments[0]!.body).toEqual({
      version: 1,
      type: 'doc',
      content: [
        { type: 'paragraph', content: [{ type: 'mention', attrs: { id: 'account-ann', text: '@ann' } }, { type: 'text', text: ' ' }, { type: 'text', text: 'Is this in *the* release?' }] },
        { type: 'paragraph', content: [{ type: 'text', text: 'Please say.' }] },
      ],
    });
  });

  test('is found among more than a page of comments', async () => {
    await ticket('MNTOR-1');
    for (let nth = 0; nth <= 120; nth++) await jira.comment('MNTOR-1', { name: `c${nth}`, text: 'x' });
    expect(await jira.hasComment('MNTOR-1', 'c0')).toBe(true);
  });
});

describe('tickets', () => {
  const keys = Array.from({ length: 60 }, (_, index) => `MNTOR-${index + 1}`);

  test('are found although a page is shorter than asked for', async () => {
    for (const key of keys) await ticket(key, { status: 'Merged to main' });
    await ticket('OTHER-1', { status: 'Merged to main' });
    expect((await jira.find(keys)).map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    expect((await jira.list('MNTOR', 'Merged to main')).length).toBe(60);
  });

  test('are found although one of them does not exist, which fails the whole search', async () => {
    await ticket('MNTOR-1');
    await ticket('MNTOR-3');
    expect((await jira.find(['MNTOR-1', 'MNTOR-2', 'MNTOR-3'])).map(({ key }) => key)).toEqual(['MNTOR-1', 'MNTOR-3']);
    expect(await jira.find([])).toEqual([]);
  });
});

describe('Jira that', () => {
  test.each([
    ['somebody else writes to at the same moment', { kind: 'fail', status: 409 }, { type: 'Unavailable', nonRetryable: false }],
    ['wants to be left alone', { kind: 'rateLimit', retryAfterSeconds: 7 }, { type: 'RateLimited', nextRetryDelay: 7_000 }],
    ['is down', { kind: 'fail', status: 503 }, { type: 'Unavailable', nonRetryable: false }],
    ['does not let us', { kind: 'fail', status: 403 }, { type: 'PermissionDenied', nonRetryable: true }],
    ['loses the reply', { kind: 'applyThen', reply: 'reset' }, { type: 'Unavailable', nonRetryable: false }],
  ])('%s fails with what a release can act on', async (_, action, failure) => {
    await ticket('MNTOR-1', { status: 'Merged to main' });
    await world.control('faults', { match: { key: 'ticket MNTOR-1 Done' }, times: 1, action });
    await expect(jira.move('MNTOR-1', 'Done')).rejects.toMatchObject(failure);
    expect(await writes()).toHaveLength(action.kind === 'applyThen' ? 1 : 0);
  });

  test('has moved the ticket already does not move it twice', async () => {
    await ticket('MNTOR-1', { status: 'Merged to main' });
    await jira.move('MNTOR-1', 'Done');
    await expect(jira.move('MNTOR-1', 'Done')).rejects.toMatchObject({ type: 'InvalidInput' });
    expect(await writes()).toEqual(['ticket MNTOR-1 Done']);
  });

  test('does not know the token is no ticket that is missing', async () => {
    await expect(connect({ token: 'stolen' }).read('MNTOR-1')).rejects.toMatchObject({ type: 'PermissionDenied' });
  });

  test('answers in another shape is asked again', async () => {
    const server = await scriptedServer((_, response) => json(response, 200, { key: 'MNTOR-1' }));
    await expect(connectJira({ url: server.url, email: 'a@b.c', token: 't' }).read('MNTOR-1')).rejects.toMatchObject({ type: 'Unavailable' });
    await server.close();
  });
});
