import { Client, Connection } from '@temporalio/client';
import { startSandbox, startTemporal } from '../servers.ts';
import type { Lane } from './matrix.ts';

/**
 * So soon a server forgets a worker that is gone: one that is frozen is given tasks until its long polls end, and each of them is lost
 * until it has timed out. Both are 10 s and 60 s by default.
 */
export const forgetful = { 'history.defaultWorkflowTaskTimeout': '3s', 'matching.longPollExpirationInterval': '5s' };

/** Opens `count` lanes in one sandbox; `use` waits for a free one. */
export async function openLanes(count: number) {
  const sandbox = await startSandbox({ validated: false, gcs: true });
  const servers = await Promise.all(Array.from({ length: count }, () => startTemporal({ settings: forgetful })));
  const connections = await Promise.all(servers.map(({ address }) => Connection.connect({ address })));
  const free: Lane[] = servers.map(({ address }, index) => ({ address, client: new Client({ connection: connections[index]! }), sandboxUrl: sandbox.url }));
  const waiting: ((lane: Lane) => void)[] = [];

  async function use<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
    const lane = free.pop() ?? (await new Promise<Lane>((resolve) => waiting.push(resolve)));
    try {
      return await work(lane);
    } finally {
      const next = waiting.shift();
      if (next) next(lane);
      else free.push(lane);
    }
  }

  async function close(): Promise<void> {
    await Promise.all(connections.map((connection) => connection.close()));
    await Promise.all([...servers, sandbox].map((server) => server.stop()));
  }

  return { use, close };
}
