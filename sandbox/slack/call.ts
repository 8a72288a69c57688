import type { Channel } from './channels.ts';
import type { World, WorldState } from '../world/state.ts';

export type Args = Readonly<Record<string, unknown>>;
export type Method = (call: Call) => Promise<object> | object;

export interface Call {
  readonly world: World;
  readonly args: Args;
  /** Whose token it is: the app's bot, or a person's. */
  readonly login: string;
}

/** Thrown as Slack's `{ok: false, error}`. */
export class SlackError extends Error {}

/** The app's own login; all others are persons. */
export const bot = 'slipway';

export function userId(login: string): string {
  return `U0${login.toUpperCase()}`;
}

/** Posting takes a name or an id, reading only an id. */
export function channelFor(world: World, given: unknown): Channel {
  const byName = world.state.channels.get(String(given).replace(/^#/, ''));
  return byName ?? findById([...world.state.channels.values()], given);
}

/** For reads, the state may be that of a replica that lags. */
export function channelById(state: WorldState, given: unknown): Channel {
  return findById([...state.channels.values()], given);
}

function findById(channels: readonly Channel[], given: unknown): Channel {
  const channel = channels.find(({ id }) => id === given);
  if (channel === undefined) throw new SlackError('channel_not_found');
  return channel;
}

/** Form-encoded calls carry structures as JSON text. */
export function parsed(value: unknown): unknown {
  return typeof value === 'string' ? JSON.parse(value) : value;
}

export function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1' || value === 1;
}

/** One page of a list, and the cursor of the next; empty on the last. */
export function cut<T>(items: readonly T[], args: Args, usual: number): { page: readonly T[]; next: string } {
  const start = Number(Buffer.from(String(args['cursor'] ?? ''), 'base64').toString('utf8')) || 0;
  const end = start + Math.min(Number(args['limit'] ?? usual) || usual, 1000);
  return { page: items.slice(start, end), next: end < items.length ? Buffer.from(String(end)).toString('base64') : '' };
}
