import type { Answer, Terminal } from './answer.ts';
import type { Server } from './connection.ts';

/** What a verb works with. */
export interface CommandSession {
  readonly terminal: Terminal;
  /** How the answer is printed; where a person reads along ("text"), progress is shown, too. */
  readonly as: 'text' | 'json';
  /** Connects at the first call; the connection is closed when the verb has answered. */
  server(): Promise<Server>;
}

/** Runs a verb and prints what it answers, or why it can't. */
export type Answering = (verb: (session: CommandSession) => Promise<Answer>) => Promise<void>;
