import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { project } from '../sandbox/parts/build.mjs';
import { part } from '../sandbox/parts/parts.mjs';
import { freePort, property, startProcess } from '../sandbox/processes.ts';

const bucket = 'bench';
const latencyMs = 30;
const amounts = [280, 2_000];

interface Measured {
  readonly files: number;
  readonly bytes: number;
  readonly ms: number;
  readonly cpuMs: number;
  readonly peakMb: number;
}

interface Way {
  readonly name: string;
  readonly atOnce: number;
  /** Shown beside `name`. */
  readonly note?: string;
}

const ways: readonly Way[] = [
  { name: 'one by one', atOnce: 1 },
  { name: 'gsutil -m cp', atOnce: 10, note: 'its own default, start included' },
  { name: 'TransferManager', atOnce: 32 },
  { name: 'TransferManager', atOnce: 64 },
  { name: 'gcloud-aio', atOnce: 32, note: 'checks nothing' },
  { name: 'gcloud-aio', atOnce: 64, note: 'checks nothing' },
  { name: 'Slipway', atOnce: 32 },
  { name: 'Slipway', atOnce: 64 },
  { name: 'Slipway, packed', atOnce: 32 },
];

/**
 * Fetches 280 and 2,000 files of 5 to 40 kB over a line that delays every answer by 30 ms, in several ways, each a process of its own. Prints ratios
 * to the floor, which is ceil(files / requests at once) round trips and the time that the bytes take.
 *
 * @param only measures the ways whose names contain this
 */
export async function benchSchemas([only = '']: readonly string[]): Promise<void> {
  const [program, clients] = [await part('fake-gcs-server'), await part('gcs-clients')];
  const [port, httpsPort] = [await freePort(), await freePort()];
  const emulator = spawn(program, ['-scheme', 'both', '-host', '127.0.0.1', '-port', String(httpsPort), '-port-http', String(port), '-backend', 'memory', '-log-level', 'error'], { stdio: 'ignore' });
  const [line, httpsLine] = [await slowLine(port), await slowLine(httpsPort)];
  try {
    await answering(port);
    for (const amount of amounts) await upload(port, amount);
    const perMs = await bandwidth(port, line.port);
    console.log(`line: ${latencyMs} ms, ${Math.round((perMs * 8) / 1_000)} Mbit/s\n`);
    console.log('| files | way | at once | s | × floor | CPU s | peak MB |\n| --- | --- | --- | --- | --- | --- | --- |');
    for (const amount of amounts) {
      for (const way of ways.filter(({ name }) => name.includes(only))) {
        const endpoint = way.name.startsWith('gsutil') ? `https://127.0.0.1:${httpsLine.port}` : `http://127.0.0.1:${line.port}`;
        const result = await measured(way, [endpoint, bucket, `${amount}/`, String(way.atOnce)], clients);
        if (result.files !== amount) throw new Error(`${way.name}: fetched ${result.files} files of ${amount}`);
        console.log(row(way, result, Math.ceil(amount / way.atOnce) * latencyMs + result.bytes / perMs));
      }
    }
  } finally {
    await Promise.all([line.stop(), httpsLine.stop()]);
    const ended = once(emulator, 'exit');
    emulator.kill();
    await ended;
  }
}

function row({ name, note, atOnce }: Way, { files, ms, cpuMs, peakMb }: Measured, floorMs: number): string {
  const cells = [files, note ? `${name} (${note})` : name, atOnce, (ms / 1_000).toFixed(2), (ms / floorMs).toFixed(2), (cpuMs / 1_000).toFixed(1), Math.round(peakMb)];
  return `| ${cells.join(' | ')} |`;
}

async function measured({ name }: Way, args: readonly string[], { python, packages }: { python: string; packages: string }): Promise<Measured> {
  const inPython = name === 'gcloud-aio' || name.startsWith('gsutil');
  const [program, script] = inPython ? [python, join(project, 'bench/schema-fetch.py')] : [process.execPath, join(project, 'dist/bench/schema-fetch.js')];
  const child = spawn(program, [script, name, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...(inPython && { PYTHONPATH: packages }) } });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number]>]);
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Measured;
}

async function slowLine(to: number) {
  const { ready, stop } = await startProcess({ program: process.execPath, args: [join(project, 'dist/bench/slow-line.js'), String(to), String(latencyMs)], ready: (line) => property(line, 'port') });
  return { port: Number(ready), stop };
}

async function answering(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await fetch(`http://127.0.0.1:${port}/_internal/healthcheck`).catch(() => undefined))?.ok) return;
    await sleep(50);
  }
  throw new Error('fake-gcs-server does not answer');
}

/** Files that look like schemas to a compressor, the same in every run. */
async function upload(port: number, amount: number): Promise<void> {
  const root = `http://127.0.0.1:${port}`;
  await fetch(`${root}/storage/v1/b`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name: bucket }) });
  let seed = amount;
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  for (let index = 0; index < amount; index += 1) {
    const lines = Math.round((5_000 + random() * 35_000) / 50);
    const content = Array.from({ length: lines }, () => `{ "Name": "c_${Math.floor(random() * 1e9)}", "TypeName": "text" },`).join('\n');
    await put(root, `${amount}/v${10_000 + index}.json`, content);
  }
}

async function put(root: string, name: string, content: string): Promise<void> {
  const answer = await fetch(`${root}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${encodeURIComponent(name)}`, { method: 'POST', body: content });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  await answer.arrayBuffer();
}

/** Bytes per ms that one large object gets through the line. */
async function bandwidth(port: number, linePort: number): Promise<number> {
  const bytes = 64_000_000;
  await put(`http://127.0.0.1:${port}`, 'large', 'x'.repeat(bytes));
  const before = performance.now();
  await (await fetch(`http://127.0.0.1:${linePort}/storage/v1/b/${bucket}/o/large?alt=media`)).arrayBuffer();
  return bytes / (performance.now() - before - latencyMs);
}
