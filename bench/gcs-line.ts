import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { project } from '../sandbox/parts/build.mjs';
import { part } from '../sandbox/parts/parts.mjs';
import { freePort, property, startProcess } from '../sandbox/demonstrations/processes.ts';

/** A bucket at the end of a line on which every answer takes longer. */
export interface GcsLine {
  readonly bucket: string;
  readonly http: string;
  /** gsutil takes nothing else. */
  readonly https: string;
  /** Bytes per ms that one large object gets through. */
  readonly perMs: number;
  close(): Promise<void>;
}

const bucket = 'bench';

/** @param files how many there are below the folder of that name, for each of these */
export async function openGcsLine({ files, latencyMs }: { readonly files: readonly number[]; readonly latencyMs: number }): Promise<GcsLine> {
  const [port, httpsPort] = [await freePort(), await freePort()];
  const ports = ['-scheme', 'both', '-port', String(httpsPort), '-port-http', String(port)];
  const emulator = spawn(await part('fake-gcs-server'), ['-host', '127.0.0.1', ...ports, '-backend', 'memory', '-log-level', 'error'], { stdio: 'ignore' });
  const [line, httpsLine] = [await slowLine(port, latencyMs), await slowLine(httpsPort, latencyMs)];

  async function close(): Promise<void> {
    await Promise.all([line.stop(), httpsLine.stop()]);
    const ended = once(emulator, 'exit');
    emulator.kill();
    await ended;
  }

  const [direct, http] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${line.ready}`];
  try {
    await answering(direct);
    await fetch(`${direct}/storage/v1/b`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: bucket }) });
    for (const amount of files) await upload(direct, amount);
    return { bucket, http, https: `https://127.0.0.1:${httpsLine.ready}`, perMs: await bandwidth(direct, http, latencyMs), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function slowLine(to: number, latencyMs: number) {
  return startProcess({ program: process.execPath, args: [join(project, 'dist/bench/slow-line.js'), String(to), String(latencyMs)], ready: (line) => property(line, 'port') });
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`${url}/_internal/healthcheck`).catch(() => undefined))?.ok) return;
    await sleep(50);
  }
  throw new Error('fake-gcs-server does not answer');
}

/** Files of 5 to 40 kB that look like schemas to a compressor, the same in every run. */
async function upload(url: string, amount: number): Promise<void> {
  let seed = amount;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let index = 0; index < amount; index += 1) {
    const lines = Math.round((5_000 + random() * 35_000) / 50);
    const content = Array.from({ length: lines }, () => `{ "Name": "c_${Math.floor(random() * 1e9)}", "TypeName": "text" },`).join('\n');
    await put(url, `${amount}/v${10_000 + index}.json`, content);
  }
}

async function put(url: string, name: string, content: string): Promise<void> {
  const answer = await fetch(`${url}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`, { method: 'POST', body: content });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  await answer.arrayBuffer();
}

async function bandwidth(direct: string, line: string, latencyMs: number): Promise<number> {
  const bytes = 64_000_000;
  await put(direct, 'large', 'x'.repeat(bytes));
  const before = performance.now();
  await (await fetch(`${line}/storage/v1/b/${bucket}/o/large?alt=media`)).arrayBuffer();
  return bytes / (performance.now() - before - latencyMs);
}
