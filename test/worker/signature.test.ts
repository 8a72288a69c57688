import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signedText } from '../../worker/webhooks/signature.ts';

const secrets = { current: 'the secret of today', previous: 'the secret of yesterday' };

/** Whatever may be wrong with a delivery, each made from a body that GitHub did sign. Some choose what is flipped or cut by `at`. */
const forgeries: Record<string, (body: Buffer, at: number) => { readonly body: Buffer; readonly signature: unknown }> = {
  'a bit of the body is flipped': (body, at) => ({ body: flipped(body, at), signature: sign(body) }),
  'a bit of the signature is flipped': (body, at) => ({ body, signature: `sha256=${flipped(Buffer.from(digest(body), 'hex'), at).toString('hex')}` }),
  'the header is missing': (body) => ({ body, signature: undefined }),
  'the header is empty': (body) => ({ body, signature: '' }),
  'it is signed by SHA-1': (body) => ({ body, signature: `sha1=${createHmac('sha1', secrets.current).update(body).digest('hex')}` }),
  'SHA-1 calls itself SHA-256': (body) => ({ body, signature: `sha256=${createHmac('sha1', secrets.current).update(body).digest('hex')}` }),
  'the name of the algorithm is missing': (body) => ({ body, signature: digest(body) }),
  'the header comes twice': (body) => ({ body, signature: `${sign(body)}, ${sign(body)}` }),
  'the header comes twice, as a list': (body) => ({ body, signature: [sign(body), sign(body)] }),
  'the digest is in capitals': (body) => ({ body, signature: `sha256=${digest(body).toUpperCase()}` }),
  'the digest is in base64': (body) => ({ body, signature: `sha256=${Buffer.from(digest(body), 'hex').toString('base64')}` }),
  'the digest is cut': (body, at) => ({ body, signature: sign(body).slice(0, at % 71) }),
  'something follows the digest': (body) => ({ body, signature: `${sign(body)} ` }),
  'another secret signed it': (body, at) => ({ body, signature: sign(body, `${secrets.current}${at}`) }),
  'no secret signed it': (body) => ({ body, signature: sign(body, '') }),
  'another body is signed': (body, at) => ({ body, signature: sign(Buffer.from(`${body} ${at}`)) }),
  'the body is cut': (body, at) => ({ body: body.subarray(0, at % body.length), signature: sign(body) }),
  'the body is in UTF-16': (body) => ({ body: Buffer.from(body.toString(), 'utf16le'), signature: sign(body) }),
  'a byte order mark comes first': (body) => ({ body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]), signature: sign(body) }),
  'a byte is one that UTF-8 has not, and decodes to what was signed': (body, at) => {
    const ends = Buffer.from('\ufffd');
    const start = at % (body.length + 1);
    const around = (middle: Buffer) => Buffer.concat([Buffer.from(body.subarray(0, start)), middle, Buffer.from(body.subarray(start))]);
    return { body: around(Buffer.from([0xff])), signature: sign(around(ends)) };
  },
};

it('takes none of 10,000 forgeries for a webhook', async () => {
  const seen = new Map<string, number>();
  const forgery = fc.tuple(fc.constantFrom(...Object.keys(forgeries)), payload(), fc.nat());
  await fc.assert(
    fc.asyncProperty(forgery, async ([kind, body, at]) => {
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
      const forged = forgeries[kind]!(body, at);
      expect(await signedText(forged.body, forged.signature, secrets)).toBeUndefined();
    }),
    { numRuns: 10_000 },
  );
  expect(seen.size).toBe(Object.keys(forgeries).length);
});

it('gives the text of whatever one of the two secrets signed, to the letter', async () => {
  await fc.assert(
    fc.asyncProperty(payload(), fc.constantFrom(secrets.current, secrets.previous), async (body, secret) => {
      expect(await signedText(body, sign(body, secret), secrets)).toBe(body.toString());
    }),
    { numRuns: 500 },
  );
});

it('takes the old secret only while it is being changed', async () => {
  const body = Buffer.from('{}');
  const signature = sign(body, secrets.previous);
  expect(await signedText(body, signature, secrets)).toBe('{}');
  expect(await signedText(body, signature, { current: secrets.current })).toBeUndefined();
});

it('knows the signature that GitHub documents', async () => {
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  expect(await signedText(Buffer.from('Hello, World!'), signature, { current: "It's a Secret to Everybody" })).toBe('Hello, World!');
});

function payload(): fc.Arbitrary<Buffer> {
  return fc.record({ action: fc.constantFrom('completed', 'closed'), text: fc.string({ unit: 'grapheme' }) }).map((value) => Buffer.from(JSON.stringify(value)));
}

function sign(body: Uint8Array, secret: string = secrets.current): string {
  return `sha256=${digest(body, secret)}`;
}

function digest(body: Uint8Array, secret: string = secrets.current): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function flipped(bytes: Uint8Array, at: number): Buffer {
  const changed = Buffer.from(bytes);
  const bit = at % (8 * changed.length);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}
