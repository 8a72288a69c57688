import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { PayloadKey, PayloadKeys } from './payload-keys.ts';

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** What an encrypted payload says of itself, in clear. */
const names = { encoding: 'encoding', version: 'slipway-codec', key: 'slipway-key' } as const;
const encoding = 'binary/slipway-encrypted';
const version = '1';

/**
 * Encrypts payloads whole, with what they say of themselves, by AES-256-GCM with the first of the keys, and decrypts them with the key
 * that they name. What is not encrypted passes: histories from before, and what the Temporal UI sends.
 *
 * Each is bound to the namespace, and no closer: the UI, schedules and a Reset carry payloads to workflows that nobody knows yet when they
 * are encrypted.
 *
 * @throws an Error that names the key by its id, for a payload that can't be decrypted
 */
export function payloadCodec({ keys, namespace }: { readonly keys: PayloadKeys; readonly namespace: string }): PayloadCodec {
  const [current] = keys;
  return {
    encode: async (payloads) => (current ? payloads.map((payload) => encrypt(payload, current, namespace)) : payloads),
    decode: async (payloads) => payloads.map((payload) => (text(payload, 'encoding') === encoding ? decrypt(payload, keys, namespace) : payload)),
  };
}

function encrypt(payload: Payload, { id, key }: PayloadKey, namespace: string): Payload {
  const iv = randomBytes(ivBytes);
  const encryption = createCipheriv(cipher, key, iv, { authTagLength: tagBytes }).setAAD(bound(id, namespace));
  const data = Buffer.concat([iv, encryption.update(PayloadMessage.encode(payload).finish()), encryption.final(), encryption.getAuthTag()]);
  const metadata = { [names.encoding]: Buffer.from(encoding), [names.version]: Buffer.from(version), [names.key]: Buffer.from(id) };
  return { metadata, data };
}

function decrypt(payload: Payload, keys: PayloadKeys, namespace: string): Payload {
  if (text(payload, 'version') !== version) throw new Error(`a payload is encrypted in the way "${text(payload, 'version')}", and this build knows only "${version}"`);
  const id = text(payload, 'key');
  const key = keys.find((one) => one.id === id)?.key;
  if (!key) throw new Error(`a payload is encrypted with the key "${id}", which is not among SLIPWAY_PAYLOAD_KEYS (${keys.map((one) => one.id).join(', ') || 'none'})`);
  const data = payload.data ?? new Uint8Array();
  try {
    const decryption = createDecipheriv(cipher, key, data.subarray(0, ivBytes), { authTagLength: tagBytes })
      .setAAD(bound(id, namespace))
      .setAuthTag(data.subarray(Math.max(ivBytes, data.length - tagBytes)));
    return PayloadMessage.decode(Buffer.concat([decryption.update(data.subarray(ivBytes, -tagBytes)), decryption.final()]));
  } catch {
    throw new Error(`a payload that names the key "${id}" can't be decrypted with it: it was changed, is of another namespace than "${namespace}", or that key is another one here`);
  }
}

/** The additional authenticated data: what a payload says in clear, and where it belongs. */
function bound(id: string, namespace: string): Buffer {
  return Buffer.from([encoding, version, id, namespace].join('\0'));
}

function text({ metadata }: Payload, name: keyof typeof names): string {
  const bytes = metadata?.[names[name]];
  return bytes ? Buffer.from(bytes).toString() : '';
}
