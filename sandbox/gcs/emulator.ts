import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A running fake-gcs-server, which keeps its objects in memory. */
export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param program path of the fake-gcs-server binary */
export async function startEmulator(program: string): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const address = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`];
  const child = spawn(program, [...address, '-backend', 'memory', '-log-level', 'error'], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const failed = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  await Promise.race([answering(url), failed, ended.then(([code]) => Promise.reject(new Error(`fake-gcs-server ended with ${code}`)))]);
  // It may only end with us from now on.
  failed.catch(() => undefined);

  return {
    url,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function answering(url: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const answer = await fetch(`${url}/_internal/healthcheck`).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(20);
  }
  throw new Error('fake-gcs-server does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
