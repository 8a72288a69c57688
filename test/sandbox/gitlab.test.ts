import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../servers.ts';
import type { SandboxServer } from '../servers.ts';

let sandbox: SandboxServer;
let world: string;
let made = 0;
beforeAll(async () => {
  sandbox = await startSandbox({ validated: false });
});
afterAll(() => sandbox?.stop());
beforeEach(async () => {
  const name = `gitlab-${(made += 1)}`;
  await ask('POST', `${sandbox.url}/worlds`, { json: { name, scenario: 'gitaly' } });
  world = `${sandbox.url}/w/${name}`;
});

interface Asked {
  readonly token?: string | undefined;
  readonly form?: Record<string, string>;
  readonly json?: object;
}

async function ask(method: string, url: string, { token, form, json }: Asked = {}) {
  const headers = { ...(token && { 'private-token': token }), ...(json && { 'content-type': 'application/json' }) };
  const body = form ? new URLSearchParams(form) : json && JSON.stringify(json);
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
}

const api = (method: string, path: string, { token = 'gitlab-admin', ...rest }: Asked = {}) => ask(method, `${world}/gitlab/production/api/v4${path}`, { token, ...rest });
const control = (method: string, path: string, json?: object) => ask(method, `${world}/control${path}`, json ? { json } : {});
const set = (form: Record<string, string>) => api('POST', '/features/gitaly_x', { form });
const gates = async () => (await api('GET', '/features')).body[0]?.gates;

test('a feature is listed once it was set, with its open gates', async () => {
  expect((await api('GET', '/features')).body).toEqual([]);
  const { status, body } = await set({ value: '25', key: 'percentage_of_actors' });
  expect(status).toBe(201);
  expect(body).toEqual({ name: 'gitaly_x', state: 'conditional', gates: [{ key: 'boolean', value: false }, { key: 'percentage_of_actors', value: 25 }], definition: null });
  expect((await api('GET', '/features')).body).toEqual([body]);
});

test('a percentage is of time, unless its key says otherwise, and leaves the other gates as they are', async () => {
  await set({ value: '30' });
  await set({ value: '25', key: 'percentage_of_actors' });
  expect(await gates()).toEqual([{ key: 'boolean', value: false }, { key: 'percentage_of_actors', value: 25 }, { key: 'percentage_of_time', value: 30 }]);
});

test.each([
  ['true', true],
  ['false', false],
  ['0', false],
])('%s clears all other gates', async (value, boolean) => {
  await set({ value: '30' });
  await set({ value: 'true', user: 'jane,joe' });
  expect((await set({ value })).body.gates).toEqual([{ key: 'boolean', value: boolean }]);
});

test('a feature can be turned on for some only', async () => {
  await set({ value: 'true', user: 'jane', feature_group: 'perf_team' });
  expect(await gates()).toEqual([{ key: 'boolean', value: false }, { key: 'actors', value: ['user:jane'] }, { key: 'groups', value: ['perf_team'] }]);
});

describe('100 %', () => {
  test('is a percentage like any other, and true outranks a later one', async () => {
    await set({ value: '100', key: 'percentage_of_actors' });
    expect(await gates()).toContainEqual({ key: 'percentage_of_actors', value: 100 });
    await set({ value: 'true' });
    expect((await set({ value: '50', key: 'percentage_of_actors' })).body).toMatchObject({ state: 'on', gates: [{ key: 'boolean', value: true }, { key: 'percentage_of_actors', value: 50 }] });
  });

  test('means true in later versions, which refuse a percentage for what is fully on', async () => {
    await control('POST', '/gitlab', { hundred: 'boolean' });
    expect((await set({ value: '100', key: 'percentage_of_actors' })).body.gates).toEqual([{ key: 'boolean', value: true }]);
    expect(await set({ value: '50', key: 'percentage_of_actors' })).toMatchObject({ status: 400, body: { message: expect.stringContaining('fully-enabled flag') } });
  });
});

test('a feature is deleted, whether it is there or not', async () => {
  await set({ value: 'true' });
  expect((await api('DELETE', '/features/gitaly_x')).status).toBe(204);
  expect((await api('GET', '/features')).body).toEqual([]);
  expect((await api('DELETE', '/features/gitaly_x')).status).toBe(204);
});

test.each([
  [undefined, 401],
  ['wrong', 401],
  ['gitlab-user', 403],
])('the token %s is answered with %i', async (token, status) => {
  expect((await ask('GET', `${world}/gitlab/production/api/v4/features`, { token })).status).toBe(status);
});

test.each([
  ['GET', '/features/gitaly_x', {}, 404],
  ['GET', '/projects', {}, 404],
  ['POST', '/features/gitaly_x', {}, 400],
  ['POST', '/features/gitaly_x', { value: 'yes' }, 400],
  ['POST', '/features/gitaly_x', { value: '101' }, 400],
  ['POST', '/features/gitaly_x', { value: '5', key: 'percentage_of_actors', user: 'jane' }, 400],
] as const)('%s %s with %j is answered with %i', async (method, path, form, status) => {
  expect((await api(method, path, method === 'POST' ? { form } : {})).status).toBe(status);
});

test('every GitLab has flags of its own; what is set already is not journalled again, and a person’s change never', async () => {
  await set({ value: '5', key: 'percentage_of_actors' });
  await set({ value: '5', key: 'percentage_of_actors' });
  await ask('POST', `${world}/gitlab/staging/api/v4/features/gitaly_x`, { token: 'gitlab-admin', form: { value: 'true' } });
  await control('POST', '/flags', { instance: 'production', name: 'gitaly_x', value: 10 });
  await api('DELETE', '/features/gitaly_x');
  const { body } = await control('GET', '/journal');
  expect(body.map(({ key }: { key: string }) => key)).toEqual(['flag production gitaly_x 5', 'flag staging gitaly_x true', 'flag production gitaly_x unset']);
  expect((await control('GET', '/snapshot')).body.flags).toMatchObject({ production: {}, staging: { gitaly_x: { boolean: true } } });
});

test('a planned fault is answered in GitLab’s shape, and a limit with when to come back', async () => {
  await control('POST', '/faults', { match: { key: 'flag production gitaly_x 5' }, action: { kind: 'applyThen', reply: { status: 502 } } });
  expect((await set({ value: '5', key: 'percentage_of_actors' })).status).toBe(502);
  expect(await gates()).toContainEqual({ key: 'percentage_of_actors', value: 5 });
  await control('POST', '/faults', { match: { route: 'POST /gitlab/{instance}/api/v4/features/{name}' }, action: { kind: 'rateLimit', retryAfterSeconds: 3 } });
  const limited = await set({ value: '25', key: 'percentage_of_actors' });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
});

test('reads lag behind a write, if they are told to', async () => {
  await set({ value: '5', key: 'percentage_of_actors' });
  await control('POST', '/faults', { match: { key: 'flag production gitaly_x 25' }, action: { kind: 'staleReads', seconds: 0.3 } });
  await set({ value: '25', key: 'percentage_of_actors' });
  expect(await gates()).toContainEqual({ key: 'percentage_of_actors', value: 5 });
  await expect.poll(gates).toContainEqual({ key: 'percentage_of_actors', value: 25 });
});
