import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { part } from '../../../sandbox/parts/parts.mjs';
import { freePort, startProcess } from '../../../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../../../sandbox/demonstrations/processes.ts';

export interface PrometheusServer extends RunningProcess {
  readonly url: string;
  /** What the watched service exposes from now on, in Prometheus' text format. Resolves when it has been scraped. */
  expose(metrics: string): Promise<void>;
}

const SCRAPE_MS = 100;

/** A real Prometheus that scrapes a service, which the test plays. */
export async function startPrometheus(): Promise<PrometheusServer> {
  let exposed = { text: '', scrapes: 0 };
  const service = createServer((_, response) => {
    exposed.scrapes += 1;
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(exposed.text);
  }).listen(0, '127.0.0.1');
  await once(service, 'listening');

  const folder = await mkdtemp(join(tmpdir(), 'slipway-prometheus-'));
  await writeFile(join(folder, 'prometheus.yml'), configuration((service.address() as AddressInfo).port));
  const address = `127.0.0.1:${await freePort()}`;
  const files = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
  const server = await startProcess({
    program: 'sh',
    // It tells on stderr that it is ready. `exec`, so that the process that is stopped is the server itself.
    args: ['-c', 'exec "$@" 2>&1', 'sh', await part('prometheus'), ...files, `--web.listen-address=${address}`],
    ready: (line) => (line.includes('Server is ready to receive web requests') ? true : undefined),
  });
  return {
    ...server,
    url: `http://${address}`,
    async expose(text) {
      exposed = { text, scrapes: 0 };
      // The second scrape starts after the first was stored.
      while (exposed.scrapes < 2) await new Promise((resolve) => setTimeout(resolve, SCRAPE_MS / 2));
    },
    async stop() {
      await server.stop();
      service.closeAllConnections();
      service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(port: number): string {
  return JSON.stringify({
    global: { scrape_interval: `${SCRAPE_MS}ms`, scrape_timeout: `${SCRAPE_MS}ms` },
    scrape_configs: [{ job_name: 'gitaly', static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { instance: 'gitaly-1' } }] }],
  });
}
