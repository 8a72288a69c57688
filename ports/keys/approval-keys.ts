import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Variables } from '../adapter.ts';

const key = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  kid: z.string().min(1).max(100),
  /** base64url */
  x: z.string().length(43),
  /** Whose key it is. One without it is a broker's, which signs for whoever has logged in there. */
  sub: z.string().min(1).optional(),
  d: z.never('is private, and does not belong on a worker').optional(),
});

const keySet = z.object({ keys: z.array(key) }).refine(({ keys }) => new Set(keys.map(({ kid }) => kid)).size === keys.length, 'two keys have the same "kid"');

/** A public key (RFC 8037) that decisions are signed with. */
export type ApprovalKey = z.output<typeof key>;

/** The keys of the moment. */
export type ApprovalKeys = () => Promise<readonly ApprovalKey[]>;

/**
 * The JWK set (RFC 7517) in SLIPWAY_APPROVAL_KEYS, or in the file that SLIPWAY_APPROVAL_KEYS_FILE names, which is read anew every time:
 * keys are changed without a restart. None without either. @throws an Error that says what is wrong with it
 */
export function approvalKeysFrom({ SLIPWAY_APPROVAL_KEYS: text, SLIPWAY_APPROVAL_KEYS_FILE: file }: Variables): ApprovalKeys {
  return async () => (text ? keysIn(text) : file ? keysIn(await readFile(file, 'utf8')) : []);
}

function keysIn(text: string): readonly ApprovalKey[] {
  const { success, data, error } = keySet.safeParse(json(text));
  if (!success) throw new Error(`SLIPWAY_APPROVAL_KEYS: ${error.issues.map(({ path, message }) => [...path, message].join(' ')).join('; ')}`);
  return data.keys;
}

/** Undefined for a text that is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
