import { describe, expect, it } from 'vitest';
import { connectGcs, fromEnvironment } from '../../../ports/artifacts/gcs.ts';
import { openWorld } from '../../worlds.ts';
import { useSandbox } from '../stand.ts';
import { describeStore } from './store-contract.ts';
import { describeStoreFaults } from './store-faults.ts';
import type { FaultyStoreStand } from './store-faults.ts';

const sandbox = useSandbox({ validated: false, gcs: true });

async function open(): Promise<FaultyStoreStand> {
  const world = await openWorld(sandbox.url());
  const gcs = `${world.url}/gcs`;
  const bucket = 'schemas-migrations';
  await world.control('objects', { bucket });
  return {
    bucket,
    folder: '',
    connect: (settings = {}) => connectGcs({ endpoint: gcs, token: 'gcs-token', timeoutMs: 2_000, ...settings }),
    put: (bucket, files = {}) => world.control('objects', { bucket, files }),
    async content(bucket, name) {
      const answer = await fetch(`${gcs}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`, { headers: { authorization: 'Bearer gcs-token' } });
      return answer.status === 404 ? undefined : answer.text();
    },
    fault: (match, action, times = 1) => world.control('faults', { match, action, times }),
    fired: async () => (await world.control<{ fired: number }[]>('faults')).map(({ fired }) => fired),
    journal: async () => (await world.journal()).map(({ key }) => key),
    requests: async () => (await world.control<{ route: string; status: number }[]>('requests')).map(({ route, status }) => `${status} ${route}`),
    async forget() {
      for (const what of ['requests', 'faults']) await fetch(`${world.url}/control/${what}`, { method: 'DELETE' });
    },
    close: () => world.close(),
  };
}

describeStore('the store on GCS', open);
describeStoreFaults('the store on GCS, when that fails', open);

describe("the worker's environment", () => {
  it('may not hold the variable that would send reads of the client elsewhere', () => {
    expect(() => fromEnvironment({ STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1' })).toThrow('GCS_ENDPOINT');
    expect(() => fromEnvironment({ GCS_ENDPOINT: 'nowhere' })).toThrow('GCS_ENDPOINT');
    expect(fromEnvironment({ GCS_ENDPOINT: 'http://127.0.0.1:1', GCS_TOKEN: 'x' })).toHaveProperty('create');
  });
});
