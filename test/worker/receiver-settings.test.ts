import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { receiverSettings } from '../../worker/webhooks/settings.ts';

const secret = 'a secret of some length';

it('listens on this machine only, unless told otherwise', () => {
  expect(receiverSettings({ GITHUB_WEBHOOK_SECRET: secret })).toMatchObject({ host: '127.0.0.1', port: 8080, secrets: { github: { current: secret, previous: undefined }, jira: undefined } });
  expect(receiverSettings({ GITHUB_WEBHOOK_SECRET: secret, JIRA_WEBHOOK_SECRET: `${secret} too` }).secrets.jira).toEqual({ current: `${secret} too`, previous: undefined });
  expect(() => receiverSettings({ GITHUB_WEBHOOK_SECRET: secret, JIRA_WEBHOOK_SECRET: 'short' })).toThrow('JIRA_WEBHOOK_SECRET: ');
});

it.each([
  ['no secret', {}],
  ['an empty secret', { GITHUB_WEBHOOK_SECRET: '' }],
  ['a short secret', { GITHUB_WEBHOOK_SECRET: 'canary' }],
])('does not start with %s', (_, environment) => {
  expect(() => receiverSettings(environment)).toThrow(/^GITHUB_WEBHOOK_SECRET: (?!.*canary)/);
});

it('reads secrets from files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'secret'), `${secret}\n`);
  await writeFile(join(folder, 'empty'), '\n');
  const file = (name: string) => ({ GITHUB_WEBHOOK_SECRET_FILE: join(folder, name) });

  expect(receiverSettings(file('secret')).secrets.github.current).toBe(secret);
  expect(receiverSettings({ ...file('secret'), GITHUB_WEBHOOK_SECRET: 'the variable comes first' }).secrets.github.current).toBe('the variable comes first');
  expect(() => receiverSettings(file('empty'))).toThrow('GITHUB_WEBHOOK_SECRET: ');
  expect(() => receiverSettings(file('missing'))).toThrow(/^GITHUB_WEBHOOK_SECRET_FILE: ENOENT/);
});
