import { describe, expect, it } from 'vitest';
import { fromEnvironment } from '../../../activities/artifacts/gcs.ts';
import { openGcsWorld } from './gcs-world.ts';
import { describeStore } from './store-contract.ts';

describeStore('the store on GCS', openGcsWorld);

describe("the worker's environment", () => {
  it('may not hold the variable that would send reads of the client elsewhere', () => {
    expect(() => fromEnvironment({ STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1' })).toThrow('GCS_ENDPOINT');
    expect(() => fromEnvironment({ GCS_ENDPOINT: 'nowhere' })).toThrow('GCS_ENDPOINT');
    expect(fromEnvironment({ GCS_ENDPOINT: 'http://127.0.0.1:1', GCS_TOKEN: 'x' })).toHaveProperty('create');
  });
});
