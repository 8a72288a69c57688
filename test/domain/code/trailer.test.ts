import { expect, it } from 'vitest';
import { releaseTrailer, versionMessage } from '../../../domain/code/trailer.ts';

it('is signed off by whom the catalog names, and still names its release', () => {
  const message = versionMessage('Update Gitaly version', 'release/gitaly/from-1', 'Slipway <slipway@example.com>');
  expect(message).toBe('Update Gitaly version\n\nSlipway-Release: release/gitaly/from-1\nSigned-off-by: Slipway <slipway@example.com>');
  expect(releaseTrailer(message)).toBe('release/gitaly/from-1');
});
