import { lasting, toldOutage, withOutage, outageNews } from '../../../domain/release/outage.ts';
import type { Outage } from '../../../domain/release/outage.ts';
import { spoken } from '../../../domain/text/spoken.ts';
import { hear } from '../inbox.ts';
import type { Refusals } from '../inbox.ts';
import { outage } from '../messages.ts';
import type { Reporter } from '../reporting.ts';
import { now } from '../status.ts';
import type { StatusKeeper } from '../status.ts';
import { isTelling } from '../work.ts';

/** Hears from activities which services do not answer, and when they do again. @param changed hears of what is so now; `isTold`: whether people can hear of it */
export function receiveOutages(status: Refusals, changed: (outages: readonly Outage[], isTold: boolean) => void): void {
  let outages: readonly Outage[] = [];
  hear(outage, status, {
    schema: outageNews,
    example: { activity: '12', type: 'pipeline', since: '2026-01-05T10:12:00Z', again: '2026-01-05T10:30:00Z', why: 'GitHub answered 503 to GET /user' },
    about: 'Sent by an activity that has had no answer of a service for minutes, and, without "why", when it has one again',
    accept(news) {
      const known = lasting(outages, now());
      outages = withOutage(known, news, now());
      if (known.length > 0 || outages.length > 0) changed(outages, !isTelling(news.type));
    },
  });
}

/** Shows which services do not answer while that is so; tells once that it is, and once that it is over. */
export function tellOfOutages(status: StatusKeeper, reporter: Reporter): void {
  let toldSince: string | undefined;
  receiveOutages(status, (outages, isTold) => {
    const { state, waitingFor } = status.get();
    if (state === 'ended') return;
    status.change({ outages });
    const [worst] = outages;
    if (!worst) {
      // Where the chat itself was away nobody has heard of it.
      if (toldSince !== undefined) reporter.tell({ name: 'answers', line: `there are answers again, after ${spoken(Math.max(1_000, Date.now() - Date.parse(toldSince)))}`, urgent: true });
      toldSince = undefined;
    } else if (toldSince === undefined && isTold) {
      toldSince = worst.since;
      reporter.tell({ name: 'no-answer', line: `${toldOutage(worst)}${waitingFor ? `; waits for ${waitingFor.what}` : ''}`, urgent: true });
    }
  });
}
