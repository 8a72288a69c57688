import { createHash } from 'node:crypto';
import { yourLogin } from '../domain/people/person.ts';
import type { ReleaseStatus, Sendable } from '../domain/release/status.ts';
import type { Person } from './login.ts';

/** Something that a person can say to a release by a button. */
export interface Button {
  /** Of this very offer: what is asked for by then may be something else. */
  readonly id: string;
  readonly message: string;
  readonly label: string;
  /** The workflow that takes it. */
  readonly to: string;
  readonly payload: object;
  /** What they type themselves. */
  readonly inputs: readonly Input[];
  /** Wanted now, or what can be said at any time. */
  readonly isWanted: boolean;
}

export interface Input {
  readonly name: string;
  readonly isRequired: boolean;
}

/** What templates of messages have people write themselves. */
const written = ['reason', 'text', 'note'];

/** What can be said to a release that runs: what it waits for first. */
export function offersOf(status: ReleaseStatus): readonly Button[] {
  const { release, waitingFor, paused } = status;
  const always: readonly Sendable[] = [
    paused ? { message: 'resume', payload: { by: yourLogin } } : { message: 'pause', payload: { by: yourLogin, reason: 'why' } },
    { message: 'abort', payload: { by: yourLogin, reason: 'why' } },
  ];
  const wanted = (waitingFor?.send ?? []).map((sendable) => offer(release, sendable, true));
  return [...wanted, ...always.map((sendable) => offer(release, sendable, false)).filter(({ message }) => !wanted.some((other) => other.message === message))];
}

function offer(release: string, { message, payload, to = release }: Sendable, isWanted: boolean): Button {
  const { fixed, inputs } = parted(payload);
  const about = ['choice', 'item', 'stage'].flatMap((name) => (name in fixed ? [String(fixed[name])] : []));
  const id = createHash('sha256').update(JSON.stringify([message, to, fixed])).digest('base64url').slice(0, 22);
  return { id, message, label: [message, ...about].join(' '), to, payload: fixed, inputs: inputs.map((name) => ({ name, isRequired: message !== 'pause' })), isWanted };
}

/** What the release has put into the message, and what is left to people; who they are and what proves it is not theirs to write. */
function parted(payload: object): { readonly fixed: Readonly<Record<string, unknown>>; readonly inputs: readonly string[] } {
  const entries = Object.entries(payload).filter(([name]) => name !== 'by' && name !== 'token');
  return { fixed: Object.fromEntries(entries.filter(([name]) => !written.includes(name))), inputs: entries.map(([name]) => name).filter((name) => written.includes(name)) };
}

/** The message as it is sent. @param typed what they have typed; empty is not typed */
export function messageOf({ payload, inputs }: Button, { login }: Person, typed: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> {
  const texts = inputs.flatMap(({ name }) => (typed[name]?.trim() ? [[name, typed[name].trim()]] : []));
  return { ...payload, ...(Object.fromEntries(texts) as Record<string, string>), by: login };
}
