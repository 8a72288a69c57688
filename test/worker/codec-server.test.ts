import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { defaultPayloadConverter } from '@temporalio/common';
import { payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dataConverter } from '../../temporal/data-converter.ts';
import type { Admission } from '../../worker/codec-server/admission.ts';
import { createCodecServer, largestBody } from '../../worker/codec-server/server.ts';
import { codecServerSettings } from '../../worker/codec-server/settings.ts';

const origin = 'https://temporal.example';
const token = 'sixteen-characters';
const payload = payloadToJSON(defaultPayloadConverter.toPayload({ by: 'alice' })!);
const asked = { 'content-type': 'application/json', 'x-namespace': 'default', origin, authorization: `Bearer ${token}` };

describe('the codec server', () => {
  it('encrypts and decrypts what the UI asks for, and lets its pages read the answer', async () => {
    const { post } = await start();
    const encrypted = await post('/encode', { payloads: [payload] });
    expect(encrypted.headers.get('access-control-allow-origin')).toBe(origin);
    const { payloads } = (await encrypted.json()) as { payloads: { metadata: Record<string, string> }[] };
    expect(Buffer.from(payloads[0]!.metadata['slipway-key']!, 'base64').toString()).toBe('2026');

    const decrypted = await post('/any/path/decode', { payloads: [...payloads, payload] });
    expect(await decrypted.json()).toEqual({ payloads: [payload, payload] });
    expect(decrypted.headers.get('cache-control')).toBe('no-store');
  });

  it("answers what a browser asks before the UI's request, without a token", async () => {
    const { url } = await start();
    const response = await fetch(`${url}/decode`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,x-namespace' } });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type, x-namespace, authorization',
    });
  });

  it.each([
    ["a page of another origin's", { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['who has no token', { authorization: '' }, 401],
    ['who has another token', { authorization: `Bearer ${token}!` }, 401],
    ['who asks for another namespace', { 'x-namespace': 'staging' }, 404],
    ['a form, which any page can send', { 'content-type': 'text/plain' }, 415],
  ])('refuses %s', async (_who, headers, status) => {
    const { post } = await start();
    expect((await post('/decode', { payloads: [payload] }, headers)).status).toBe(status);
  });

  it("takes the access token of the UI's login, and no other", async () => {
    const provider = await startProvider();
    const { post } = await start({ token: undefined, issuer: provider.issuer });
    const status = async (bearer: string) => (await post('/decode', { payloads: [payload] }, { authorization: `Bearer ${bearer}` })).status;
    expect(await status(await provider.sign({}))).toBe(200);
    expect(await status(await provider.sign({ audience: 'another' }))).toBe(401);
    expect(await status(await provider.sign({ issuer: 'https://evil.example' }))).toBe(401);
    expect(await status(await provider.sign({ expires: '-1m' }))).toBe(401);
    const stranger = await startProvider();
    expect(await status(await stranger.sign({ issuer: provider.issuer.issuer }))).toBe(401);
    expect(await status(token)).toBe(401);
    const [head, body] = (await provider.sign({})).split('.');
    expect(await status(`${head}.${body}.`)).toBe(401);
  });

  it('takes no token where it wants none', async () => {
    const { post } = await start({ token: undefined, issuer: undefined });
    expect((await post('/decode', { payloads: [payload] }, { authorization: '' })).status).toBe(200);
  });

  it.each([{}, { payloads: payload }, { payloads: [{ data: 'no base64!' }] }, { payloads: [null] }])('refuses what is not of Temporal: %j', async (body) => {
    const { post } = await start();
    expect((await post('/decode', body)).status).toBe(400);
  });

  it('says which key is missing', async () => {
    const { post } = await start();
    const foreign = { metadata: { encoding: base64('binary/slipway-encrypted'), 'slipway-codec': base64('1'), 'slipway-key': base64('2025') }, data: base64('x'.repeat(40)) };
    const response = await post('/decode', { payloads: [foreign] });
    expect([response.status, await response.json()]).toEqual([422, { message: 'a payload is encrypted with the key "2025", which is not among SLIPWAY_PAYLOAD_KEYS (2026)' }]);
  });

  it('has no other verbs and no other pages', async () => {
    const { url, post } = await start();
    expect((await fetch(`${url}/decode`, { headers: asked })).status).toBe(405);
    expect((await post('/decode/more', {})).status).toBe(404);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('reads no more than its limit, announced or not', async () => {
    const { url, post } = await start();
    expect((await post('/decode', { payloads: [{ data: 'A'.repeat(largestBody) }] })).status).toBe(413);
    const sent = request(`${url}/decode`, { method: 'POST', headers: asked });
    sent.on('error', () => undefined);
    for (let size = 0; size <= largestBody; size += 2 ** 20) sent.write(' '.repeat(2 ** 20));
    const [response] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(413);
    sent.destroy();
  });

  it('waits no longer than ten seconds for the whole of it', { timeout: 20_000 }, async () => {
    const { url } = await start();
    const began = Date.now();
    const sent = request(`${url}/decode`, { method: 'POST', headers: { ...asked, 'content-length': 100 } });
    sent.on('error', () => undefined).write('{"payloads":');
    const [response] = (await once(sent, 'response')) as [{ statusCode: number }];
    expect(response.statusCode).toBe(408);
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});

describe("the codec server's variables", () => {
  const given = { SLIPWAY_UI: 'https://temporal.example/ui', SLIPWAY_PAYLOAD_KEYS: key('2026') };

  it('let it listen to this machine only, unless there is a token', () => {
    expect(codecServerSettings(given)).toMatchObject({ host: '127.0.0.1', origin, token: undefined });
    expect(() => codecServerSettings({ ...given, SLIPWAY_CODEC_HOST: '0.0.0.0' })).toThrow('SLIPWAY_CODEC_TOKEN, or SLIPWAY_CODEC_ISSUER, must be set where others can reach');
    expect(codecServerSettings({ ...given, SLIPWAY_CODEC_HOST: '0.0.0.0', SLIPWAY_CODEC_TOKEN: token })).toMatchObject({ host: '0.0.0.0', token });
  });

  it('name an issuer wholly, or not at all', () => {
    const issuer = { SLIPWAY_CODEC_ISSUER: 'https://login.example', SLIPWAY_CODEC_AUDIENCE: 'temporal' };
    expect(() => codecServerSettings({ ...given, ...issuer })).toThrow('all three or none');
    expect(codecServerSettings({ ...given, ...issuer, SLIPWAY_CODEC_JWKS_URL: 'https://login.example/jwks', SLIPWAY_CODEC_HOST: '0.0.0.0' })).toMatchObject({
      issuer: { issuer: 'https://login.example', audience: 'temporal', jwks: new URL('https://login.example/jwks') },
    });
  });

  it('must say whose pages may read, and with which keys', () => {
    expect(() => codecServerSettings({})).toThrow(/SLIPWAY_UI[^]*SLIPWAY_PAYLOAD_KEYS/);
  });
});

async function start(wanted: Admission = { token, issuer: undefined }) {
  const { payloadCodecs } = dataConverter({ SLIPWAY_PAYLOAD_KEYS: key('2026') }, 'default');
  const server = createCodecServer({ codec: payloadCodecs![0]!, namespace: 'default', origin, ...wanted, log: pino({ level: 'silent' }) }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = (path: string, body: object, headers: Record<string, string> = {}) => fetch(url + path, { method: 'POST', headers: { ...asked, ...headers }, body: JSON.stringify(body) });
  return { url, post };
}

/** Who signs access tokens, as an identity provider does. */
async function startProvider() {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
  const server = createServer((_, response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = { issuer: 'https://login.example', audience: 'temporal', jwks: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`) };
  const sign = (given: { readonly issuer?: string; readonly audience?: string; readonly expires?: string }) =>
    new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setSubject('alice')
      .setIssuer(given.issuer ?? issuer.issuer)
      .setAudience(given.audience ?? issuer.audience)
      .setExpirationTime(given.expires ?? '5m')
      .sign(privateKey);
  return { issuer, sign };
}

function key(id: string): string {
  return `${id}:${Buffer.alloc(32, id).toString('base64')}`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
