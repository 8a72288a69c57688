import type { ReleaseStatus } from '../../domain/release/status.ts';
import { changes } from './changes.ts';
import { shown } from '../terminal/fault.ts';
import type { CommandSession } from '../terminal/session.ts';
import { statusText } from './status-text.ts';

/** A release as it moves: redrawn in place in a terminal, else a line per change; on stderr, beside the answer. */
export interface View {
  show(status: ReleaseStatus, link: string | undefined): void;
  /** Says once that nobody answers, until somebody does. */
  away(error: unknown): void;
  close(): void;
}

export function openView({ terminal, as }: CommandSession): View {
  if (as === 'json') return { show: ignore, away: ignore, close: ignore };
  return terminal.stderr.isTTY ? drawing(terminal.stderr) : telling(terminal.stderr);
}

type DrawingStream = CommandSession['terminal']['stderr'];

function drawing(stream: DrawingStream): View {
  let drawn = 0;
  let picture: readonly string[] = [];
  function draw(lines: readonly string[]): void {
    stream.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}\x1b[0J${lines.map((line) => `${line}\n`).join('')}`);
    const columns = stream.columns ?? 80;
    drawn = lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / columns)), 0);
  }
  return {
    show(status, link) {
      picture = statusText(status, { now: Date.now(), link }).split('\n');
      draw(picture);
    },
    away: (error) => draw([...picture, `… ${shown(error)}`]),
    close: () => draw([]),
  };
}

function telling(stream: DrawingStream): View {
  let last: ReleaseStatus | undefined;
  let told = false;
  const tell = (line: string) => stream.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
  return {
    show(status) {
      if (told) tell('there is an answer again');
      told = false;
      for (const line of changes(last, status)) tell(line);
      last = status;
    },
    away(error) {
      if (!told) tell(`waiting: ${shown(error)}`);
      told = true;
    },
    close: ignore,
  };
}

function ignore(): void {}
