import { ApplicationFailure } from '@temporalio/common';
import { isStatus } from '../../../domain/promotion/ticket.ts';
import { neverRetry, notYet } from '../../../ports/failures.ts';
import type { Ports } from '../../../ports/ports.ts';
import { beating } from '../../../ports/pulse.ts';
import { effect } from '../../effect.ts';

export interface TicketMove {
  readonly key: string;
  /** Statuses in which it is to be moved. */
  readonly from: readonly string[];
  /** The first one that it can be moved to. */
  readonly to: readonly string[];
}

export type MovedTicket =
  | { readonly kind: 'moved' | 'there'; readonly key: string; readonly status: string }
  /** It has another status than one that is moved out of, or is no ticket of this tracker. */
  | { readonly kind: 'left'; readonly key: string; readonly why: string }
  /** No transition is open to where it belongs: none there is, or none for this account. */
  | { readonly kind: 'stuck'; readonly key: string; readonly why: string };

/** What becomes of the tickets of a release. */
export function createTickets({ issues, readLagMs }: Pick<Ports, 'issues' | 'readLagMs'>) {
  /** Moves a ticket of the release that has arrived, once. */
  async function moveTicket({ key, from, to }: TicketMove): Promise<MovedTicket> {
    const ticket = await issues!.read(key);
    if (!ticket) return { kind: 'left', key, why: 'there is no such ticket, or it is hidden' };
    if (to.some((status) => isStatus(status, ticket.status))) return { kind: 'there', key, status: ticket.status };
    if (!from.some((status) => isStatus(status, ticket.status))) return { kind: 'left', key, why: `it is "${ticket.status}"` };
    const targets = await issues!.targets(key);
    const status = to.find((wanted) => targets.some((target) => isStatus(target, wanted)));
    if (status === undefined) return { kind: 'stuck', key, why: targets.length > 0 ? `it can be moved to ${targets.join(', ')} only` : 'no transition is open, or the account may not' };
    try {
      await effect({
        key: `ticket ${key} ${status}`,
        lagMs: 0,
        probe: async () => (isStatus((await issues!.read(key))?.status ?? '', status) ? true : undefined),
        act: () => issues!.move(key, status),
      });
    } catch (failure) {
      if (failure instanceof ApplicationFailure && failure.nonRetryable) return { kind: 'stuck', key, why: failure.message };
      throw failure;
    }
    return { kind: 'moved', key, status };
  }

  /** @throws `NotYet` until somebody has moved it to where it belongs */
  async function ticketMoved({ key, to }: Pick<TicketMove, 'key' | 'to'>): Promise<string> {
    const status = (await issues!.read(key))?.status ?? '';
    if (!to.some((wanted) => isStatus(wanted, status))) throw notYet(`${key} is "${status}"`);
    return status;
  }

  /** Asks whom a ticket is assigned to whether it is in the release, once a release. */
  async function askAssignee({ key, release, why }: { readonly key: string; readonly release: string; readonly why: string }): Promise<void> {
    const ticket = await issues!.read(key);
    if (!ticket) throw neverRetry('InvalidInput', `there is no ${key}, or it is hidden`);
    const text = `Is this in the release ${release} (${why})? Then please move it.`;
    await effect({
      key: `comment ${key} ${release}`,
      lagMs: readLagMs,
      probe: async () => ((await issues!.hasComment(key, release)) ? true : undefined),
      act: () => issues!.comment(key, { name: release, text, ...(ticket.assignee && { ask: ticket.assignee }) }),
    });
  }

  return { moveTicket: beating(moveTicket), ticketMoved, askAssignee: beating(askAssignee) };
}
