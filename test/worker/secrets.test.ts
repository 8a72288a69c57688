import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { withoutSecrets } from '../../worker/secrets.ts';

it.each([
  ['GITHUB_TOKEN', 'ghp_0123456789abcdef'],
  ['GITLAB_TOKEN_PRODUCTION', 'glpat-0123456789abcdef'],
  ['GITHUB_WEBHOOK_SECRET_PREVIOUS', 'sixteen-characters'],
  ['TEMPORAL_API_KEY', 'eyJhbGciOiJSUzI1NiJ9'],
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

it('strikes out each key of a ring, and leaves their names', () => {
  const [autumn, spring] = ['A'.repeat(43), 'B'.repeat(43)];
  const strike = withoutSecrets({ SLIPWAY_PAYLOAD_KEYS: `2026-autumn-2:${autumn}=\n2026-spring:${spring}=` });
  expect(strike(`the key "2026-autumn-2" is ${autumn}=, not 2026-spring:${spring}=`)).toBe('the key "2026-autumn-2" is [secret], not [secret]');
});

it('leaves words that are no secret', () => {
  const strike = withoutSecrets({ GITHUB_TOKEN: 'token', TEMPORAL_TLS_CLIENT_KEY_PATH: '/etc/temporal/client.key', SLIPWAY_TASK_QUEUE: 'slipway-production' });
  expect(strike('Is the token valid? /etc/temporal/client.key, slipway-production')).toBe('Is the token valid? /etc/temporal/client.key, slipway-production');
});
