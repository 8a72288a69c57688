import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileCatalog } from '../../../ports/catalog/file.ts';

async function file(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'slipway-catalog-')), 'slipway.yaml');
  await writeFile(path, text);
  return path;
}

it('reads the catalog anew each time, so that an edit needs no restart', async () => {
  const path = await file('version: 1\nenvironments: {}\ncomponents: {}\n');
  const catalog = fileCatalog(path);
  expect(Object.keys((await catalog.read()).environments)).toEqual([]);
  await writeFile(path, 'version: 1\nenvironments: { staging: {} }\ncomponents: {}\n');
  expect(Object.keys((await catalog.read()).environments)).toEqual(['staging']);
});

it('fails for good on a catalog with mistakes, and lists them with their places', async () => {
  const path = await file('version: 2\nenvironments: []\ncomponents: {}\n');
  await expect(fileCatalog(path).read()).rejects.toMatchObject({
    type: 'InvalidCatalog',
    nonRetryable: true,
    message: `The catalog has 2 mistakes:\n${path}:1:10: version: must be 1, not 2\n${path}:2:15: environments: must be a mapping, not a list`,
  });
});

it('fails for good on a catalog that is not there', async () => {
  await expect(fileCatalog('/nowhere/slipway.yaml').read()).rejects.toMatchObject({
    type: 'InvalidCatalog',
    nonRetryable: true,
    message: expect.stringContaining("The catalog /nowhere/slipway.yaml can't be read: ENOENT"),
  });
});
