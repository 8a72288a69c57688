import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createHmac, randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { readCatalog } from '../../domain/catalog-text.ts';
import { createAlarm } from '../../worker/webhooks/alarm.ts';
import { createMailbox } from '../../worker/webhooks/mailbox.ts';
import { createReceiver, senders } from '../../worker/webhooks/receiver.ts';

export const secret = 'the secret of today';

export const catalog = readCatalogText(`
version: 1
environments: { staging: {}, production: {} }
components:
  gitaly: &gitaly
    code: { canonical: org/gitaly, mirror: security/gitaly }
    pin: { repository: org/product, versionFile: GITALY_SERVER_VERSION, head: release/gitaly, title: Update Gitaly version }
    stages: [{ name: staging, environment: staging, promote: { kind: deployment } }]
    versions: { production: { environment: production }, product: { suffix: -ee } }
    chat: { progress: "#progress", team: "#team" }
    flags:
      prefix: gitaly_
      production: { environment: production, health: [] }
      issues: { repository: org/gitaly, labels: [feature flag] }
  kas:
    code: { canonical: org/kas, mirror: security/kas }
    pin: { repository: org/product, versionFile: KAS_VERSION, head: release/kas, title: Update KAS version }
    stages: [{ name: staging, environment: staging, promote: { kind: deployment } }]
    chat: { progress: "#progress", team: "#team" }
  monitor:
    promotion: { repository: org/monitor, qa: { projects: [MNTOR], approved: [QA Approved] }, chat: { progress: "#monitor" } }
  migrator:
    schemas: { repository: org/search, bucket: schemas, requiredChecks: [bazel] }
`);

/** Releases that only note who was woken; all of `running` run. */
export function scriptedReleases(running: Readonly<Record<string, readonly string[]>>) {
  const woken: string[] = [];
  let inquiries = 0;
  return {
    woken,
    inquiries: () => inquiries,
    async waiting({ name }: { readonly name: string }) {
      inquiries++;
      return running[name] ?? [];
    },
    async trigger(id: string) {
      woken.push(id);
      return true;
    },
    async wake(id: string) {
      woken.push(id);
      return Object.values(running).flat().includes(id);
    },
  };
}

/** A receiver on a free port, which has `say` written into its log. */
export async function startReceiver({ running = {}, jira }: { readonly running?: Readonly<Record<string, readonly string[]>>; /** The secret of Jira's. */ readonly jira?: string } = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const releases = scriptedReleases(running);
  const receive = createMailbox({ catalog: async () => catalog, ring: createAlarm({ releases, log }), log });
  const server = createReceiver({ secrets: { github: { current: secret }, ...(jira && { jira: { current: jira } }) }, receive, log }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    releases,
    log: () => lines.join(''),
    /** Posts a webhook as GitHub does; headers that are undefined are left out. */
    async deliver(event: string, payload: unknown, { headers = {}, body = JSON.stringify(payload), path = senders.github.path }: { headers?: Record<string, string | undefined>; body?: string | Uint8Array<ArrayBuffer>; path?: string } = {}) {
      const all = {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
        ...headers,
      };
      const sent = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined);
      return fetch(url + path, { method: 'POST', headers: sent, body, redirect: 'manual' });
    },
    /** Posts a webhook as Jira does. */
    async deliverTicket(payload: object, { key = jira ?? secret, id = randomUUID() as string } = {}) {
      const body = JSON.stringify(payload);
      const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
      return fetch(url + senders.jira.path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-atlassian-webhook-identifier': id, 'x-hub-signature': signature }, body });
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function readCatalogText(text: string) {
  const reading = readCatalog(text);
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems));
  return reading.catalog;
}
