import type { Sha } from '../code/commit.ts';
import type { Repository } from '../code/repository.ts';
import type { Sendable, Waiting } from '../release/status.ts';
import { componentPrefix } from './objection.ts';

/** What people are wanted for. */
export interface Wanted {
  /** Logins and teams; whoever is meant by the channel, if none is named. */
  readonly whom: readonly string[];
  /** Messages that would do, ready to send. */
  readonly send?: readonly Sendable[] | undefined;
  /** What may be written on the pull request instead. */
  readonly write?: Waiting['write'] | undefined;
  /** The environment that it is about. */
  readonly at?: string | undefined;
  /** What ran there when they were first wanted, where that is known. */
  readonly since?: WantedRange['since'] | undefined;
}

/** What an environment would get. */
export interface WantedRange {
  readonly environment: string;
  readonly component: string;
  readonly candidate: Sha;
  /** The repository of its commits, and that which is deployed from. */
  readonly source: Repository;
  readonly deployedFrom: Repository;
  /** What ran there when people were asked: a message that comes late must not tell of what came after. Looked up, if not given. */
  readonly since?: Sha | 'nothing';
}

/** A message of its own that asks people for something: it mentions them, and says all that they need. */
export interface Summons {
  readonly release: string;
  readonly whom: readonly string[];
  /** A line each. */
  readonly links: readonly string[];
  readonly ways: readonly string[];
  readonly range?: WantedRange;
}

/** What to type, a line each: on the pull request, or as commands. */
export function waysToAnswer(release: string, { send = [], write }: Pick<Wanted, 'send' | 'write'>): readonly string[] {
  return [...(write ? [`comment on ${write.on}: ${write.texts.join(' or ')}`] : []), ...send.map((message) => commandFor(release, message))];
}

/** The command that sends a message, as somebody would type it. Who decides is for them to say. */
export function commandFor(release: string, { message, payload, to = release }: Sendable): string {
  const options = Object.entries(payload).map(([name, value]) => `--${name} ${name === 'by' ? '<you>' : quoted(String(value))}`);
  return ['slipway', message, to.startsWith(componentPrefix) ? to.slice(componentPrefix.length) : to, ...options].join(' ');
}

function quoted(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
