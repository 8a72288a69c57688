import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll } from 'vitest';
import { startSandbox, startTemporal } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';

/** Servers for the tests of a file. Temporal is its own: the id of a release is the same in every world. */
export function useServers(options: Parameters<typeof startSandbox>[0] = {}) {
  let temporal: TemporalServer;
  let sandbox: SandboxServer;
  let client: Client;

  beforeAll(async () => {
    [temporal, sandbox] = await Promise.all([startTemporal(), startSandbox(options)]);
    client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
  });
  afterAll(async () => {
    await client?.connection.close();
    await Promise.all([temporal?.stop(), sandbox?.stop()]);
  });

  return {
    /** host:port of Temporal. */
    address: () => temporal.address,
    sandboxUrl: () => sandbox.url,
    client: () => client,
  };
}
