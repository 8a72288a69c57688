import { expect, it } from 'vitest';
import type { Report } from '../../../activities/release/reports.ts';
import { approve, reject } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, waitsFor } from '../release-stand.ts';
import { pending, pinned } from '../scripted-world.ts';
import { shaOf } from '../../shas.ts';
import type { Stage } from '../../../domain/stages/rules.ts';

const server = useTimeSkipping();

const hour = 3_600_000;

function production(approval: Partial<NonNullable<Stage['approval']>>): Stage {
  return { name: 'production', environment: 'production', promote: { kind: 'deployment' }, health: [], approval: { approvers: ['alice', 'bob', 'dana'], required: 1, ...approval } };
}

const by = (login: string) => ({ stage: 'production', by: login });

it('does not let whoever wrote a commit of it approve a release, but reject it', async () => {
  const { release } = await begin(server(), {}, { stages: [production({ separation: ['author'] })] });
  const { waitingFor } = await waitsFor(release, 'approval of production');
  expect(waitingFor?.whom).toEqual(['alice', 'bob']);
  await expect(release.executeUpdate(approve.update, { args: [by('dana')] })).rejects.toMatchObject({
    cause: { message: '"dana" wrote a commit of it, and may not decide on stage "production"' },
  });
  await release.executeUpdate(reject.update, { args: [by('dana')] });
  expect(await release.result()).toMatchObject({ kind: 'rejected', by: 'dana' });
});

it('does not let whoever started a release approve it', async () => {
  const { release } = await begin(server(), {}, { stages: [production({ separation: ['starter'] })] }, { by: 'Alice' });
  await waitsFor(release, 'approval of production');
  await expect(release.executeUpdate(approve.update, { args: [by('alice')] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('"alice" started the release') } });
  await release.executeUpdate(approve.update, { args: [by('dana')] });
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it('takes back an early vote once it is known who wrote the commits', async () => {
  let unblock = () => {};
  const { release } = await begin(server(), { pipeline: () => new Promise((resolve) => (unblock = () => resolve({ kind: 'green' }))) }, { stages: [production({ separation: ['author'] })] });
  await waitsFor(release, 'the pipeline of #7');
  await release.executeUpdate(approve.update, { args: [by('dana')] });
  unblock();
  const { refused } = await waitsFor(release, 'approval of production');
  expect(refused).toMatchObject([{ message: 'approve', why: expect.stringContaining('"dana" wrote a commit of it') }]);
  await release.signal(approve.signal, by('bob'));
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it('asks again at intervals, in the channel of the catalog, and gives up at its deadline', async () => {
  const reports: Report[] = [];
  const stage = production({ timeout: 10 * hour, escalate: { every: 4 * hour, channel: '#release-managers' } });
  const { release } = await begin(server(), { report: async (report) => void reports.push(report) }, { stages: [stage] });
  expect(await release.result()).toMatchObject({ kind: 'unapproved', stage: 'production', waitedMs: 10 * hour, stays: ['#7 is merged'] });
  const asked = reports.filter(({ channel }) => channel === '#release-managers');
  expect(asked.map(({ subject, transition, line }) => [subject, transition, line])).toEqual([
    ['production of gitaly cccccccccccc', '1', 'has waited for approval for 4 h: alice, bob, dana'],
    ['production of gitaly cccccccccccc', '2', 'has waited for approval for 8 h: alice, bob, dana'],
  ]);
});

it('asks by a message of its own whoever may approve, and shows and tells how far that is', async () => {
  const reports: Report[] = [];
  const { release } = await begin(server(), { report: async (report) => void reports.push(report) }, { stages: [production({ required: 2, separation: ['starter'] })] }, { by: 'Alice' });
  await waitsFor(release, 'approval of production by 2 people');
  await expect.poll(() => reports.find(({ announcement }) => announcement)?.announcement).toMatchObject({
    channel: '#team',
    text: 'gitaly: production waits for approval by 2 people',
    call: { whom: ['bob', 'dana'], links: ['https://forge/org/product/pull/7'], range: { environment: 'production', source: 'org/gitaly-mirror', deployedFrom: 'org/product' }, ways: [expect.stringMatching(/^slipway approve release.* --stage production --by <you> --sha c{40}$/), expect.stringMatching(/^slipway reject /)] },
  });
  await release.executeUpdate(approve.update, { args: [by('Bob')] });
  const { waitingFor } = await waitsFor(release, 'approval of production by 2 people: 1 of 2, by Bob');
  expect(waitingFor?.whom).toEqual(['dana']);
  expect(waitingFor?.send?.[0]).toMatchObject({ payload: { by: 'your-login' } });
  await expect.poll(() => reports.map(({ line }) => line)).toContain('production waits for approval by 2 people: 1 of 2, by Bob');
  await release.executeUpdate(approve.update, { args: [by('dana')] });
  await release.result();
  expect(reports.map(({ line }) => line)).toContain('deploying to production, approved by Bob, dana');
});

it('says at once that its approval can not be reached, where separation of duties leaves too few', async () => {
  const told: string[] = [];
  const { release } = await begin(server(), { clearGate: async () => ({ brings: { environment: 'production', total: 1, halted: [] } }), announce: async ({ text }) => void told.push(text) }, { stages: [production({ approvers: ['alice', 'dana'], required: 2, separation: ['author'] })] });
  await waitsFor(release, "it can't be reached: separation of duties (author) leaves alice.");
  await expect.poll(() => told).toEqual([expect.stringMatching(/^gitaly: production waits for approval by 2 people; it can't be reached.* more approvers\. It brings everything: nothing is known to run on production$/)]);
  await release.signal(reject.signal, by('alice'));
  await release.result();
});

it('waits for good without a deadline', async () => {
  const { release } = await begin(server(), { soak: pending }, { stages: [production({ required: 2 })] });
  await waitsFor(release, 'approval of production by 2 people');
  await server().sleep('30 days');
  expect((await release.query(status)).state).toBe('approval');
  await release.signal(approve.signal, by('alice'));
  await release.signal(approve.signal, by('bob'));
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it('says what it would bring, urgently where somebody has stopped a part of that before', async () => {
  const told: string[] = [];
  const halted = [{ candidate: shaOf('8'), release: 'release/gitaly/from-777777777777', how: 'rejected at production by alice: the incident' }];
  const { release } = await begin(
    server(),
    { clearGate: async () => ({ brings: { environment: 'production', runs: shaOf('7'), total: 3, halted } }), announce: async ({ text }) => void told.push(text) },
    { stages: [production({})] },
  );
  const brings = '3 commits since 777777777777, which production runs; of them 888888888888 was rejected at production by alice: the incident';
  await expect.poll(async () => (await release.query(status)).waitingFor).toMatchObject({ what: 'approval of production', brings });
  await expect.poll(() => told).toEqual([`gitaly: production waits for approval of ${brings}`]);
  await release.signal(approve.signal, by('bob'));
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it('asks also where nobody can tell what it would bring, and says so', async () => {
  const { release } = await begin(server(), { clearGate: async () => ({ brings: { unknown: 'the service is away' } }) }, { stages: [production({})] });
  await expect.poll(async () => (await release.query(status)).waitingFor).toMatchObject({ brings: "what production lacks, which can't be told now: the service is away" });
  await release.signal(approve.signal, by('bob'));
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

const early = "the vote of bob on production is void: it was given before anybody was asked, and";

it.each([
  ['runs less than the release knows of', { environment: 'production', runs: shaOf('7'), total: 3, halted: [] }, `${early} it brings 3 commits since 777777777777, which production runs`],
  ['would tell nobody what it runs', { unknown: 'the service is away' }, `${early} what production lacks can't be told now`],
  ['runs what the release takes the place of', { environment: 'production', runs: pinned, total: 1, halted: [] }, undefined],
])('takes a vote that came before anybody was asked for what the release itself brings: production %s', async (_, brings, why) => {
  let unblock = () => {};
  const { release, calls } = await begin(server(), { clearGate: async () => ({ brings }), pipeline: () => new Promise((resolve) => (unblock = () => resolve({ kind: 'green' }))) }, { stages: [production({})] });
  await waitsFor(release, 'the pipeline of #7');
  await release.executeUpdate(approve.update, { args: [by('bob')] });
  unblock();
  if (why !== undefined) {
    const { refused } = await waitsFor(release, 'approval of production');
    expect(refused).toMatchObject([{ message: 'approve', why }]);
    await release.executeUpdate(approve.update, { args: [by('bob')] });
  }
  expect(await release.result()).toMatchObject({ kind: 'released' });
  expect(calls.filter((call) => call.startsWith('clearGate'))).toHaveLength(1);
});
