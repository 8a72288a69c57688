import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectGcs } from '../../../activities/artifacts/gcs.ts';
import { readExchange, ReplyLost, sendReply } from '../../../sandbox/exchange.ts';
import { startEmulator } from '../../../sandbox/gcs/emulator.ts';
import { answerGcs, gcsToken } from '../../../sandbox/gcs/gcs.ts';
import { findObject, putBucket, putObject } from '../../../sandbox/gcs/objects.ts';
import { consequences } from '../../../sandbox/github/consequences.ts';
import { part } from '../../../sandbox/parts/parts.mjs';
import { createWorld } from '../../../sandbox/world.ts';
import type { Action, Match } from '../../../sandbox/faults.ts';
import type { StoreWorld } from './store-contract.ts';

/** The adapter for GCS before the sandbox's GCS, in this process, so that tests can look behind it. */
export async function openGcsWorld(): Promise<StoreWorld> {
  const emulator = await startEmulator(await part('fake-gcs-server'));
  const world = createWorld({ name: 'gcs', url: '', dir: '', latencyMs: { ci: 0, run: 0, deployment: 0 }, consequences });

  const server = createServer((request, response) => {
    readExchange(request)
      .then((exchange) => answerGcs(world, emulator, exchange))
      .then((reply) => sendReply(response, reply))
      .catch((error: unknown) => {
        if (error instanceof ReplyLost && error.how === 'timeout') return;
        response.destroy();
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    connect: (settings = {}) => connectGcs({ endpoint: url, token: gcsToken, timeoutMs: 2_000, ...settings }),
    bucket: (name) => putBucket(emulator, name),
    put: (bucket, name, content) => putObject(emulator, { bucket, name, content }),
    async content(bucket, name) {
      const there = await findObject(emulator, bucket, name);
      if (!there) return undefined;
      return (await fetch(`${emulator.url}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`)).text();
    },
    fault: (match: Match, action: Action, times = 1) => world.faults.plan({ match, action, times }),
    fired: () => world.faults.list().map(({ fired }) => fired),
    journal: () => world.journal.entries.map(({ key }) => key),
    requests: () => world.requests.map(({ route, status }) => `${status} ${route}`),
    forget() {
      world.requests.length = 0;
      world.faults.clear();
    },
    async close() {
      world.clock.stop();
      server.closeAllConnections();
      server.close();
      await emulator.stop();
    },
  };
}
