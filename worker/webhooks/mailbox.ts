import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Catalog } from '../../domain/catalog.ts';
import type { Ring } from './alarm.ts';
import { concernsOf } from './concern.ts';
import { createMemory } from './memory.ts';
import { readNews } from './news.ts';
import { readTicketNews } from './ticket-news.ts';

/** A webhook whose body is its sender's. Its id and the name of its event are not signed. */
export interface WebhookDelivery {
  readonly from: 'github' | 'jira';
  readonly id: string;
  /** Jira names it in the body. */
  readonly event: string;
  readonly body: string;
}

export type Receipt = 'accepted' | 'known' | 'ignored' | 'malformed' | 'busy';

const mostRemembered = 10_000;

/** Takes deliveries, each once, and rings for whom they concern. */
export function createMailbox({ catalog, ring, log }: { readonly catalog: () => Promise<Catalog>; readonly ring: (ring: Ring) => boolean; readonly log: Logger }) {
  const seen = createMemory(2 * mostRemembered);

  async function sorted({ from, id, event, body }: WebhookDelivery): Promise<Receipt> {
    const marks = [`id ${id}`, `body ${event} ${createHash('sha256').update(body).digest('base64')}`];
    if (marks.some(seen.has)) return 'known';
    const reading = from === 'jira' ? readTicketNews(json(body)) : readNews(event, json(body));
    if (reading.kind === 'malformed') return 'malformed';
    const rings = reading.kind === 'nothing' ? [] : concernsOf(reading.news, await catalog()).map((concern) => ({ concern, news: reading.news }));
    if (!rings.every(ring)) return 'busy';
    marks.forEach(seen.add);
    return rings.length > 0 ? 'accepted' : 'ignored';
  }

  return async function receive(delivery: WebhookDelivery): Promise<Receipt> {
    const receipt = await sorted(delivery);
    const { id, event } = delivery;
    log[receipt === 'busy' || receipt === 'malformed' ? 'warn' : 'info']({ delivery: id, event, receipt }, 'webhook');
    return receipt;
  };
}

/** Undefined for a text that is no JSON: no event has that shape. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
