import { createHmac, randomUUID } from 'node:crypto';
import { renderRepository } from './code/repository.ts';
import { renderUser } from './people/users.ts';
import type { Clock } from '../world/clock.ts';
import type { Repository, User } from './state.ts';
import type { Deliveries, Delivery, Hook, World } from '../world/state.ts';

interface Parcel {
  readonly event: string;
  readonly body: string;
  readonly id: string;
}

/** `reversed` gathers deliveries for so long before it sends them last first. */
const gatherMs = 250;

export function createDeliveries(clock: Clock): Deliveries {
  const hooks: { hook: Hook; left: number; gathered: Parcel[] }[] = [];
  const log: Delivery[] = [];

  async function deliver({ url, secret }: Hook, { event, body, id }: Parcel): Promise<void> {
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
    const headers = {
      'content-type': 'application/json', 'user-agent': 'GitHub-Hookshot/sandbox',
      'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': signature,
    };
    const status = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: AbortSignal.timeout(10_000) }).then(
      (response) => response.status,
      () => 0,
    );
    log.push({ event, id, url, status });
  }

  function dispatch(target: (typeof hooks)[number], parcel: Parcel): void {
    const { hook, gathered } = target;
    const mode = target.left > 0 ? hook.mode : 'normal';
    target.left -= 1;
    const send = (): Promise<void> => deliver(hook, parcel);
    switch (mode) {
      case 'lost':
        return;
      case 'normal':
        return clock.after(0, send);
      case 'duplicated':
        return clock.after(0, () => Promise.all([send(), send()]));
      case 'delayed':
        return clock.after(hook.delayMs ?? 1000, send);
      case 'reversed':
        gathered.push(parcel);
        if (gathered.length > 1) return;
        return clock.after(hook.delayMs ?? gatherMs, async () => {
          for (const one of gathered.splice(0).toReversed()) await deliver(hook, one);
        });
    }
  }

  return {
    log,
    hook(hook) {
      const known = hooks.findIndex((one) => one.hook.url === hook.url);
      hooks.splice(known < 0 ? hooks.length : known, 1, { hook, left: hook.times ?? Infinity, gathered: [] });
    },
    isWanted: () => hooks.length > 0,
    send(event, payload) {
      const parcel = { event, body: JSON.stringify(payload), id: randomUUID() };
      for (const target of hooks) dispatch(target, parcel);
    },
  };
}

export function notify(world: World, repository: Repository, event: string, { sender, ...payload }: { sender: User } & Record<string, unknown>): void {
  if (!world.webhooks.isWanted()) return;
  world.webhooks.send(event, { ...payload, repository: renderRepository(world, repository), sender: renderUser(world, sender) });
}
