import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage, TransferManager } from '@google-cloud/storage';
import { packArchive } from '../ports/artifacts/archive.ts';
import { connectGcs } from '../ports/artifacts/gcs.ts';
import { readInOrder } from '../ports/artifacts/reading.ts';
import type { Artifact } from '../ports/artifacts/store.ts';

// node schema-fetch.js <way> <endpoint> <bucket> <prefix> <requests at once>: fetches every object, and prints what that took, the list not included.
const [way = '', endpoint = '', bucket = '', prefix = '', at = ''] = process.argv.slice(2);
const concurrency = Number(at);
const store = connectGcs({ endpoint, connections: concurrency });
const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-'));

const ways: Record<string, (artifacts: readonly Artifact[]) => Promise<number>> = {
  async 'one by one'(artifacts) {
    let bytes = 0;
    for (const { name } of artifacts) {
      const answer = await fetch(`${endpoint}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}?alt=media`);
      bytes += (await answer.arrayBuffer()).byteLength;
    }
    return bytes;
  },
  async 'TransferManager'(artifacts) {
    const client = new Storage({ apiEndpoint: endpoint, projectId: 'bench' });
    const files = artifacts.map(({ name }) => name);
    await new TransferManager(client.bucket(bucket)).downloadManyFiles(files, { concurrencyLimit: concurrency, passthroughOptions: { destination: folder } });
    // It fails for no file, and only says of it that it was skipped.
    const written = await readdir(join(folder, prefix));
    if (written.length !== artifacts.length) throw new Error(`TransferManager wrote ${written.length} of ${artifacts.length} files`);
    return artifacts.reduce((sum, { size }) => sum + size, 0);
  },
  async 'Slipway'(artifacts) {
    let bytes = 0;
    for await (const { content } of readInOrder(store, artifacts, { concurrency })) bytes += content.length;
    return bytes;
  },
  async 'Slipway, packed'(artifacts) {
    async function* entries() {
      for await (const { artifact, content } of readInOrder(store, artifacts, { concurrency })) yield { name: artifact.name.slice(prefix.length), content };
    }
    const { entries: count } = await packArchive(entries(), join(folder, 'archive.tar.gz'));
    if (count !== artifacts.length) throw new Error(`${count} entries of ${artifacts.length}`);
    return artifacts.reduce((sum, { size }) => sum + size, 0);
  },
};

/** The kernel's other figure, that of getrusage, begins with what the process that started this one had. */
function peakMb(): number {
  const [, kilobytes] = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

try {
  const artifacts = (await store.list(bucket, prefix)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const [before, cpu] = [performance.now(), process.cpuUsage()];
  const bytes = await ways[way]!(artifacts);
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ files: artifacts.length, bytes, ms: performance.now() - before, cpuMs: (user + system) / 1_000, peakMb: peakMb() }));
} finally {
  await rm(folder, { recursive: true });
}
process.exit(0);
