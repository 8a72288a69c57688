import { expect, it } from 'vitest';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { statusPage } from '../../../domain/release/status-page.ts';
import { status, outage } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, waitsFor } from '../release-stand.ts';
import { pending } from '../scripted-world.ts';

const server = useTimeSkipping();

const since = '2026-01-05T10:00:00Z';
const again = '2999-01-01T00:00:00Z';
const why = 'GitHub answered 503 to GET /user';

async function waiting() {
  const announced: string[] = [];
  const { release, calls } = await begin(server(), { pipeline: pending, announce: async ({ text }) => void announced.push(text) });
  await waitsFor(release, 'the pipeline of #7');
  const seen = () => release.query(status) as Promise<ReleaseStatus>;
  return { release, calls, announced, seen };
}

it('is told to the team once, with what is waited for, shown while it lasts, and told and shown when it is over', async () => {
  const { release, announced, seen } = await waiting();
  for (const activity of ['3', '4', '3']) await release.signal(outage, { activity, type: 'pipeline', since, again, why });
  await expect.poll(async () => (await seen()).outages).toMatchObject([{ activity: '4' }, { activity: '3', why, since }]);
  expect(statusPage(await seen())).toContain('**Outage:** no answer for');
  await expect.poll(() => announced).toEqual([expect.stringMatching(/^gitaly: no answer for .*: GitHub answered 503 to GET \/user\. It is tried again; waits for the pipeline of #7/)]);
  await release.signal(outage, { activity: '3', type: 'pipeline', since });
  await expect.poll(async () => (await seen()).outages).toMatchObject([{ activity: '4' }]);
  await release.signal(outage, { activity: '4', type: 'pipeline', since });
  await expect.poll(async () => (await seen()).outages).toEqual([]);
  await expect.poll(() => announced.slice(1)).toEqual([expect.stringContaining('there are answers again')]);
  await release.terminate();
});

it('is only shown where it is the chat that does not answer, and forgotten where nobody tells of its end', async () => {
  const { release, announced, seen } = await waiting();
  await release.signal(outage, { activity: '3', type: 'report', since, again: since, why });
  await expect.poll(async () => (await seen()).outages).toHaveLength(1);
  await release.signal(outage, { activity: '4', type: 'pipeline', since, again, why });
  await expect.poll(async () => (await seen()).outages).toMatchObject([{ activity: '4' }]);
  await expect.poll(() => announced).toHaveLength(1);
  await release.terminate();
});

it('is not taken from anybody who sends what is none', async () => {
  const { release, seen } = await waiting();
  await release.signal('outage', { activity: '3', why: 'x'.repeat(1_000) });
  await expect.poll(async () => (await seen()).refused).toMatchObject([{ message: 'outage' }]);
  expect((await seen()).outages).toBeUndefined();
  await release.terminate();
});
