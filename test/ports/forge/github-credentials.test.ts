import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Octokit } from '@octokit/rest';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fromEnvironment } from '../../../ports/forge/github/github.ts';
import { installationToken } from '../../../ports/forge/github/connection/installation-token.ts';
import { withoutSecrets } from '../../../worker/logging/secrets.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { useSandbox } from '../stand.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  // As GitHub hands them out.
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
});
const app = { GITHUB_APP_ID: '17', GITHUB_APP_INSTALLATION_ID: '4711', GITHUB_APP_PRIVATE_KEY: privateKey };

const sandbox = useSandbox();
let world: World;
beforeAll(async () => {
  world = await openWorld(sandbox.url());
});

const baseUrl = () => `${world.url}/api/v3`;
const install = (tokenSeconds: number) => world.control('apps', { id: '17', installation: 4711, publicKey, tokenSeconds });
const connect = (environment: Record<string, string>) => fromEnvironment({ GITHUB_API_URL: baseUrl(), ...environment });

describe("an app's installation", () => {
  it('gets a token, and keeps it for most of its life', async () => {
    await install(3_600);
    await world.control('requests');
    const forge = connect(app);
    expect(await forge.branches.find('gitlab-org/gitlab', 'master')).toBeDefined();
    expect(await forge.access.identity()).toBeUndefined();
    const requests = await world.control<readonly { operation: string; credential: string; status: number }[]>('requests');
    expect(requests.map(({ operation, credential, status }) => [operation, credential, status])).toEqual([
      ['apps/create-installation-access-token', 'app-17[bot]', 201],
      ['git/get-ref', 'app-17[bot]', 200],
      ['users/get-authenticated', 'app-17[bot]', 403],
    ]);
    expect(await world.control('violations')).toEqual([]);
  });

  it('gets the next token before the first one has expired, and both are struck out', async () => {
    await install(2);
    const token = installationToken({ appId: '17', installationId: 4711, privateKey }, { baseUrl: baseUrl(), timeoutMs: 5_000 });
    const first = await token();
    expect(await token()).toBe(first);
    await expect.poll(token, { timeout: 5_000, interval: 50 }).not.toBe(first);
    const second = await token();
    const github = (auth: string) => new Octokit({ baseUrl: baseUrl(), auth, log: { debug() {}, info() {}, warn() {}, error() {} } });
    expect((await github(second).repos.get({ owner: 'gitlab-org', repo: 'gitlab' })).status).toBe(200);
    await world.control('clock', { ms: 5_000 });
    await expect(github(second).repos.get({ owner: 'gitlab-org', repo: 'gitlab' })).rejects.toMatchObject({ status: 401 });
    expect(withoutSecrets({})(`Bearer ${first}, then Bearer ${second}`)).toBe('Bearer [secret], then Bearer [secret]');
  });

  it('gets another token when the one that it has is not accepted any more', async () => {
    await install(60);
    const forge = connect(app);
    expect(await forge.branches.find('gitlab-org/gitlab', 'master')).toBeDefined();
    await world.control('clock', { ms: 60_000 });
    await expect(forge.branches.find('gitlab-org/gitlab', 'master')).rejects.toMatchObject({ type: 'PermissionDenied', nonRetryable: false });
    expect(await forge.branches.find('gitlab-org/gitlab', 'master')).toBeDefined();
  });

  it('is refused a token for good where it is not installed', async () => {
    await install(3_600);
    const forge = connect({ ...app, GITHUB_APP_INSTALLATION_ID: '4712' });
    await expect(forge.branches.find('gitlab-org/gitlab', 'master')).rejects.toMatchObject({ type: 'PermissionDenied', message: 'GitHub gives the app 17 no token for its installation 4712: Not Found' });
  });

  it('asks again when its key is not believed, and when GitHub is down', async () => {
    await install(3_600);
    const another = generateKeyPairSync('rsa', { modulusLength: 2_048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    await expect(connect({ ...app, GITHUB_APP_PRIVATE_KEY: another.privateKey }).branches.find('gitlab-org/gitlab', 'master')).rejects.toMatchObject({ type: 'PermissionDenied', nonRetryable: false });
    await world.control('faults', { match: { route: 'POST /app/installations/{installation_id}/access_tokens' }, action: { kind: 'fail', status: 502 } });
    await expect(connect(app).branches.find('gitlab-org/gitlab', 'master')).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });

  it('takes a key that was put into one line', async () => {
    await install(3_600);
    const forge = connect({ ...app, GITHUB_APP_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') });
    expect(await forge.branches.find('gitlab-org/gitlab', 'master')).toBeDefined();
  });
});

it('reads a token from its file before each request, and strikes the new one out as well', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-token-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'token');
  await writeFile(file, 'person:kim-with-a-long-name\n');
  const forge = connect({ GITHUB_TOKEN_FILE: file });
  const strike = withoutSecrets({ GITHUB_TOKEN_FILE: file });
  expect(await forge.access.identity()).toMatchObject({ login: 'kim-with-a-long-name' });
  await writeFile(file, 'person:ann-with-a-long-name\n');
  expect(await forge.access.identity()).toMatchObject({ login: 'ann-with-a-long-name' });
  expect(strike('person:kim-with-a-long-name, person:ann-with-a-long-name')).toBe('[secret], [secret]');
});

it.each([
  ['neither a token nor an app', {}, 'GITHUB_TOKEN: is missing; or GITHUB_APP_ID'],
  ['a token and an app', { ...app, GITHUB_TOKEN: 'bot-token' }, 'GITHUB_TOKEN and GITHUB_APP_ID: one of them'],
  ['half an app', { GITHUB_APP_ID: '17' }, 'all three or none'],
  ['a key that is none', { ...app, GITHUB_APP_PRIVATE_KEY: publicKey }, 'GITHUB_APP_PRIVATE_KEY: is no private key in PEM'],
  ['an installation without a number', { ...app, GITHUB_APP_INSTALLATION_ID: 'acme' }, 'GITHUB_APP_INSTALLATION_ID'],
])('does not begin with %s', (_, environment, message) => {
  expect(() => connect(environment)).toThrow(message);
});
