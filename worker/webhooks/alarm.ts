import type { Logger } from 'pino';
import type { Concern } from './concern.ts';
import type { News } from './news.ts';
import { paced } from './pace.ts';
import type { WakeableReleases } from './releases.ts';

export interface Ring {
  readonly concern: Concern;
  readonly news: Pick<News, 'event' | 'repository' | 'what'>;
}

/**
 * Wakes whom news concerns. News that come together wake once, and a repository that names more releases than its share is turned
 * away. A wake costs ten events of a release's history, and its polls none: so each kind of event wakes a release four times in a row,
 * and then every five minutes, which keeps ten minutes of a flood below fifty events.
 */
export function createAlarm({ releases, log }: { readonly releases: WakeableReleases; readonly log: Logger }): (ring: Ring) => boolean {
  const inquire = paced({ burst: 1, everyMs: 500, limit: 1_000, share: 100 });
  const rouse = paced({ burst: 4, everyMs: 5 * 60_000, limit: 10_000 });

  async function find({ concern, news }: Ring): Promise<void> {
    if (concern.kind === 'schedule') {
      const isThere = await releases.trigger(concern.id);
      log.info({ schedule: concern.id, about: news.what }, isThere ? 'triggered' : 'no such schedule');
      return;
    }
    const ids = concern.kind === 'release' ? [concern.id] : await releases.waiting(concern);
    for (const release of ids) {
      const act = () => orLog({ release, about: news.what }, () => wake(release, news.what));
      if (!rouse({ key: `${news.event} ${release}`, group: news.repository, act })) log.warn({ release }, 'there are too many to wake');
    }
  }

  async function wake(release: string, about: string): Promise<void> {
    const runs = await releases.wake(release, about);
    log.info({ release, about }, runs ? 'woken' : 'not running');
  }

  /** Who could not be woken finds out by itself, at its next poll. */
  async function orLog(what: object, act: () => Promise<void>): Promise<void> {
    await act().catch((error: unknown) => log.error({ ...what, err: error }, 'could not be woken'));
  }

  return (ring) => {
    const { concern, news } = ring;
    const whom = concern.kind !== 'component' ? concern.id : `${concern.of} of ${concern.name}`;
    return inquire({ key: `${news.event} ${whom}`, group: news.repository, act: () => orLog({ concern, about: news.what }, () => find(ring)) });
  };
}
