/** 0 done, accepted or released; 1 refused or not released; 2 bad input; 3 the server or a worker can't be reached. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a verb has to say: `text` for people, `json` for programs, the same facts in both. */
export interface Answer {
  readonly exit: ExitCode;
  readonly text: string;
  readonly json: unknown;
}

/** The end of a verb that can't do what it was asked: one message for people, without a stack. */
export class Failure extends Error {
  readonly exit: ExitCode;

  constructor(exit: Exclude<ExitCode, 0>, message: string) {
    super(message);
    this.exit = exit;
  }
}

interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where the command runs: the process, or a test. */
export interface Terminal {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The only place that writes: an answer on stdout, the rest on stderr, so that `--json` leaves one document on stdout. */
export function printAnswer({ stdout }: Terminal, { text, json }: Answer, as: 'text' | 'json'): void {
  stdout.write(as === 'json' ? `${JSON.stringify(json, undefined, 2)}\n` : `${text}\n`);
}

export function printFailure({ stdout, stderr }: Terminal, { message, exit }: Failure, as: 'text' | 'json'): void {
  if (as === 'json') stdout.write(`${JSON.stringify({ error: { message, exit } }, undefined, 2)}\n`);
  else stderr.write(`slipway: ${message}\n`);
}
