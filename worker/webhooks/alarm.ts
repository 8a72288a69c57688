import type { Logger } from 'pino';
import type { Concern } from './concern.ts';
import { paced } from './pace.ts';
import type { Releases } from './releases.ts';

export interface Ring {
  readonly concern: Concern;
  /** Where the news came from: a repository that has more to tell than its share is turned away. */
  readonly repository: string;
  readonly about: string;
}

/**
 * Wakes whom news concerns. News that come together wake once. A wake costs ten events of a release's history, and its polls none:
 * so a release is woken four times in a row, and then every five minutes, which keeps ten minutes of a flood below fifty events.
 */
export function createAlarm({ releases, log }: { readonly releases: Releases; readonly log: Logger }): (ring: Ring) => boolean {
  const inquire = paced({ burst: 1, everyMs: 1_000, limit: 1_000, share: 100 });
  const rouse = paced({ burst: 4, everyMs: 5 * 60_000, limit: 10_000 });

  async function find({ concern, repository, about }: Ring): Promise<void> {
    const ids = concern.kind === 'release' ? [concern.id] : await releases.waiting(concern.name);
    for (const id of ids) {
      if (!rouse({ key: id, group: repository, act: () => logged({ release: id, about }, () => wake(id, about)) })) log.warn({ release: id }, 'too many releases to wake');
    }
  }

  async function wake(id: string, about: string): Promise<void> {
    const runs = await releases.wake(id, about);
    log.info({ release: id, about }, runs ? 'woken' : 'not running');
  }

  /** What can't be woken finds out by itself, at its next poll. */
  async function logged(what: object, act: () => Promise<void>): Promise<void> {
    await act().catch((error: unknown) => log.error({ ...what, err: error }, 'nobody could be woken'));
  }

  return (ring) => {
    const { concern, repository, about } = ring;
    const key = concern.kind === 'release' ? concern.id : `component ${concern.name}`;
    return inquire({ key, group: repository, act: () => logged({ concern, about }, () => find(ring)) });
  };
}
