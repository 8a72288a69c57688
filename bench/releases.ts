import { poke } from './bare-workflow.ts';
import { benchGitHubPoints } from './github-points.ts';
import { openReleaseCompany } from './release-company.ts';
import type { ReleaseCompany } from './release-company.ts';
import { benchWakes } from './release-wakes.ts';
import { median, row } from './table.ts';

const rounds = 3;
const amount = 100;
const components = 20;

/** What releases cost beside the least that Temporal costs. The ratios hold within one run; the figures are this machine's. */
export async function benchReleases(): Promise<void> {
  const company = await openReleaseCompany();
  try {
    console.log('| | releases | bare | ratio |\n| --- | --- | --- | --- |');
    // First, while nothing has been freed yet that could be used again.
    await benchWaiting(company);
    await benchRate(company);
    await benchWakes(company);
  } finally {
    await company.close();
  }
  await benchGitHubPoints();
}

/** Releases a minute, against a bare workflow with as many activities. In turns, so that both have the same neighbours. */
async function benchRate({ client, release }: ReleaseCompany): Promise<void> {
  const sample = await release('release/sample/0');
  await sample.result();
  const { events } = await sample.fetchHistory();
  const activities = events!.filter(({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes).length;

  const perMinute: { readonly releases: number; readonly bare: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const releases = await rate((index) => release(`release/gitaly/${round}-${index}`));
    const bare = await rate((index) =>
      client.workflow.signalWithStart('bare', { workflowId: `bare-${round}-${index}`, taskQueue: 'bare', args: [{ activities }], signal: poke, signalArgs: [] }),
    );
    perMinute.push({ releases, bare });
  }
  const [ours, theirs] = [median(perMinute.map(({ releases }) => releases)), median(perMinute.map(({ bare }) => bare))];
  const ratio = median(perMinute.map(({ releases, bare }) => releases / bare));
  row(`finished a minute (${activities} activities each, ${amount} at once, medians of ${rounds} rounds)`, ours.toFixed(0), theirs.toFixed(0), ratio.toFixed(2));
}

async function rate(start: (index: number) => Promise<{ result(): Promise<unknown> }>): Promise<number> {
  const before = performance.now();
  const started = await Promise.all(Array.from({ length: amount }, (_, index) => start(index)));
  await Promise.all(started.map((one) => one.result()));
  return (amount * 60_000) / (performance.now() - before);
}

/** Many releases in flight: what each holds of the worker's memory, and how long its history is. */
async function benchWaiting({ gate, release, waiting }: ReleaseCompany): Promise<void> {
  await Promise.all(Array.from({ length: components }, async (_, index) => (await release(`release/warm-up/${index}`)).result()));
  gate.open = false;
  const before = process.memoryUsage().rss;
  const ids = Array.from({ length: amount }, (_, index) => `release/component-${index % components}/${index}`);
  const releases = await Promise.all(ids.map(release));
  await Promise.all(ids.map(waiting));
  const perRelease = (process.memoryUsage().rss - before) / amount / 1_000;
  const events = (await releases[0]!.fetchHistory()).events!.length;

  gate.open = true;
  const opened = performance.now();
  await Promise.all(releases.map((one) => one.signal('wake')));
  await Promise.all(releases.map((one) => one.result()));
  const seconds = (performance.now() - opened) / 1_000;
  const ended = (await releases[0]!.fetchHistory()).events!.length;
  row(`${amount} of ${components} components in flight on one worker`, `${perRelease.toFixed(0)} kB of memory each`, '', '');
  row('events while it waits for its pipeline, and at its end', `${events}, ${ended}`, '', '');
  row(`all ${amount} to their ends once their pipelines are green`, `${seconds.toFixed(1)} s`, '', '');
}
