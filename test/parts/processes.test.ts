import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { freePort, startProcess } from '../../sandbox/demonstrations/processes.ts';

test('a process is ready when it says so, and gone when it is stopped', async () => {
  const server = await startNode('console.log("Listening"); setInterval(() => {}, 60_000)');

  expect(isAlive(server.pid)).toBe(true);
  await server.stop();
  expect(isAlive(server.pid)).toBe(false);
});

test('a process that ends too early fails with what it said', async () => {
  await expect(startNode('console.error("no such port"); process.exit(3)')).rejects.toThrow(/ended with 3 before it was ready\nno such port/);
});

test('a process that never gets ready is stopped', async () => {
  const error: Error = await startNode('console.log(process.pid); setInterval(() => {}, 60_000)', 500).then(
    () => expect.unreachable(),
    (error) => error,
  );

  expect(error.message).toContain('not ready within 500 ms');
  expect(isAlive(Number(error.message.split('\n')[1]))).toBe(false);
});

test('a process sees nothing of the environment of the person who runs the tests', async () => {
  process.env.SLIPWAY_SECRET = 'mine';
  const server = await startNode('console.log("Listening", process.env.SLIPWAY_SECRET); setInterval(() => {}, 60_000)');
  delete process.env.SLIPWAY_SECRET;

  expect(server.output()).toBe('Listening undefined\n');
  await server.stop();
});

test('a free port can be listened on, and is none that a system would give to somebody else meanwhile', async () => {
  const port = await freePort();
  expect(port).toBeLessThan(32_768);
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  expect(await freePort(port)).not.toBe(port);
  server.close();
});

function startNode(script: string, readyWithinMs = 10_000) {
  return startProcess({
    program: process.execPath,
    args: ['-e', script],
    ready: (line) => (line.startsWith('Listening') ? true : undefined),
    readyWithinMs,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
