import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDecisionTokens } from '../../activities/people/decision-tokens.ts';
import { Failure } from '../../client/terminal/answer.ts';
import { consoleApp } from '../../console/app.ts';
import { openLogin } from '../../console/login.ts';
import type { Accounts } from '../../domain/people/accounts.ts';
import type { ReleaseReading } from '../../console/readings.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { board, waiting } from './board-of.ts';
import { startLoginServer } from '../../sandbox/login/login-server.ts';
import type { LoginServer } from '../../sandbox/login/login-server.ts';
import { passLogin } from './visitor.ts';

const url = 'http://console.test';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');

let server: LoginServer;
let sent: { readonly to: string; readonly message: string; readonly payload: Record<string, unknown> }[] = [];
let status: ReleaseStatus = waiting;
let running = true;
let refusal: string | undefined;
let accounts: Accounts = { claim: 'sub', logins: { alice: 'idp|1' } };

beforeAll(async () => void (server = await startLoginServer(url)));
afterAll(() => server.stop());
beforeEach(() => {
  [sent, status, running, refusal] = [[], waiting, true, undefined];
  accounts = { claim: 'sub', logins: { alice: 'idp|1' } };
});

/** A console, and a browser with its cookies. */
function visit() {
  const known = async (): Promise<ReleaseReading> => ({ kind: 'known', status, running, startedAt: '2026-01-02T08:00:00Z', link: undefined });
  const record = async (to: string, message: string, payload: object) => {
    if (refusal !== undefined) throw new Failure(1, `refused: ${refusal}`);
    sent.push({ to, message, payload: { ...payload } });
  };
  const app = consoleApp({
    readings: { board: async () => ({ ...board, ended: [] }), release: known, reachable: async () => true },
    catalog: async () => ({ environments: ['production'], components: ['gitaly'], teamOf: {} }),
    acting: {
      login: openLogin({ ...server, url, accounts: async () => accounts }, { allowHttp: true }),
      url,
      key: { key: privateKey, kid: 'console' },
      send: { release: record, environment: (name, message, payload) => record(`environment/${name}`, message, payload) },
    },
    closing: new AbortController().signal,
  });
  const jar = new Map<string, string>();

  async function request(path: string, { headers, ...init }: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {}): Promise<Response> {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await app.request(`${url}${path}`, { ...init, headers: { cookie, ...headers } });
    for (const set of response.headers.getSetCookie()) {
      const [name, value] = set.split(';')[0]!.split('=') as [string, string];
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  async function logIn(account = 'idp|1', from = '/r/release/gitaly/from-1'): Promise<Response> {
    const begun = await request(`/login?from=${encodeURIComponent(from)}`);
    const back = new URL(await passLogin(begun.headers.get('location')!, account, url));
    return request(back.pathname + back.search);
  }

  /** Fills in the form whose button says this, and presses it. */
  async function press(button: string, typed: Record<string, string> = {}, { page = '/r/release/gitaly/from-1', headers = {} }: { readonly page?: string; readonly headers?: Record<string, string> } = {}): Promise<Response> {
    const text = await (await request(page)).text();
    const form = [...text.matchAll(/<form method="post" action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/g)].find(([, , inside]) => inside!.includes(`<button>${button}</button>`));
    if (!form) throw new Error(`there is no button "${button}"`);
    const hidden = [...form[2]!.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]);
    return submit(form[1]!, { ...(Object.fromEntries(hidden) as Record<string, string>), ...typed }, headers);
  }

  function submit(action: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams(fields).toString();
    return request(action, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length), ...headers } });
  }

  return { request, logIn, press, submit, jar };
}

describe('logging in', () => {
  it('leads back to where it was begun, and shows who it is', async () => {
    const { logIn, request } = visit();
    const arrived = await logIn();
    expect([arrived.status, arrived.headers.get('location')]).toEqual([303, '/r/release/gitaly/from-1']);
    expect(await (await request('/')).text()).toMatch(/alice <button>Log out/);
  });

  it('leads nowhere else', async () => {
    for (const from of ['https://evil.test/', '//evil.test/', '/\\evil.test', '/\tevil', 'javascript:alert(1)']) {
      expect((await visit().logIn('idp|1', from)).headers.get('location')).toBe('/');
    }
  });

  it('is nobody whom the catalog does not name, whatever they call themselves', async () => {
    const { logIn, request } = visit();
    const arrived = await logIn('idp|2');
    expect([arrived.status, await arrived.text()]).toEqual([401, expect.stringContaining('the catalog knows nobody whose &quot;sub&quot; is &quot;idp|2&quot;')]);
    expect(await (await request('/')).text()).toContain('Log in to decide');
  });

  it('goes by an address only where the login server has verified it', async () => {
    accounts = { claim: 'email', logins: { alice: 'kim@example.com', bob: 'unverified-1@example.com' } };
    expect((await visit().logIn('kim')).status).toBe(303);
    const arrived = await visit().logIn('unverified-1');
    expect([arrived.status, await arrived.text()]).toEqual([401, expect.stringContaining('not verified')]);
  });

  it('takes no way back twice, nor one that another browser has begun', async () => {
    const one = visit();
    const begun = await one.request('/login');
    const back = new URL(await passLogin(begun.headers.get('location')!, 'idp|1', url));
    expect((await visit().request(back.pathname + back.search)).status).toBe(400);
    expect((await one.request(back.pathname + back.search)).status).toBe(303);
    expect((await one.request(back.pathname + back.search)).status).toBe(400);
  });

  it('does not make a cookie from before a way in, and ends when somebody logs out', async () => {
    const { logIn, request, press, jar } = visit();
    jar.set('slipway', 'chosen-by-somebody-else');
    await logIn();
    expect(jar.get('slipway')).not.toBe('chosen-by-somebody-else');
    const old = jar.get('slipway')!;
    await press('Log out', {}, { page: '/' });
    jar.set('slipway', old);
    expect(await (await request('/')).text()).toContain('Log in to decide');
  });

  it('is told that the login server is away', async () => {
    const app = consoleApp({
      readings: { board: async () => ({ ...board, ended: [] }), release: async () => ({ kind: 'unknown' }), reachable: async () => true },
      catalog: async () => ({ environments: [], components: [], teamOf: {} }),
      acting: { login: openLogin({ issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: 'y', url, accounts: async () => accounts }, { allowHttp: true }), url, key: undefined, send: { release: async () => {}, environment: async () => {} } },
      closing: new AbortController().signal,
    });
    const response = await app.request(`${url}/login`);
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining('does not answer')]);
    expect((await app.request(`${url}/`)).status).toBe(200);
  });
});

describe('a button', () => {
  it('approves in the name of whoever has logged in, by a token that the worker verifies', async () => {
    const { logIn, press } = visit();
    await logIn();
    const pressed = await press('approve production');
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, '/r/release/gitaly/from-1']);
    expect(sent).toMatchObject([{ to: waiting.release, message: 'approve', payload: { stage: 'production', by: 'alice', sha: waiting.candidate } }]);
    const { x = '', kty, crv } = publicKey.export({ format: 'jwk' });
    const { verifyToken } = createDecisionTokens({ approvalKeys: async () => [{ kid: 'console', kty: kty as 'OKP', crv: crv as 'Ed25519', x }], forge: { access: { isMember: async () => false } as never } });
    const vote = { by: 'alice', verdict: 'approve' as const, stage: 'production', release: waiting.release, sha: waiting.candidate!, startedAt: new Date(Date.now() - 60_000).toISOString() };
    const token = String(sent[0]!.payload['token']);
    expect(await verifyToken({ token, approvers: ['alice'], vote })).toMatchObject({ kind: 'verified', kid: 'console', account: { issuer: server.issuer, subject: 'idp|1' } });
    expect(await verifyToken({ token, approvers: ['alice'], vote: { ...vote, by: 'bob' } })).toMatchObject({ kind: 'refused' });
  });

  it('sends what they have typed, where something is to be typed', async () => {
    status = { ...waiting, waitingFor: { what: 'how to go on', since: '2026-01-02T09:00:00Z', whom: ['alice'], send: [{ message: 'decide', payload: { choice: 'giveUp', by: 'your-login', reason: 'why' } }, { message: 'confirm', payload: { item: 'overwrite', by: 'your-login', text: 'OVERWRITE' } }] } };
    const { logIn, press } = visit();
    await logIn();
    await press('decide giveUp', { reason: ' it is too late ' });
    await press('confirm overwrite', { text: 'OVERWRITE' });
    await press('abort', { reason: 'wrong week' });
    expect(sent.map(({ message, payload }) => ({ message, payload }))).toEqual([
      { message: 'decide', payload: { choice: 'giveUp', reason: 'it is too late', by: 'alice' } },
      { message: 'confirm', payload: { item: 'overwrite', text: 'OVERWRITE', by: 'alice' } },
      { message: 'abort', payload: { reason: 'wrong week', by: 'alice' } },
    ]);
  });

  it('freezes an environment', async () => {
    const { logIn, press } = visit();
    await logIn();
    await press('freeze west', { reason: 'an incident' }, { page: '/' });
    expect(sent).toEqual([{ to: 'environment/west', message: 'freeze', payload: { by: 'alice', reason: 'an incident' } }]);
  });

  it('says what it was refused for', async () => {
    const { logIn, press } = visit();
    await logIn();
    refusal = '"alice" may not decide';
    const pressed = await press('approve production');
    expect([pressed.status, await pressed.text()]).toEqual([422, expect.stringContaining('refused: &quot;alice&quot; may not decide')]);
  });

  it('does nothing when the release waits for something else by then, or has ended', async () => {
    const { logIn, request, submit } = visit();
    await logIn();
    const text = await (await request('/r/release/gitaly/from-1')).text();
    const [, formKey] = /name="formKey" value="([^"]+)"/.exec(text)!;
    const [, offer] = /class="offer approve">\s*<input[^>]*><input type="hidden" name="offer" value="([^"]+)"/.exec(text)!;
    const fields = { formKey: formKey!, offer: offer! };
    status = { ...waiting, candidate: waiting.stages[0]!.name as never, waitingFor: { ...waiting.waitingFor!, send: [{ message: 'approve', payload: { stage: 'production', by: 'your-login', sha: 'd'.repeat(40) } }] } };
    expect((await submit('/say/release/gitaly/from-1', fields)).status).toBe(409);
    [status, running] = [waiting, false];
    expect((await submit('/say/release/gitaly/from-1', fields)).status).toBe(409);
    expect(sent).toEqual([]);
  });

  it('does nothing for who has not logged in, for another site, or for a form of somebody else', async () => {
    const alice = visit();
    await alice.logIn();
    const { submit } = visit();
    expect((await submit('/say/release/gitaly/from-1', { offer: 'x' })).status).toBe(401);
    expect((await alice.press('approve production', {}, { headers: { origin: 'https://evil.test' } })).status).toBe(403);
    expect((await alice.press('approve production', { formKey: 'guessed' })).status).toBe(403);
    expect((await alice.press('approve production', {}, { headers: { 'content-length': '1000000' } })).status).toBe(400);
    expect(sent).toEqual([]);
  });

  it('is not there for who only reads', async () => {
    expect(await (await visit().request('/r/release/gitaly/from-1')).text()).not.toContain('<button>');
  });
});
