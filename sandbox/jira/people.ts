import type { World } from '../world/state.ts';

export interface GivenTicket {
  readonly key: string;
  readonly title?: string | undefined;
  readonly status?: string | undefined;
  readonly assignee?: string | undefined;
  readonly closed?: boolean | undefined;
}

/** What a person does: it is in no journal. */
export function putTicket(world: World, { key, title, status, assignee, closed }: GivenTicket): void {
  const known = world.state.tickets.get(key) ?? { id: String(world.nextId()), key, title: key, status: 'Merged to main', assignee: undefined, closed: false, comments: [] };
  world.state.tickets.set(key, { ...known, title: title ?? known.title, status: status ?? known.status, assignee: assignee ?? known.assignee, closed: closed ?? known.closed });
}
