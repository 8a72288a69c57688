import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { approvalKeysFrom } from '../../ports/keys/approval-keys.ts';
import { createDecisionTokens } from '../../activities/people/decision-tokens.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import { pending, plan } from '../workflows/scripted-world.ts';
import { openFolder } from './folder.ts';
import { idOf, openStand } from './stand.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'alice-2026', sub: 'alice' }] });

let stand: Awaited<ReturnType<typeof openStand>>;
let folder: Awaited<ReturnType<typeof openFolder>>;

beforeAll(async () => {
  stand = await openStand('tokens');
  folder = await openFolder();
  await writeFile(folder.path('alice.jwk'), JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'alice-2026' }));
  const [staging, production] = plan.stages;
  const verified = { ...production!, approval: { ...production!.approval!, assurance: 'verified' as const } };
  const { verifyToken } = createDecisionTokens({ approvalKeys: approvalKeysFrom({ SLIPWAY_APPROVAL_KEYS: keys }), forge: { access: {} as Forge['access'] } });
  const taskQueue = await stand.worker({ verifyToken, findVotes: async ({ known }) => (known ? pending() : []), soak: pending, plan: async ({ component }) => ({ ...plan, component, id: idOf(component), stages: [staging!, verified] }) });
  await stand.slipway('start', 'componentRelease', 'gitaly', '--task-queue', taskQueue);
});
afterAll(() => Promise.all([stand?.close(), folder?.remove()]));

const vote = ['gitaly', '--stage', 'production', '--by', 'alice'];

it('shows both ways to cast a vote that has to be verified', async () => {
  await expect.poll(async () => (await stand.slipway('status', 'gitaly')).stdout, { timeout: 20_000 }).toContain('waiting for approval of production');
  const { stdout } = await stand.slipway('status', 'gitaly');
  expect(stdout).toContain('comment on https://forge/org/product/pull/7: /approve production cccccccccccc or /reject production why');
  expect(stdout).toMatch(/slipway approve \S+ --stage production --by <you> --sha c{40} --token signed\.decision\.token/);
  const { exit, stderr } = await stand.slipway('approve', ...vote);
  expect(exit).toBe(1);
  expect(stderr).toContain('counts only when it is verified who cast it');
});

it('refuses a key that is none, without a word of it', async () => {
  await writeFile(folder.path('secret.txt'), 'hunter2');
  const { exit, stderr } = await stand.slipway('token', ...vote, '--key', folder.path('secret.txt'));
  expect(exit).toBe(2);
  expect(stderr).toContain('is no private Ed25519 key as a JWK with a "kid"');
  expect(stderr).not.toContain('hunter2');
});

it('signs a decision that counts, out of a file', async () => {
  const signed = await stand.slipway('token', ...vote, '--key', folder.path('alice.jwk'));
  expect(signed).toMatchObject({ exit: 0, stderr: '' });
  const file = folder.path('token');
  await writeFile(file, signed.stdout);
  expect(await stand.slipway('reject', ...vote, '--token-file', file)).toMatchObject({ exit: 1, stderr: expect.stringContaining('it says "approve", not "reject"') });
  expect(await stand.slipway('approve', ...vote, '--token-file', folder.path('missing'))).toMatchObject({ exit: 2, stderr: expect.stringContaining('--token-file: ENOENT') });
  expect(await stand.slipway('approve', ...vote, '--token-file', file)).toMatchObject({ exit: 0, stdout: expect.stringContaining('approve accepted') });
  const history = await stand.slipway('history', idOf('gitaly'));
  expect(history.stdout).toMatch(/approve of production by alice \(verified: token [\w-]+, signed with alice-2026\)/);
});
