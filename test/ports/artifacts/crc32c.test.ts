import { CRC32C } from '@google-cloud/storage';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c, crc32cText } from '../../../ports/artifacts/crc32c.ts';

it.each([
  ['nothing', Buffer.alloc(0), 0],
  ['the digits', Buffer.from('123456789'), 0xe3069283],
  ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
])('is the checksum of %s that the standard gives', (_, data, sum) => {
  expect(crc32c(data)).toBe(sum);
});

it("is the client's checksum of whatever it is given, in whatever pieces", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 6 }), (pieces) => {
      const theirs = new CRC32C();
      let ours = 0;
      for (const piece of pieces) {
        theirs.update(Buffer.from(piece));
        ours = crc32c(piece, ours);
      }
      expect(crc32cText(ours)).toBe(theirs.toString());
    }),
    { numRuns: 500 },
  );
});
