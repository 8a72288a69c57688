import { expect, it } from 'vitest';
import type { ReleaseRecord } from '../../../domain/release/record.ts';
import { abort, approve } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, waitsFor } from '../release-stand.ts';
import { candidate, never, pending, pinned, plan } from '../scripted-world.ts';

const server = useTimeSkipping();

/** A world whose records can be looked into. */
function keeping(): { readonly kept: ReleaseRecord[]; readonly keepRecord: (record: ReleaseRecord) => Promise<void> } {
  const kept: ReleaseRecord[] = [];
  return { kept, keepRecord: async (record) => void kept.push(record) };
}

it('a release leaves who decided what, with what assurance, and how it went through its stages', async () => {
  const { kept, keepRecord } = keeping();
  const { release, calls, plan: agreed } = await begin(server(), { keepRecord }, { stages: plan.stages });
  await waitsFor(release, 'approval of production');
  await release.signal(approve.signal, { stage: 'production', by: 'eve' });
  await release.signal(approve.signal, { stage: 'production', by: 'alice', reason: 'seen on staging' });
  await release.result();

  expect(kept).toHaveLength(1);
  const [record] = kept;
  expect(record).toMatchObject({
    release: agreed.id,
    component: 'gitaly',
    candidate,
    pinned,
    pullRequest: { number: 7 },
    ending: 'released',
    outcome: 'released through staging, production',
    stages: [{ name: 'staging', mark: 'done', since: expect.stringMatching(/Z$/) }, { name: 'production', mark: 'done' }],
    decisions: [{ message: 'approve', stage: 'production', by: 'alice', reason: 'seen on staging', assurance: 'claimed', at: expect.stringMatching(/Z$/) }],
    refused: [{ message: 'approve', why: expect.stringContaining('"eve" may not decide') }],
    stays: expect.arrayContaining(['#7 is merged']),
  });
  expect(record!.startedAt < record!.endedAt).toBe(true);
  expect(record).not.toHaveProperty('waitingFor');
  expect(calls.at(-1)).toBe('keepRecord');
});

it('a release that is aborted leaves what was taken back', async () => {
  const { kept, keepRecord } = keeping();
  const { release } = await begin(server(), { keepRecord, pipeline: pending });
  await waitsFor(release, 'the pipeline of #7');
  await release.signal(abort.signal, { by: 'bob', reason: 'wrong week' });
  await release.result();
  expect(kept).toMatchObject([{ ending: 'aborted', outcome: 'aborted by bob: wrong week', undone: ['the pull request on release/gitaly'], decisions: [{ message: 'abort', by: 'bob' }] }]);
});

it('a release that is cancelled leaves a record, too', async () => {
  const cancelled = keeping();
  const first = await begin(server(), { keepRecord: cancelled.keepRecord, pipeline: pending });
  await waitsFor(first.release, 'the pipeline of #7');
  await first.release.cancel();
  await first.release.result().catch(() => undefined);
  expect(cancelled.kept).toMatchObject([{ ending: 'cancelled' }]);
});

it('a start that comes to nothing leaves none', async () => {
  const { kept, keepRecord } = keeping();
  const { release } = await begin(server(), { keepRecord, plan: async () => ({ kind: 'upToDate', pinned }) });
  await release.result();
  expect(kept).toEqual([]);
});

it('a release ends even if its record can not be kept, and says that it is owed', async () => {
  const { release } = await begin(server(), { keepRecord: never('the disk is full') }, { stages: [plan.stages[0]!] });
  expect(await release.result()).toMatchObject({ kind: 'released' });
  expect((await release.query(status)).owed).toEqual(['tell the records: deployed to staging: https://forge/runs/staging; released through staging']);
});
