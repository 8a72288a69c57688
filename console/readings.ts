import type { Board } from '../client/inspection/board-text.ts';
import { readBoard } from '../client/inspection/board.ts';
import { recentlyEnded } from '../client/inspection/recently-ended.ts';
import type { RecentEnd } from '../client/inspection/recently-ended.ts';
import { answered, described, statusOf } from '../client/release/release.ts';
import type { Server } from '../client/terminal/connection.ts';
import { asFailure } from '../client/terminal/fault.ts';
import { prefixOf } from '../domain/release/kinds.ts';
import type { ReleaseStatus } from '../domain/release/status.ts';

/** For how long, in ms, one answer does for all who look. */
const freshMs = 1_000;
const mostKept = 500;

/** What is known of one release. */
export type ReleaseReading =
  | { readonly kind: 'known'; readonly status: ReleaseStatus; readonly running: boolean; readonly startedAt: string; readonly link: string | undefined }
  /** Nobody answers for it: its worker is away, or it is stuck. */
  | { readonly kind: 'silent'; readonly why: string; readonly link: string | undefined }
  | { readonly kind: 'unknown' };

export interface Readings {
  board(): Promise<Board & { readonly ended: readonly RecentEnd[] }>;
  release(id: string): Promise<ReleaseReading>;
  /** Whether Temporal answers. */
  reachable(): Promise<boolean>;
}

/** Asks for each thing, by its key, once a second at most, however many people look. */
export function openFreshness() {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();

  return function fresh<T>(key: string, read: () => Promise<T>): Promise<T> {
    const known = kept.get(key);
    if (known && Date.now() - known.at < freshMs) return known.answer as Promise<T>;
    const answer = read();
    answer.catch(() => kept.delete(key));
    if (kept.size >= mostKept) kept.clear();
    kept.set(key, { at: Date.now(), answer });
    return answer;
  };
}

/** Reads what pages show. */
export function openReadings(server: Server): Readings {
  const fresh = openFreshness();

  return {
    reachable: () =>
      answered(server, () => server.client.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      ),
    board: () =>
      fresh('board', async () => {
        const [board, ended] = await Promise.all([readBoard(server), recentlyEnded(server)]);
        return { ...board, ended };
      }),
    release: (id) => (prefixOf(id) ? fresh(id, () => readRelease(server, id)) : Promise.resolve({ kind: 'unknown' })),
  };
}

async function readRelease(server: Server, id: string): Promise<ReleaseReading> {
  const handle = server.client.workflow.getHandle(id);
  const description = await described(handle);
  if (!description) return { kind: 'unknown' };
  const link = server.link(id);
  try {
    const running = description.status.name === 'RUNNING';
    return { kind: 'known', status: await statusOf(server, handle), running, startedAt: description.startTime.toISOString(), link };
  } catch (error) {
    return { kind: 'silent', why: asFailure(error).message, link };
  }
}
