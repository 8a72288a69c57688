import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { readCatalog } from '../domain/catalog-text.ts';
import { createAlarm } from '../worker/webhooks/alarm.ts';
import { createMailbox } from '../worker/webhooks/mailbox.ts';
import { createReceiver, senders } from '../worker/webhooks/receiver.ts';
import { connectReleases } from '../worker/webhooks/releases.ts';
import { poke } from './bare-workflow.ts';
import type { ReleaseCompany } from './release-company.ts';
import { median, row } from './table.ts';

const samples = 60;
const repository = 'org/product';
const secret = 'a secret of some length';

/** From a webhook's arrival to the look that it is good for, against a signal to a bare workflow that runs an activity for it. In turns. */
export async function benchWakes(company: ReleaseCompany): Promise<void> {
  const { client, gate, next, waiting } = company;
  const ids = Array.from({ length: samples }, (_, index) => `release/component-${index}/wake`);
  const receiver = await startReceiver(client, ids);
  gate.open = false;
  const releases = await Promise.all(ids.map((id) => company.release(id)));
  const listener = await client.workflow.start('listening', { workflowId: 'listening', taskQueue: 'bare' });
  try {
    await Promise.all(ids.map(waiting));
    const webhooks: number[] = [];
    const signals: number[] = [];
    for (const id of ids) {
      webhooks.push(await timed(next(id), () => receiver.deliver(id)));
      signals.push(await timed(next(listener.workflowId), () => listener.signal(poke)));
      // The next one meets an idle server, as most do.
      await sleep(50);
    }
    const [ours, theirs] = [median(webhooks), median(signals)];
    row('webhook, or bare signal, to the next activity, ms (median)', ours.toFixed(1), theirs.toFixed(1), (ours / theirs).toFixed(2));
  } finally {
    await Promise.all([...releases, listener].map((one) => one.terminate('measured')));
    await receiver.stop();
    gate.open = true;
  }
}

async function timed(next: Promise<void>, act: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await Promise.all([act(), next]);
  return performance.now() - before;
}

/** The production receiver, in this process. */
async function startReceiver(client: ReleaseCompany['client'], ids: readonly string[]) {
  const log = pino({ level: 'silent' });
  const catalog = catalogOf(ids);
  const receive = createMailbox({ catalog: async () => catalog, ring: createAlarm({ releases: connectReleases(client), log }), log });
  const server = createReceiver({ secrets: { github: { current: secret } }, receive, log }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${senders.github.path}`;
  return {
    async deliver(branch: string): Promise<void> {
      const body = JSON.stringify({ action: 'completed', repository: { full_name: repository }, check_suite: { head_branch: branch } });
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      const headers = { 'content-type': 'application/json', 'x-github-event': 'check_suite', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': signature };
      const { status } = await fetch(url, { method: 'POST', headers, body });
      if (status !== 202) throw new Error(`the receiver answered ${status}`);
    },
    async stop(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** A component for each release, whose branch has the release's id. */
function catalogOf(ids: readonly string[]) {
  const components = ids.map((id) => [
    id.split('/')[1]!,
    {
      code: { canonical: 'org/source', mirror: 'org/mirror' },
      pin: { repository, versionFile: 'VERSION', head: id, title: 'Update' },
      stages: [{ name: 'staging', environment: 'staging', promote: { kind: 'deployment' } }],
      chat: { progress: '#progress', team: '#team' },
    },
  ]);
  const reading = readCatalog(stringify({ version: 1, environments: { staging: {} }, components: Object.fromEntries(components) }));
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems));
  return reading.catalog;
}
