import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, onTestFinished } from 'vitest';
import { discretion, withoutSecrets } from '../../worker/logging/secrets.ts';

it.each([
  ['GITHUB_TOKEN', 'ghp_0123456789abcdef'],
  ['GITLAB_TOKEN_PRODUCTION', 'glpat-0123456789abcdef'],
  ['GITHUB_WEBHOOK_SECRET_PREVIOUS', 'sixteen-characters'],
  ['TEMPORAL_API_KEY', 'eyJhbGciOiJSUzI1NiJ9'],
  ['GITHUB_APP_PRIVATE_KEY', 'MIIEowIBAAKCAQEA0Z3VS5JJcds3xfn'],
])('strikes out what %s holds', (name, secret) => {
  expect(withoutSecrets({ [name]: secret })(`Bearer ${secret}, and ${secret} again`)).toBe('Bearer [secret], and [secret] again');
});

it('strikes out what is in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, 'ghp_0123456789abcdef\n');
  expect(withoutSecrets({ GITHUB_TOKEN_FILE: file })(`ghp_0123456789abcdef of ${file}`)).toBe(`[secret] of ${file}`);
});

it.each(['\n', '\\n'])('strikes out each line of a private key whose lines end in %j', (newline) => {
  const lines = ['-----BEGIN RSA PRIVATE KEY-----', 'A'.repeat(64), 'B'.repeat(40), '-----END RSA PRIVATE KEY-----'];
  expect(withoutSecrets({ GITHUB_APP_PRIVATE_KEY: lines.join(newline) })(`of ${lines[1]} and ${lines[2]}`)).toBe('of [secret] and [secret]');
});

it('strikes out each key of a ring, and leaves their names', () => {
  const [autumn, spring] = ['A'.repeat(43), 'B'.repeat(43)];
  const strike = withoutSecrets({ SLIPWAY_PAYLOAD_KEYS: `2026-autumn-2:${autumn}=\n2026-spring:${spring}=` });
  expect(strike(`the key "2026-autumn-2" is ${autumn}=, not 2026-spring:${spring}=`)).toBe('the key "2026-autumn-2" is [secret], not [secret]');
});

it('leaves words that are no secret', () => {
  const strike = withoutSecrets({ GITHUB_TOKEN: 'token', TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/temporal/client.key', SLIPWAY_APPROVAL_KEYS: 'public-keys.json', SLIPWAY_TASK_QUEUE: 'slipway-production' });
  const text = 'Is the token valid? /etc/temporal/client.key, public-keys.json, slipway-production';
  expect(strike(text)).toBe(text);
});

it('strikes out what an activity answers or fails with, and leaves everything else as it is', async () => {
  const secret = 'ghp_0123456789abcdef';
  const run = (act: () => Promise<unknown>) => new MockActivityEnvironment({}, { interceptors: [discretion({ GITHUB_TOKEN: secret })] }).run(act);
  const answer = { findings: [`the token ${secret}`] };
  expect(await run(async () => answer)).toEqual({ findings: ['the token [secret]'] });
  const plain = { at: new Date(0) };
  expect(await run(async () => plain)).toBe(plain);
  expect(await run(async () => undefined)).toBeUndefined();

  const failure = ApplicationFailure.create({ type: 'Refused', message: `no ${secret}`, nonRetryable: true, details: [{ reason: secret }, 7], cause: new Error(secret) });
  await expect(run(() => Promise.reject(failure))).rejects.toBe(failure);
  expect(failure).toMatchObject({ type: 'Refused', message: 'no [secret]', details: [{ reason: '[secret]' }, 7], cause: { message: '[secret]' } });
  expect(failure.stack).not.toContain(secret);
});
