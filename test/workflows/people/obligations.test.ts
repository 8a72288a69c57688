import { expect, it } from 'vitest';
import { neverRetry } from '../../../ports/failures.ts';
import { abort, decide } from '../../../workflows/people/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { begin, inTurn, waitsFor } from '../release-stand.ts';
import { head, mergeSha } from '../scripted-world.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();

const staging = { name: 'staging', environment: 'staging', promote: { kind: 'deployment' as const }, health: [] };
const refuses = (why: string) => async (): Promise<never> => {
  throw neverRetry('PermissionDenied', why);
};
const retry = { choice: 'retry', by: 'olga' };

it('is told to the team before there is a pull request, and tried again when somebody says so', async () => {
  const told: string[] = [];
  const opened = { number: 7, url: 'https://forge/org/product/pull/7', head, carries: shaOf('c') };
  const openPullRequest = inTurn<typeof opened>(refuses('the token needs pull-requests=write'), opened);
  const { release } = await begin(server(), { openPullRequest, announce: async ({ text }) => void told.push(text) });
  const { state, waitingFor } = await waitsFor(release, 'opening the pull request: the token needs pull-requests=write');
  expect(state).toBe('held');
  expect(waitingFor).toMatchObject({ whom: ['somebody'], send: [{ message: 'decide', payload: { choice: 'retry' } }] });
  await expect.poll(() => told).toEqual(['gitaly: stopped: opening the pull request was refused: the token needs pull-requests=write']);
  await release.executeUpdate(decide.update, { args: [retry] });
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it.each(['mergePullRequest', 'promote', 'deployed', 'soak', 'claimEnvironment', 'pipeline'] as const)('ends no release: %s', async (refused) => {
  const answers = {
    mergePullRequest: { kind: 'merged', sha: mergeSha },
    promote: { id: 1, url: 'https://forge/runs/1' },
    deployed: 'succeeded',
    soak: {},
    claimEnvironment: { kind: 'granted', fence: 1 },
    pipeline: { kind: 'green' },
  } as const;
  const { release } = await begin(server(), { [refused]: inTurn<unknown>(refuses('not yours'), answers[refused]) }, { stages: [{ ...staging, soak: 60_000 }] });
  await waitsFor(release, /not yours$/);
  await release.executeUpdate(decide.update, { args: [retry] });
  expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging'] });
});

it('ends no release, whatever is refused once', async () => {
  let refused: readonly string[] = [];
  const wrap: Parameters<typeof begin>[4] = (activities) => {
    const world = refusingOnce(activities);
    ({ refused } = world);
    return world.activities;
  };
  const approval = { approvers: ['bob'], required: 1, separation: ['author' as const] };
  const { release } = await begin(server(), {}, { stages: [{ ...staging, soak: 60_000, approval }] }, {}, wrap);
  await attend(release);
  expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging'] });
  expect(refused).toEqual(expect.arrayContaining(['openPullRequest', 'pipeline', 'mergePullRequest', 'authors', 'clearGate', 'claimEnvironment', 'promote', 'deployed', 'soak', 'leaveEnvironment', 'report', 'announce', 'keepRecord']));
});

it('lets a release that it has stopped be aborted', async () => {
  const { release } = await begin(server(), { mergePullRequest: refuses('not yours') });
  await waitsFor(release, 'the merge of #7 of org/product into master: not yours');
  await release.signal(abort.signal, { by: 'olga', reason: 'enough' });
  expect(await release.result()).toMatchObject({ kind: 'aborted', undone: ['the pull request on release/gitaly'] });
});
