import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { followCatalog } from '../../worker/webhooks/current-catalog.ts';
import { catalog } from './receiver-world.ts';

const silent = pino({ level: 'silent' });
const later = { ...catalog, components: {} };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('follows an edit within ten seconds, and reads no more often', async () => {
  const read = vi.fn(async () => catalog);
  const current = await followCatalog({ read }, silent);
  read.mockResolvedValue(later);
  for (let n = 0; n < 100; n++) expect(await current()).toBe(catalog);
  expect(read).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(10_000);
  expect(await current()).toBe(later);
});

it('keeps what it has when the catalog is spoilt, and takes it again when it is mended', async () => {
  const read = vi.fn(async () => catalog);
  const current = await followCatalog({ read }, silent);
  read.mockRejectedValueOnce(new Error('a mistake'));
  vi.advanceTimersByTime(10_000);
  expect(await current()).toBe(catalog);
  read.mockResolvedValue(later);
  vi.advanceTimersByTime(10_000);
  expect(await current()).toBe(later);
});

it('does not start with a catalog that is wrong', async () => {
  await expect(followCatalog({ read: () => Promise.reject(new Error('a mistake')) }, silent)).rejects.toThrow('a mistake');
});
