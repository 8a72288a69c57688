import { expect, it } from 'vitest';
import { approvalKeysFrom } from '../../../ports/keys/approval-keys.ts';

const key = { kty: 'OKP', crv: 'Ed25519', kid: 'broker', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const keys = (set: unknown) => approvalKeysFrom({ SLIPWAY_APPROVAL_KEYS: JSON.stringify(set) })();

it('reads a set of public keys, and none where nothing is set', async () => {
  expect(await keys({ keys: [key, { ...key, kid: 'alice', sub: 'alice', use: 'sig' }] })).toEqual([key, { ...key, kid: 'alice', sub: 'alice' }]);
  expect(await approvalKeysFrom({})()).toEqual([]);
});

it.each<[string, unknown, RegExp]>([
  ['a private key', { keys: [{ ...key, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' }] }, /keys 0 d is private, and does not belong on a worker/],
  ['another kind of key', { keys: [{ ...key, kty: 'RSA' }] }, /keys 0 kty/],
  ['a key without a name', { keys: [{ ...key, kid: undefined }] }, /keys 0 kid/],
  ['two keys of one name', { keys: [key, key] }, /two keys have the same "kid"/],
  ['no set', [key], /^SLIPWAY_APPROVAL_KEYS: /],
])('refuses %s, and tells no key', async (_, set, why) => {
  const error = (await keys(set).catch((failure: unknown) => failure)) as Error;
  expect(error.message).toMatch(why);
  expect(error.message).not.toContain('nWGxne');
});
