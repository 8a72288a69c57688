import type { MovedTicket } from '../../../activities/promotion/production/tickets.ts';
import { ticketsOf } from '../../../domain/promotion/production/tickets.ts';
import { fulfil } from '../../people/obligations.ts';
import type { Fulfilled } from '../../people/obligations.ts';
import { Stop } from '../../release/stop.ts';
import { takeStep } from './release.ts';
import type { ProductionRelease } from './release.ts';

export interface Moved {
  readonly tickets: readonly string[];
  readonly givenUp: readonly string[];
}

/** Moves the tickets of what has come to production. Each is owed until it is moved, by the release or by hand. */
export function moveTickets(release: ProductionRelease): Promise<Moved> {
  const { plan, status, work } = release;
  const { rules, items, name, id } = plan;
  const promoted = rules.qa?.promoted;
  return takeStep<Moved>(release, 'tickets', async () => {
    if (!promoted) return { told: 'the catalog says of none where it goes', mark: 'skipped', value: { tickets: [], givenUp: [] } };
    const { certain, unsure } = ticketsOf(items);
    status.enter('publishing', { waitingFor: { what: `${certain.length} tickets to be moved to ${promoted.to.join(' or ')}` } });
    const asked = await Promise.all(unsure.map(({ key, why }) => fulfil(release, { what: `the question at ${key}`, act: () => work.askAssignee({ key, release: id, why }, `ask at ${key}`) })));
    const ends = await Promise.all(certain.map((key) => move(key, promoted)));
    const moved = ends.flatMap((end) => (end.kind === 'done' && end.value.kind === 'moved' ? [end.value.key] : []));
    const left = ends.flatMap((end) => (end.kind === 'done' && end.value.kind === 'left' ? [`${end.value.key} (${end.value.why})`] : []));
    const givenUp = [...asked, ...ends].flatMap((end) => (end.kind === 'givenUp' ? [end.reason] : []));
    const told = [`moved: ${moved.join(', ') || 'none'}`, ...(left.length > 0 ? [`left: ${left.join(', ')}`] : []), ...(unsure.length > 0 ? [`asked about: ${unsure.map(({ key }) => key).join(', ')}`] : [])].join('; ');
    return { told: `${told} (${name})`, value: { tickets: moved, givenUp } };
  });

  function move(key: string, { from, to }: { readonly from: readonly string[]; readonly to: readonly string[] }): Promise<Fulfilled<MovedTicket>> {
    return fulfil<MovedTicket>(release, {
      what: `${key} in "${to[0]}"`,
      async act() {
        const end = await work.moveTicket({ key, from, to }, `move ${key} to ${to[0]}`);
        if (end.kind === 'stuck') throw new Stop({ kind: 'mergeRefused', reason: end.why });
        return end;
      },
      notice: async () => ({ kind: 'there', key, status: await release.wakes.wakeable(() => work.ticketMoved({ key, to }, `wait until ${key} is moved`)) }),
    });
  }
}
