import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { project } from '../sandbox/parts/build.mjs';
import { part } from '../sandbox/parts/parts.mjs';
import { openGcsLine } from './gcs-line.ts';
import type { GcsLine } from './gcs-line.ts';
import { median, row } from './table.ts';

const latencyMs = 30;
/** What is over sooner is measured three times, in ms: the median counts. */
const shortMs = 3_000;

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

/** One way, measured. */
interface Run extends Measured, Way {
  /** ceil(files / requests at once) round trips, and the time that the bytes take. */
  readonly floorMs: number;
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
 * Fetches 280 and 2,000 files of 5 to 40 kB over a line that delays every answer by 30 ms, in several ways, each a process of its own; all of them
 * completely, nothing is extrapolated. Prints what each took, and how they compare. About four minutes.
 *
 * `[way] [--files 280,2000]`: only the ways whose names contain this, and other amounts.
 */
export async function benchSchemas(args: readonly string[]): Promise<void> {
  const { values, positionals: [only = ''] } = parseArgs({ args: [...args], allowPositionals: true, options: { files: { type: 'string', default: '280,2000' } } });
  const amounts = values.files.split(',').map(Number);
  const chosen = ways.filter(({ name }) => name.includes(only));
  const clients = await part('gcs-clients');
  const line = await openGcsLine({ files: amounts, latencyMs });
  try {
    console.log(`line: ${latencyMs} ms, ${Math.round((line.perMs * 8) / 1_000)} Mbit/s\n`);
    row('files', 'way', 'at once', 's', '× floor', 'CPU s', 'peak MB');
    row(...Array.from({ length: 7 }, () => '---'));
    const runs: Run[] = [];
    for (const amount of amounts) {
      for (const way of chosen) runs.push(shown(await measured(way, { amount, line, clients })));
    }
    if (only === '') compare(runs, amounts);
  } finally {
    await line.close();
  }
}

function shown(run: Run): Run {
  const { files, name, note, atOnce, ms, floorMs, cpuMs, peakMb } = run;
  row(files, note ? `${name} (${note})` : name, atOnce, seconds(ms), (ms / floorMs).toFixed(2), (cpuMs / 1_000).toFixed(1), Math.round(peakMb));
  return run;
}

/** How the ways compare, each at its best number of requests, with what is aimed at. */
function compare(runs: readonly Run[], amounts: readonly number[]): void {
  const of = (files: number, name: string, atOnce?: number) => runs.filter((run) => run.files === files && run.name === name && (atOnce ?? run.atOnce) === run.atOnce);
  const best = (files: number, name: string) => Math.min(...of(files, name).map(({ ms }) => ms));
  const at32 = (files: number, name: string) => of(files, name, 32)[0]!;
  const ratio = (value: number) => `${value.toFixed(2)} ×`;
  const lines: readonly (readonly [string, string, (files: number) => string])[] = [
    ['Slipway at 32, of the floor', '≤ 1.5 ×', (files) => ratio(at32(files, 'Slipway').ms / at32(files, 'Slipway').floorMs)],
    ['Slipway, of gcloud-aio, each at its best', '≤ 1.3 ×', (files) => ratio(best(files, 'Slipway') / best(files, 'gcloud-aio'))],
    ['one by one, of Slipway', '≥ 20 ×', (files) => ratio(best(files, 'one by one') / best(files, 'Slipway'))],
    ['TransferManager, of Slipway', '≥ 2 ×', (files) => ratio(best(files, 'TransferManager') / best(files, 'Slipway'))],
    ['gsutil, of Slipway', '≥ 2 ×', (files) => ratio(best(files, 'gsutil -m cp') / best(files, 'Slipway'))],
    ['what the archive adds at 32', '', (files) => `${seconds(at32(files, 'Slipway, packed').ms - at32(files, 'Slipway').ms)} s`],
    [`peak memory, packed, of that for ${amounts[0]} files`, '1 ×', (files) => ratio(at32(files, 'Slipway, packed').peakMb / at32(amounts[0]!, 'Slipway, packed').peakMb)],
  ];
  console.log('');
  row('', 'aim', ...amounts.map((files) => `${files} files`));
  row(...Array.from({ length: 2 + amounts.length }, () => '---'));
  for (const [what, aim, value] of lines) row(what, aim, ...amounts.map(value));
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(2);
}

interface Place {
  readonly amount: number;
  readonly line: GcsLine;
  readonly clients: { readonly python: string; readonly packages: string };
}

async function measured(way: Way, place: Place): Promise<Run> {
  const runs = [await fetched(way, place)];
  while (runs[0]!.ms < shortMs && runs.length < 3) runs.push(await fetched(way, place));
  const middle = median(runs.map(({ ms }) => ms));
  const run = runs.find(({ ms }) => ms === middle)!;
  return { ...way, ...run, floorMs: Math.ceil(place.amount / way.atOnce) * latencyMs + run.bytes / place.line.perMs };
}

async function fetched({ name, atOnce }: Way, { amount, line, clients: { python, packages } }: Place): Promise<Measured> {
  const inPython = name === 'gcloud-aio' || name.startsWith('gsutil');
  const [program, script] = inPython ? [python, join(project, 'bench/schema-fetch.py')] : [process.execPath, join(project, 'dist/bench/schema-fetch.js')];
  const endpoint = name.startsWith('gsutil') ? line.https : line.http;
  const args = [script, name, endpoint, line.bucket, `${amount}/`, String(atOnce)];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...(inPython && { PYTHONPATH: packages }) } });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number]>]);
  if (code !== 0) throw new Error(`${name} ended with ${code}`);
  const result = JSON.parse(said.trim().split('\n').at(-1) ?? '') as Measured;
  if (result.files !== amount) throw new Error(`${name}: fetched ${result.files} files of ${amount}`);
  return result;
}
