import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { localComponents } from '../../client/terminal/local-catalog.ts';

it('knows the components of the catalog at hand, also one of which only schemas are released', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-catalog-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'slipway.yaml');
  const components = { migrator: { schemas: { repository: 'org/product', bucket: 'schemas-migrations' }, chat: { progress: '#releases' } } };
  await writeFile(file, JSON.stringify({ version: 1, environments: {}, components }));
  expect(await localComponents(file)).toEqual(['migrator']);
  expect(await localComponents(join(folder, 'none.yaml'))).toBeUndefined();
});
