import { createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A key of AES-256, and what payloads call it. */
export interface PayloadKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The first one encrypts, all of them decrypt. Without any, nothing is encrypted. */
export type PayloadKeys = readonly PayloadKey[];

/** `id:key` entries with spaces, commas or line breaks between them, where a key is 32 bytes as base64. Nothing of a wrong entry is shown. */
export const payloadKeys = z.string().transform((text, context): PayloadKeys => {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '').map(payloadKey);
  const wrong = entries.findIndex((entry) => entry === undefined);
  if (wrong >= 0) {
    context.addIssue({ code: 'custom', message: `entry ${wrong + 1} must be "<id>:<key>", with a key of 32 bytes as base64: openssl rand -base64 32` });
    return z.NEVER;
  }
  const keys = entries.filter((entry) => entry !== undefined);
  const twice = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) !== index);
  if (twice) context.addIssue({ code: 'custom', message: `has two keys called "${twice.id}"` });
  return keys;
});

function payloadKey(entry: string): PayloadKey | undefined {
  const [, id, base64] = /^([\w.-]{1,64}):([A-Za-z0-9+/]{43}=)$/.exec(entry) ?? [];
  return id === undefined || base64 === undefined ? undefined : { id, key: createSecretKey(base64, 'base64') };
}
