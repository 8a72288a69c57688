import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { dataConverter } from '../../temporal/data-converter.ts';

const [autumn, spring] = [entry('2026-autumn'), entry('2026-spring')];
const payload = defaultPayloadConverter.toPayload({ stage: 'production', by: 'alice' })!;

describe('a payload', () => {
  it('is encrypted whole, and says only with which key and how', async () => {
    const encrypted = await encode(codec(autumn), payload);
    expect(clear(encrypted)).toEqual({ encoding: 'binary/slipway-encrypted', 'slipway-codec': '1', 'slipway-key': '2026-autumn' });
    expect(Buffer.from(encrypted.data!).toString('latin1')).not.toMatch(/alice|json/);
    expect(value(await decode(codec(autumn), encrypted))).toEqual({ stage: 'production', by: 'alice' });
  });

  it.each([undefined, null, '', 0, new Uint8Array(), 'ü'.repeat(100_000)])('comes back as it was: %#', async (given) => {
    const encrypted = await encode(codec(autumn), defaultPayloadConverter.toPayload(given)!);
    expect(value(await decode(codec(autumn), encrypted))).toEqual(given);
  });

  it('is never encrypted in the same way twice', async () => {
    const [one, other] = [await encode(codec(autumn), payload), await encode(codec(autumn), payload)];
    expect(Buffer.from(one.data!).equals(other.data!)).toBe(false);
  });

  it('that is not encrypted passes', async () => {
    expect(await decode(codec(autumn), payload)).toBe(payload);
  });

  it("of somebody else's codec passes", async () => {
    const foreign: Payload = { metadata: { encoding: Buffer.from('binary/encrypted'), 'slipway-key': Buffer.from('2026-autumn') }, data: randomBytes(40) };
    expect(await decode(codec(autumn), foreign)).toBe(foreign);
  });

  it('stays as it is where there are no keys', async () => {
    expect(await encode(codec(), payload)).toBe(payload);
    expect(dataConverter({}, 'default').failureConverterPath).toMatch(/plain-failures/);
  });
});

describe('when keys rotate', () => {
  it('the first one encrypts and all of them decrypt', async () => {
    const before = await encode(codec(spring), payload);
    const rotated = codec(autumn, spring);
    expect(value(await decode(rotated, before))).toEqual(value(payload));
    expect(clear(await encode(rotated, payload))['slipway-key']).toBe('2026-autumn');
  });

  it('the one that is missing is named', async () => {
    const before = await encode(codec(spring), payload);
    await expect(decode(codec(autumn), before)).rejects.toThrow('encrypted with the key "2026-spring", which is not among SLIPWAY_PAYLOAD_KEYS (2026-autumn)');
    await expect(decode(codec(), before)).rejects.toThrow('SLIPWAY_PAYLOAD_KEYS (none)');
  });
});

describe('a payload is refused', () => {
  it('when any byte of it was changed', async () => {
    const encrypted = await encode(codec(autumn), payload);
    for (const index of encrypted.data!.keys()) {
      const data = Uint8Array.from(encrypted.data!, (byte, at) => (at === index ? byte ^ 1 : byte));
      await expect(decode(codec(autumn), { metadata: encrypted.metadata!, data })).rejects.toThrow('names the key "2026-autumn" can\'t be decrypted');
    }
  });

  it.each([0, 1, 12, 27])('when only %i bytes of it are left', async (length) => {
    const { metadata, data } = await encode(codec(autumn), payload);
    await expect(decode(codec(autumn), { metadata: metadata!, data: data!.subarray(0, length) })).rejects.toThrow("can't be decrypted");
  });

  it('when the key of that name is another one, without a word of either', async () => {
    const encrypted = await encode(codec(autumn), payload);
    const refused = decode(codec(entry('2026-autumn')), encrypted);
    await expect(refused).rejects.toThrow('names the key "2026-autumn" can\'t be decrypted');
    await expect(refused).rejects.not.toThrow(autumn.split(':')[1]);
  });

  it('when it says that another of our keys encrypted it', async () => {
    const encrypted = await encode(codec(autumn), payload);
    encrypted.metadata!['slipway-key'] = Buffer.from('2026-spring');
    await expect(decode(codec(autumn, `2026-spring:${autumn.split(':')[1]}`), encrypted)).rejects.toThrow("can't be decrypted");
  });

  it('when it belongs to another namespace', async () => {
    const encrypted = await encode(codec(autumn), payload);
    await expect(decode(codecOf([autumn], 'staging'), encrypted)).rejects.toThrow('another namespace than "staging"');
  });

  it('when a later build encrypted it in a way of its own', async () => {
    const encrypted = await encode(codec(autumn), payload);
    encrypted.metadata!['slipway-codec'] = Buffer.from('2');
    await expect(decode(codec(autumn), encrypted)).rejects.toThrow('encrypted in the way "2", and this build knows only "1"');
  });
});

describe('SLIPWAY_PAYLOAD_KEYS', () => {
  it.each(['short:c2VjcmV0', 'c2VjcmV0LXRoYXQtbXVzdC1ub3QtYmUtc2hvd24tMTI=', `odd id:${'A'.repeat(43)}=`, `2026:${'A'.repeat(43)}`])('must be right, and is not shown when it is not: %s', (wrong) => {
    const thrown = () => codec(autumn, wrong);
    expect(thrown).toThrow(/SLIPWAY_PAYLOAD_KEYS: entry 2 must be "<id>:<key>", with a key of 32 bytes/);
    expect(thrown).not.toThrow(wrong.split(':').at(-1));
  });

  it('has no two keys of one name', () => {
    expect(() => codec(autumn, entry('2026-autumn'))).toThrow('has two keys called "2026-autumn"');
  });
});

function entry(id: string): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

function codec(...keys: readonly string[]) {
  return codecOf(keys, 'default');
}

function codecOf(keys: readonly string[], namespace: string) {
  return dataConverter({ SLIPWAY_PAYLOAD_KEYS: keys.join('\n') }, namespace).payloadCodecs![0]!;
}

type Codec = ReturnType<typeof codec>;

async function encode(by: Codec, given: Payload): Promise<Payload> {
  const [encoded] = await by.encode([given]);
  return encoded!;
}

async function decode(by: Codec, given: Payload): Promise<Payload> {
  const [decoded] = await by.decode([given]);
  return decoded!;
}

function value(given: Payload): unknown {
  return defaultPayloadConverter.fromPayload(given);
}

function clear({ metadata }: Payload): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata!).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}
