import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { VersionLook, Turn } from '../../../activities/component/pipelines.ts';
import type { MergeAnswer } from '../../../domain/changes/life.ts';
import { candidate as candidateSignal } from '../../../workflows/component/messages.ts';
import { abort, approve, decide, objected, pause, resume } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin as beginOn, inTurn, waitsFor } from '../release-stand.ts';
import type { Running } from '../release-stand.ts';
import { candidate, never, pending, plan } from '../scripted-world.ts';
import { shaOf } from '../../shas.ts';
import { shortSha } from '../../../domain/code/commit.ts';

const server = useTimeSkipping();

const newer = shaOf('9');
const older = shaOf('5');
const amendedHead = shaOf('f');
const red: Turn = { kind: 'red', failed: [{ name: 'rspec', url: 'https://forge/jobs/1' }] };
const green: Turn = { kind: 'green' };
const begin: (...args: Parameters<typeof beginOn> extends [unknown, ...infer Rest] ? Rest : never) => ReturnType<typeof beginOn> = (...args) => beginOn(server(), ...args);
const pinned = (changes: Partial<typeof plan.pin>) => ({ pin: { ...plan.pin, ...changes } });
const decideOn = (release: Running, answer: object) => release.executeUpdate(decide.update, { args: [{ by: 'kim', ...answer } as never] });

describe('a newer green commit', () => {
  it('amends the pull request, and is what is merged and promoted', async () => {
    const looks: Parameters<Activities['pipeline']>[0][] = [];
    const { release, calls } = await begin({
      pipeline: async (look) => {
        looks.push(look);
        return look.head === amendedHead ? green : pending();
      },
    });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
    expect((await release.query(status)).candidate).toBe(newer);
    expect(looks.at(-1)).toMatchObject({ head: amendedHead, attempt: 1, change: { candidate: newer, pinned: plan.pinned } });
    expect(calls).toContain('report carries 999999999999 now: a newer green commit');
    expect(calls.filter((call) => call === 'openPullRequest')).toHaveLength(1);
  });

  it('voids the votes for the one before it, and says so', async () => {
    const { release } = await begin({ pipeline: inTurn<Turn>(pending) }, { stages: plan.stages });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(approve.signal, { stage: 'production', by: 'alice' });
    await release.signal(candidateSignal, { sha: newer });
    await expect.poll(async () => (await release.query(status)).refused).toMatchObject([
      { message: 'approve', why: `the vote of alice on production is void: it was for ${candidate}, but the release carries ${newer} now` },
    ]);
    const vote = (payload: object) => release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', ...payload }] });
    await expect(vote({})).rejects.toMatchObject({ cause: { message: `this release has carried another commit before: the vote has to say that it is for ${newer}` } });
    await expect(vote({ sha: candidate })).rejects.toMatchObject({ cause: { message: expect.stringContaining(`but this release carries ${newer}`) } });
    expect(await vote({ sha: newer })).toBe('accepted');
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
  });

  it('is not taken when it is none: that is recorded, and the release goes on', async () => {
    let isGreen = false;
    const { release } = await begin({
      pipeline: async () => (isGreen ? green : pending()),
      amendPullRequest: async () => {
        isGreen = true;
        return { kind: 'refused', why: 'it is not newer' };
      },
    });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate });
    expect((await release.query(status)).refused).toMatchObject([{ message: 'candidate', why: 'it is not newer' }]);
  });

  it('that is carried already changes nothing, and nonsense is recorded', async () => {
    const { release, calls } = await begin({ pipeline: inTurn<Turn>(pending) });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: candidate });
    await release.signal(candidateSignal, { sha: 'abc' });
    await expect.poll(async () => (await release.query(status)).refused).toMatchObject([{ message: 'candidate', why: expect.stringContaining('must be a full commit SHA') }]);
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
    expect(calls).not.toContain('amendPullRequest');
  });

  it('is looked at again when somebody pushed at the same moment', async () => {
    const { release, calls } = await begin({
      pipeline: inTurn<Turn>(pending, { kind: 'edited', head: amendedHead, candidate: newer, date: '2026-01-02T00:00:00Z' }, green),
      amendPullRequest: async () => ({ kind: 'moved' }),
    });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
    expect(calls.filter((call) => call === 'amendPullRequest')).toHaveLength(1);
  });

  it('has to come after all that was carried before, whoever chose that', async () => {
    const amendments: Parameters<Activities['amendPullRequest']>[0][] = [];
    const { release } = await begin({
      pipeline: inTurn<Turn>({ kind: 'edited', head: shaOf('b'), candidate: older, date: plan.date }, pending),
      amendPullRequest: async (amendment) => {
        amendments.push(amendment);
        return { kind: 'amended', head: amendedHead, date: plan.date };
      },
    });
    await expect.poll(async () => (await release.query(status)).candidate).toBe(older);
    await release.signal(candidateSignal, { sha: candidate });
    await release.signal(candidateSignal, { sha: newer });
    await expect.poll(async () => (await release.query(status)).candidate).toBe(newer);
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
    expect(amendments).toMatchObject([{ sha: newer, notBefore: [older, candidate] }]);
  });

  it('is no news to a release that was started to carry exactly its commit', async () => {
    let isGreen = false;
    const { release } = await begin({ pipeline: async () => (isGreen ? green : pending()) }, {}, { sha: candidate });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: newer });
    isGreen = true;
    expect(await release.result()).toMatchObject({ kind: 'released', candidate });
  });

  it('replaces what an adopted pull request carries', async () => {
    const { release, calls } = await begin({ openPullRequest: async () => ({ number: 7, url: 'https://forge/7', head: shaOf('d'), carries: shaOf('e') }) });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate });
    expect(calls).toContain('amendPullRequest');
  });

  const adopted = shaOf('e');
  const found = async () => ({ number: 7, url: 'https://forge/7', head: shaOf('d'), carries: adopted });

  it('says that it carries what it adopts, where that can not be replaced', async () => {
    const { release, calls } = await begin({ openPullRequest: found, amendPullRequest: async () => ({ kind: 'refused', why: 'its checks run again' }) });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: adopted });
    expect(calls).toContain('report carries eeeeeeeeeeee now: its pull request does');
    expect((await release.query(status)).candidate).toBe(adopted);
  });

  it('leaves it at what a person has chosen', async () => {
    const { release, calls } = await begin({ openPullRequest: found, adoptPullRequest: async () => ({ kind: 'edited', head: shaOf('d'), candidate: adopted, date: plan.date, by: 'carol' }) });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: adopted });
    expect(calls).not.toContain('amendPullRequest');
    expect((await release.query(status)).decisions).toMatchObject([{ message: 'edit', by: 'carol', reason: `set the version of #7 to ${adopted}` }]);
  });
});

describe('what is merged', () => {
  it('is looked at: another version than was agreed on is not deployed', async () => {
    const merges: object[] = [];
    const { release, calls } = await begin({
      mergePullRequest: async (merge) => {
        merges.push(merge);
        return { kind: 'otherwise', reason: 'GITALY_SERVER_VERSION holds something else' };
      },
    });
    expect(await release.result()).toMatchObject({ kind: 'mergedOtherwise', reason: 'GITALY_SERVER_VERSION holds something else' });
    expect(merges).toMatchObject([{ brings: { path: 'GITALY_SERVER_VERSION', text: candidate } }]);
    expect(calls.some((call) => call.startsWith('promote'))).toBe(false);
  });
});

describe('what people do to the pull request', () => {
  it('follows the version that a person has put into it', async () => {
    const edited: Turn = { kind: 'edited', head: amendedHead, candidate: newer, date: '2026-01-02T00:00:00Z', by: 'carol' };
    const { release, calls } = await begin({ pipeline: inTurn<Turn>(edited, green) });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
    expect(calls).toContain('report carries 999999999999 now: carol has edited the version');
    expect(calls).toContain('describePullRequest');
    expect((await release.query(status)).decisions).toMatchObject([{ message: 'edit', by: 'carol' }]);
  });

  it('asks about a version of a person that is red on the mirror, and goes on once that is green', async () => {
    const edited: Turn = { kind: 'edited', head: amendedHead, candidate: newer, date: '2026-01-02T00:00:00Z', by: 'carol' };
    const looks: VersionLook[] = [];
    let isGreen = false;
    const turns = inTurn<Turn>(edited, { kind: 'unfit', failed: [{ name: 'test' }] });
    const { release, calls } = await begin({
      pipeline: async (look) => {
        looks.push(look);
        return look.known?.kind === 'unfit' ? (isGreen ? green : pending()) : turns();
      },
    });
    await waitsFor(release, 'a decision on the version of #7, which is red on org/gitaly-mirror');
    expect(calls).toContain('report 999999999999, which carol has set in #7, is red on org/gitaly-mirror: test');
    expect(calls).not.toContain('mergePullRequest');
    isGreen = true;
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
    expect(looks.map(({ chosenBy }) => chosenBy)).toEqual(expect.arrayContaining([undefined, 'carol']));
  });

  describe('with another file', () => {
    const edit = { kind: 'edited', head: amendedHead, candidate, date: '2026-01-02T00:00:00Z', by: 'carol' } as const;
    const foreign: Turn = { kind: 'foreign', why: 'somebody pushed, and changes app.rb', head: amendedHead, edit };
    const asked = `a decision on ${shortSha(amendedHead)}, which somebody has pushed to #7`;
    const unlessKnown = (turn: Turn): Activities['pipeline'] => async ({ known, head }) => (known ? pending() : head === amendedHead ? green : turn);

    it('is asked about, and merged at the head that somebody accepts', async () => {
      const merges: Parameters<Activities['mergePullRequest']>[0][] = [];
      const { release, calls } = await begin({
        pipeline: unlessKnown(foreign),
        mergePullRequest: async (merge) => {
          merges.push(merge);
          return { kind: 'merged', sha: shaOf('e') };
        },
      });
      const { waitingFor } = await waitsFor(release, asked);
      expect(waitingFor?.send?.map(({ payload }) => payload)).toMatchObject([{ choice: 'accept', sha: amendedHead }, { choice: 'close' }, { choice: 'abort' }]);
      await expect(decideOn(release, { choice: 'accept', sha: older })).rejects.toMatchObject({ cause: { message: `accept needs the sha of what is accepted: ${amendedHead}` } });
      expect(calls).not.toContain('mergePullRequest');
      await decideOn(release, { choice: 'accept', sha: amendedHead });
      expect(await release.result()).toMatchObject({ kind: 'released', candidate });
      expect(merges).toMatchObject([{ sha: amendedHead }]);
      expect(calls).toContain('announce');
      expect(calls).not.toContain('withdrawPullRequest');
    });

    it('is closed by a decision, with its branch, lest the next release find that', async () => {
      const withdrawn: Parameters<Activities['withdrawPullRequest']>[0][] = [];
      const { release } = await begin({
        pipeline: unlessKnown(foreign),
        withdrawPullRequest: async (withdrawal) => {
          withdrawn.push(withdrawal);
          return { kind: 'withdrawn', number: 7 };
        },
      });
      await waitsFor(release, asked);
      await decideOn(release, { choice: 'close' });
      expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', undone: ['the pull request on release/gitaly'] });
      expect(withdrawn).toMatchObject([{ followed: amendedHead }]);
    });

    it('makes the votes void that were for what was there before', async () => {
      const { release } = await begin({ pipeline: inTurn<Turn>(pending, foreign, pending) }, { stages: plan.stages });
      await waitsFor(release, 'the pipeline of #7');
      await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] });
      await server().sleep('1 minute');
      await waitsFor(release, asked);
      expect((await release.query(status)).refused).toMatchObject([{ message: 'approve', why: expect.stringContaining('the vote of alice on production is void') }]);
      await decideOn(release, { choice: 'close' });
      expect(await release.result()).toMatchObject({ kind: 'closed' });
    });

    it('can’t be accepted where it holds no version', async () => {
      const { release } = await begin({ pipeline: unlessKnown({ kind: 'foreign', why: 'no version', head: amendedHead }) });
      await waitsFor(release, asked);
      await expect(decideOn(release, { choice: 'accept', sha: amendedHead })).rejects.toMatchObject({ cause: { message: expect.stringContaining('Known: close, abort') } });
      await decideOn(release, { choice: 'abort', reason: 'no version' });
      expect(await release.result()).toMatchObject({ kind: 'aborted' });
    });

    it('deploys nothing of it when it was merged before that could be seen, unless somebody accepts it', async () => {
      const script = { pipeline: unlessKnown({ ...foreign, isMerged: true } as Turn), withdrawPullRequest: async () => ({ kind: 'merged', number: 7 }) } satisfies Partial<Activities>;
      const { release, calls } = await begin(script);
      await waitsFor(release, asked);
      await decideOn(release, { choice: 'close' });
      expect(await release.result()).toMatchObject({ kind: 'mergedOtherwise', reason: 'somebody pushed, and changes app.rb', stays: ['#7 is merged'] });
      expect(calls.filter((call) => call.startsWith('promote'))).toEqual([]);
    });
  });

  it('looks again when somebody pushed after the pipeline was green', async () => {
    const { release } = await begin({
      pipeline: inTurn<Turn>(green, { kind: 'closed', by: 'carol' }),
      mergePullRequest: async () => ({ kind: 'moved' }),
    });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'carol' });
  });

  it('ends as closed by whoever closed it', async () => {
    const { release } = await begin({ pipeline: async () => ({ kind: 'closed', by: 'carol' }) });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'carol', undone: ['the pull request on release/gitaly'] });
  });

  it('ends as overtaken when the pin has moved, and withdraws it', async () => {
    const { release, calls } = await begin({ pipeline: async () => ({ kind: 'overtaken', pinned: newer }) });
    expect(await release.result()).toMatchObject({ kind: 'overtaken', pinned: newer, undone: ['the pull request on release/gitaly'] });
    expect(calls).toContain('withdrawPullRequest');
  });

  it('closes it and opens a new one, on the base as it is now, when it conflicts', async () => {
    const opened: Parameters<Activities['openPullRequest']>[0][] = [];
    const { release } = await begin({
      pipeline: inTurn<Turn>({ kind: 'conflict' }, green),
      headOf: async ({ branch }) => shaOf(branch === 'master' ? '7' : 'd'),
      openPullRequest: async (change) => {
        opened.push(change);
        return { number: 6 + opened.length, url: `https://forge/${6 + opened.length}`, head: shaOf('d'), carries: candidate };
      },
    });
    expect(await release.result()).toMatchObject({ kind: 'released', pullRequest: 'https://forge/8' });
    expect(opened).toMatchObject([{ after: 0, base: plan.base }, { after: 7, base: shaOf('7') }]);
  });

  it('looks again when it conflicts only at the merge', async () => {
    const merges = inTurn<Awaited<ReturnType<Activities['mergePullRequest']>>>({ kind: 'conflicts', reason: 'it has conflicts' }, { kind: 'merged', sha: shaOf('e') });
    const { release, calls } = await begin({ pipeline: inTurn<Turn>(green, { kind: 'conflict' }, green), mergePullRequest: merges });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).toContain('withdrawPullRequest');
  });

  it('closes nothing that somebody has just pushed to', async () => {
    const { release, calls } = await begin({
      pipeline: inTurn<Turn>({ kind: 'conflict' }, { kind: 'edited', head: amendedHead, candidate: newer, date: '2026-01-02T00:00:00Z' }, green),
      headOf: async () => amendedHead,
    });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
    expect(calls).not.toContain('withdrawPullRequest');
  });

  it('names the branch that stays because somebody works on it', async () => {
    const { release } = await begin({
      pipeline: async () => ({ kind: 'closed', by: 'carol' }),
      withdrawPullRequest: async () => ({ kind: 'withdrawn', number: 7, branchStays: newer }),
    });
    expect(await release.result()).toMatchObject({ stays: ['the branch release/gitaly is at 999999999999, which is somebody else\'s'], undone: [] });
  });
});

describe('an app that has announced checks, and never reported', () => {
  it('keeps it from being merged until somebody says that it goes on without: asked once for each', async () => {
    const { release, calls } = await begin({ pipeline: async () => ({ kind: 'green', silent: ['codecov'] }), mergePullRequest: inTurn<MergeAnswer>({ kind: 'moved' }, { kind: 'merged', sha: shaOf('e') }) }, { silent: ['renovate'] });
    const { waitingFor } = await waitsFor(release, /^whether to go on without renovate: announced checks of cccccccccccc on org\/gitaly-mirror, and never reported\. What does not matter can be named in code\.ignoredChecks$/);
    expect(waitingFor?.send).toMatchObject([{ message: 'decide', payload: { choice: 'goOn' } }]);
    await decideOn(release, { choice: 'goOn', reason: 'it is off' });
    await waitsFor(release, /^whether to go on without codecov: announced checks of #7, .* pin\.ignoredChecks$/);
    expect(calls).not.toContain('mergePullRequest');
    await decideOn(release, { choice: 'goOn' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'mergePullRequest')).toHaveLength(2);
    expect(calls.filter((call) => call.startsWith('announce'))).toHaveLength(2);
  });

  it('is one of the commit: another one is asked about for itself', async () => {
    const { release } = await begin(
      { pipeline: async ({ head }) => (head === amendedHead ? green : pending()), amendPullRequest: async () => ({ kind: 'amended', head: amendedHead, date: '2026-01-02T00:00:00Z', silent: ['scanner'] }) },
      { silent: ['renovate'] },
    );
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: newer });
    await waitsFor(release, /^whether to go on without scanner: announced checks of 999999999999 on /);
    await release.executeUpdate(abort.update, { args: [{ by: 'kim', reason: 'it has to scan' }] });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: [expect.stringContaining('pull request')] });
  });
});

describe('a merge that is refused', () => {
  const refused = { kind: 'refused', reason: 'Pull Request is still a draft', isBlocked: true } as const;
  const merged = { kind: 'merged', sha: shaOf('e') } as const;
  const asked = 'the merge of #7: Pull Request is still a draft';

  it('is told, and goes on when somebody has done something about it', async () => {
    let isReady = false;
    const { release, calls } = await begin({
      mergePullRequest: inTurn<typeof refused | typeof merged>(refused, merged),
      pipeline: async ({ known }) => (known && !isReady ? pending() : green),
    });
    const { state, waitingFor } = await waitsFor(release, asked);
    expect(state).toBe('pipeline');
    expect(waitingFor).toMatchObject({ whom: ['#team'], send: [{ payload: { choice: 'retry' } }] });
    isReady = true;
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'announce')).toHaveLength(1);
    expect(calls).not.toContain('withdrawPullRequest');
  });

  it('is tried again when somebody says so', async () => {
    const { release, calls } = await begin({
      mergePullRequest: inTurn<typeof refused | typeof merged>(refused, merged),
      pipeline: async ({ known }) => (known ? pending() : green),
    });
    await waitsFor(release, asked);
    await decideOn(release, { choice: 'retry' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).not.toContain('rerunFailed');
  });

  it('is told once for one reason, however often it is tried', async () => {
    const { release, calls } = await begin({ mergePullRequest: inTurn<typeof refused | typeof merged>(refused, refused, refused, merged) });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'announce')).toHaveLength(1);
  });
});

describe('what may as well be left undone', () => {
  const no = never('the token lacks it');

  it('is owed where it is refused: the branch of what is merged', async () => {
    const { release } = await begin({ mergePullRequest: async () => ({ kind: 'merged', sha: shaOf('e'), branchStays: 'Cannot delete this branch' }) });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(await release.query(status)).toMatchObject({ owed: ['remove the branch release/gitaly of org/product: Cannot delete this branch'] });
  });

  it('decides nothing where it is refused: a rerun, a review, a merge by itself', async () => {
    const { release } = await begin({ pipeline: inTurn<Turn>(red, green, green), rerunFailed: no, approvePullRequest: no, letMerge: no, mergePullRequest: inTurn<Awaited<ReturnType<Activities['mergePullRequest']>>>({ kind: 'unreviewed', reason: 'a review is missing' }, { kind: 'merged', sha: shaOf('e') }) }, pinned({ autoMerge: true }));
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(await release.query(status)).toMatchObject({ owed: ['run again what failed of #7: the token lacks it', 'approve #7: the token lacks it', 'let #7 merge itself: the token lacks it'] });
  });

  it('leaves a branch that can’t be removed when it is aborted', async () => {
    const { release } = await begin({ pipeline: pending, withdrawPullRequest: async () => ({ kind: 'withdrawn', number: 7, unremoved: 'Cannot delete this branch' }) });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: ['the pull request on release/gitaly'], owed: ['remove the branch release/gitaly of org/product: Cannot delete this branch'] });
  });
});

describe('a review that is missing', () => {
  const unreviewed = { kind: 'unreviewed', reason: 'At least 1 approving review is required' } as const;
  const merged = { kind: 'merged', sha: shaOf('e') } as const;

  it('is given by the second identity', async () => {
    const { release, calls } = await begin({ mergePullRequest: inTurn<typeof unreviewed | typeof merged>(unreviewed, merged), approvePullRequest: async () => 'approved' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'approvePullRequest')).toHaveLength(1);
    expect(calls).not.toContain('letMerge');
  });

  it('is waited for by name where there is no second identity', async () => {
    const { release, calls } = await begin(
      { mergePullRequest: inTurn<typeof unreviewed | typeof merged>(unreviewed, merged), pipeline: inTurn<Turn>(green, pending, pending, green) },
      { ...pinned({ autoMerge: true }), pace: { ...plan.pace, poll: 300_000 } },
    );
    const { waitingFor } = await waitsFor(release, 'a review of #7');
    expect(waitingFor?.whom).toEqual(['somebody who may approve it on the forge']);
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).toContain('letMerge');
  });
});

describe('what the forge would merge by itself', () => {
  const unreviewed = { kind: 'unreviewed', reason: 'At least 1 approving review is required' } as const;
  const autoMerge = { ...pinned({ autoMerge: true }), pace: { ...plan.pace, poll: 300_000 } };
  const waiting = () => begin({ mergePullRequest: async () => unreviewed, pipeline: inTurn<Turn>(green, pending) }, autoMerge);
  const writes = (calls: readonly string[]) => calls.filter((call) => ['letMerge', 'keepFromMerging', 'amendPullRequest', 'mergePullRequest'].includes(call));

  it('is kept from it before it carries another commit', async () => {
    const { release, calls } = await waiting();
    await waitsFor(release, 'a review of #7');
    await release.signal(candidateSignal, { sha: newer });
    await waitsFor(release, 'the pipeline of #7');
    expect(writes(calls)).toEqual(['mergePullRequest', 'letMerge', 'keepFromMerging', 'amendPullRequest']);
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
  });

  it('is kept from it in a pause, in which nothing is amended, either', async () => {
    const { release, calls } = await waiting();
    await waitsFor(release, 'a review of #7');
    await release.executeUpdate(pause.update, { args: [{ by: 'olga' }] });
    await waitsFor(release, 'the end of the pause');
    await release.signal(candidateSignal, { sha: newer });
    await server().sleep('1 hour');
    expect(writes(calls)).toEqual(['mergePullRequest', 'letMerge', 'keepFromMerging']);
    await release.executeUpdate(resume.update, { args: [{ by: 'olga' }] });
    await expect.poll(async () => (await release.query(status)).candidate).toBe(newer);
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
  });
});

describe('a pause', () => {
  it('is followed by a new look: what was green may be overtaken by then', async () => {
    let turn: Turn | undefined;
    const { release, calls } = await begin({ pipeline: async () => turn ?? pending() });
    await waitsFor(release, 'the pipeline of #7');
    await release.executeUpdate(pause.update, { args: [{ by: 'olga' }] });
    turn = green;
    await waitsFor(release, 'the end of the pause');
    await server().sleep('1 hour');
    turn = { kind: 'overtaken', pinned: newer };
    await release.executeUpdate(resume.update, { args: [{ by: 'olga' }] });
    expect(await release.result()).toMatchObject({ kind: 'overtaken', pinned: newer });
    expect(calls).not.toContain('mergePullRequest');
  });

  it('keeps the question that was open before it', async () => {
    const { release } = await begin({ pipeline: async ({ known }) => (known ? pending() : red) });
    await waitsFor(release, /^a decision on/);
    await release.executeUpdate(pause.update, { args: [{ by: 'olga' }] });
    await waitsFor(release, 'the end of the pause');
    await release.executeUpdate(resume.update, { args: [{ by: 'olga' }] });
    const { waitingFor } = await waitsFor(release, /^a decision on the red pipeline of #7/);
    expect(waitingFor).toMatchObject({ whom: ['#team'], send: [{ message: 'decide' }] });
    await decideOn(release, { choice: 'close' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim' });
  });
});

describe('a base branch that is strict', () => {
  const base = shaOf('7');
  const updatedHead = shaOf('b');

  it('is brought into the pull request, whose pipeline then runs anew', async () => {
    const looks: Parameters<Activities['pipeline']>[0][] = [];
    const updates: Parameters<Activities['updatePullRequest']>[0][] = [];
    const { release, calls } = await begin({
      pipeline: async (look) => {
        looks.push(look);
        return look.head === updatedHead ? green : { kind: 'behind', base };
      },
      updatePullRequest: async (update) => {
        updates.push(update);
        return { kind: 'updated', head: updatedHead };
      },
    });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate });
    expect(updates).toMatchObject([{ base, head: shaOf('d'), change: { candidate } }]);
    expect(looks.at(-1)).toMatchObject({ head: updatedHead, attempt: 1 });
    expect(calls).toContain('report brought #7 up to date with master, which has moved on');
  });

  it('that moves between the look and the merge is found by looking once more', async () => {
    const knowns: unknown[] = [];
    const { release } = await begin({
      pipeline: async ({ known, head }) => {
        knowns.push(known?.kind);
        return known?.kind === 'behind' && head !== updatedHead ? { kind: 'behind', base } : green;
      },
      mergePullRequest: inTurn<Awaited<ReturnType<Activities['mergePullRequest']>>>({ kind: 'behind', reason: '3 of 3 required status checks are expected.' }, { kind: 'merged', sha: shaOf('e') }),
    });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(knowns).toEqual([undefined, 'behind', undefined]);
  });

  it('is left alone when somebody has pushed meanwhile', async () => {
    const { release } = await begin({
      pipeline: inTurn<Turn>({ kind: 'behind', base }, { kind: 'closed', by: 'carol' }),
      updatePullRequest: async () => ({ kind: 'moved' }),
    });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'carol' });
  });
});

describe('a merge queue', () => {
  const required = { kind: 'queueRequired', reason: 'Changes must be made through the merge queue' } as const;
  const merged = { kind: 'merged', sha: shaOf('e') } as const;
  const mergePullRequest = () => inTurn<typeof required | typeof merged>(required, merged);
  const red = { kind: 'ejected', reason: 'failed_checks', byChecks: true, failed: [{ name: 'rspec' }] } as const;
  const enqueued = (calls: readonly string[]) => calls.filter((call) => call === 'enqueuePullRequest').length;
  const asked = /^a decision on #7, which the merge queue of master has thrown out/;

  it('merges it where the base branch requires one', async () => {
    const knowns: unknown[] = [];
    const { release, calls } = await begin({
      mergePullRequest: mergePullRequest(),
      enqueuePullRequest: async () => ({ kind: 'queued', lastRemoval: 'before' }),
      pipeline: async ({ known }) => {
        knowns.push(known);
        return green;
      },
    });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(knowns).toEqual([undefined, { kind: 'queued', time: 1, since: expect.any(Number), lastRemoval: 'before' }]);
    expect(enqueued(calls)).toBe(1);
  });

  it('is waited for by name', async () => {
    const { release } = await begin({ mergePullRequest: mergePullRequest(), pipeline: inTurn<Turn>(green, pending) });
    await waitsFor(release, '#7 in the merge queue of master');
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: ['the pull request on release/gitaly'] });
  });

  it('that throws it out for its checks gets it once more, without a person', async () => {
    const { release, calls } = await begin({ mergePullRequest: mergePullRequest(), pipeline: inTurn<Turn>(green, red, green) });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(enqueued(calls)).toBe(2);
    expect(calls).not.toContain('announce');
  });

  it('that throws it out twice is told to the team, and a person decides', async () => {
    const { release, calls } = await begin({
      mergePullRequest: inTurn<typeof required | typeof merged>(required, merged),
      pipeline: inTurn<Turn>(green, red, red, pending, green),
    }, { pace: { ...plan.pace, poll: 300_000 } });
    await waitsFor(release, asked);
    await expect.poll(() => calls.filter((call) => /^(announce|comment)/.test(call)).toSorted(), { timeout: 10_000 }).toEqual(['announce', 'commentOnPullRequest the merge queue of master has thrown #7 out: failed_checks: rspec']);
    await decideOn(release, { choice: 'retry' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(enqueued(calls)).toBe(3);
  });

  it('that a person has taken it out of is not entered again without being asked', async () => {
    const { release, calls } = await begin({
      mergePullRequest: mergePullRequest(),
      pipeline: async ({ known }) => (known?.kind === 'queued' ? { kind: 'ejected', reason: 'manual', byChecks: false, failed: [] } : known ? pending() : green),
    }, pinned({ whenFixed: 'ask' }));
    await waitsFor(release, asked);
    expect(enqueued(calls)).toBe(1);
    await release.signal(candidateSignal, { sha: newer });
    await waitsFor(release, 'a decision on #7, which the merge queue of master has thrown out (manual): 999999999999 is newer, and green on the mirror');
    await decideOn(release, { choice: 'close', reason: 'not this week' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', undone: ['the pull request on release/gitaly'] });
  });

  it.each<{ what: string; stop: (release: Running) => Promise<unknown>; told: string; waits: RegExp; go: (release: Running) => Promise<unknown> }>([
    {
      what: 'a pause',
      stop: (release) => release.executeUpdate(pause.update, { args: [{ by: 'olga', reason: 'lunch' }] }),
      told: 'took #7 out of the merge queue of master: paused by olga: lunch',
      waits: /^the end of the pause/,
      go: (release) => release.executeUpdate(resume.update, { args: [{ by: 'olga' }] }),
    },
    {
      what: 'a halt of its component',
      stop: (release) => release.signal(objected, { at: 1, candidate, halt: { by: 'kim', reason: 'an incident', since: '2026-01-01T00:00:00Z' } }),
      told: 'took #7 out of the merge queue of master: gitaly is halted by kim: an incident',
      waits: /^the end of the halt of gitaly/,
      go: (release) => release.signal(objected, { at: 2, candidate }),
    },
    {
      what: 'a veto',
      stop: (release) => release.signal(objected, { at: 1, candidate, veto: { sha: candidate, by: 'kim', reason: 'leaks', since: '2026-01-01T00:00:00Z' } }),
      told: `took #7 out of the merge queue of master: ${shortSha(candidate)} is vetoed by kim: leaks`,
      waits: /^a decision on #7: cccccccccccc is vetoed/,
      go: (release) => release.signal(objected, { at: 2, candidate }),
    },
  ])('is left for $what, and entered anew when that is over', async ({ stop, told, waits, go }) => {
    const { release, calls } = await begin({ mergePullRequest: inTurn<typeof required | typeof merged>(required, required, merged), pipeline: async ({ known }) => (known && enqueued(calls) < 2 ? pending() : green) });
    await waitsFor(release, '#7 in the merge queue of master');
    await stop(release);
    await waitsFor(release, waits);
    expect(calls).toContain('keepFromMerging');
    await go(release);
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).toContain(`report ${told}`);
    expect(enqueued(calls)).toBe(2);
  });

  it('is not said to be left where it has merged meanwhile', async () => {
    let isMerged = false;
    const { release, calls } = await begin({
      mergePullRequest: mergePullRequest(),
      pipeline: async ({ known }) => (known && !isMerged ? pending() : green),
      async keepFromMerging() {
        isMerged = true;
        return 'over';
      },
    });
    await waitsFor(release, '#7 in the merge queue of master');
    await release.executeUpdate(pause.update, { args: [{ by: 'olga' }] });
    await waitsFor(release, 'the end of the pause');
    await release.executeUpdate(resume.update, { args: [{ by: 'olga' }] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call.includes('took #7 out'))).toEqual([]);
  });

  it('loses it to a newer green commit', async () => {
    const { release } = await begin({ mergePullRequest: mergePullRequest(), pipeline: async ({ head, known }) => (head === amendedHead || !known ? green : pending()) });
    await waitsFor(release, '#7 in the merge queue of master');
    await release.signal(candidateSignal, { sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
  });

  it('records a flake of its pipeline once', async () => {
    const { release } = await begin({
      mergePullRequest: mergePullRequest(),
      pipeline: async ({ attempt }) => (attempt === 1 ? { kind: 'red', failed: [{ name: 'rspec' }] } : green),
    });
    await release.result();
    expect((await release.query(status)).decisions).toHaveLength(1);
  });
});

describe('a red pipeline', () => {
  it('that passes when it is run again is a flake: recorded, told once, merged', async () => {
    const attempts: number[] = [];
    const flakes: unknown[] = [];
    const { release, calls } = await begin({
      openFlakyTestIssue: async (issue) => void flakes.push(issue),
      pipeline: async ({ attempt }) => {
        attempts.push(attempt);
        return attempt === 1 ? red : green;
      },
    }, pinned({ flakyTest: { repository: 'org/tests', labels: ['Flaky Test'] } }));
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(attempts).toEqual([1, 2]);
    expect((await release.query(status)).decisions).toMatchObject([{ message: 'flake', by: 'slipway' }]);
    expect(calls.filter((call) => call.includes('flake'))).toHaveLength(1);
    expect(flakes).toMatchObject([{ repository: 'org/tests', failed: [{ name: 'rspec' }] }]);
    expect(calls).not.toContain('announce');
  });

  it('of a broken base waits until the base is green, and opens a new pull request', async () => {
    let broken = true;
    const { release, calls } = await begin({
      base: async () => 'broken',
      pipeline: async ({ known }) => {
        if (known?.kind !== 'brokenBase') return broken ? red : green;
        broken = false;
        return { kind: 'baseFixed' };
      },
    });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'openPullRequest')).toHaveLength(2);
    expect(calls).toContain('withdrawPullRequest');
    expect(calls).toContain('report the pipeline of #7 is red, as master is: rspec https://forge/jobs/1');
  });

  /** Red at this head, whatever is done about it. */
  const isRed: Partial<Activities> = { pipeline: async ({ known, head }) => (head === amendedHead ? green : known ? pending() : red) };

  it('of a regression is told once to the team and in the pull request, and asks a person', async () => {
    const { release, calls } = await begin(isRed);
    const { waitingFor, next } = await waitsFor(release, 'a decision on the red pipeline of #7 (rspec)');
    expect(waitingFor).toMatchObject({ whom: ['#team'], send: [{ message: 'decide', payload: { choice: 'retry', by: 'your-login' } }] });
    expect(next).toBe('one of retry, close, waitForFix, useSha, abort');
    expect(calls.filter((call) => call === 'rerunFailed')).toHaveLength(1);
    await decideOn(release, { choice: 'close', reason: 'next week' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', reason: 'next week', undone: ['the pull request on release/gitaly'] });
    for (const told of ['announce', 'commentOnPullRequest the pipeline of #7 is red at cccccccccccc: rspec https://forge/jobs/1']) {
      expect(calls.filter((call) => call === told)).toHaveLength(1);
    }
  });

  it('that the forge can’t run again is asked about at once', async () => {
    const { release } = await begin({ ...isRed, rerunFailed: async () => 'nothing' });
    await waitsFor(release, /^a decision on the red pipeline/);
    await decideOn(release, { choice: 'abort', reason: 'incident' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', by: 'kim', reason: 'incident' });
  });

  it('is run again as often as a person says', async () => {
    const { release, calls } = await begin({ pipeline: async ({ known, attempt }) => (attempt === 3 ? green : known ? pending() : red) });
    await waitsFor(release, /^a decision on/);
    await decideOn(release, { choice: 'retry' });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'rerunFailed')).toHaveLength(2);
  });

  it('is left behind for the commit that a person names', async () => {
    const amendments: Parameters<Activities['amendPullRequest']>[0][] = [];
    const { release } = await begin({
      ...isRed,
      amendPullRequest: async (amendment) => {
        amendments.push(amendment);
        return { kind: 'amended', head: amendedHead, date: '2026-01-02T00:00:00Z' };
      },
    });
    await waitsFor(release, /^a decision on/);
    await decideOn(release, { choice: 'useSha', sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
    expect(amendments).toMatchObject([{ sha: newer, notBefore: [plan.pinned] }]);
  });

  it('is told as chosen by somebody, and not as newer, when they go back to an older one', async () => {
    const { release, calls } = await begin(isRed);
    await waitsFor(release, /^a decision on/);
    await decideOn(release, { choice: 'useSha', sha: older });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: older });
    expect(calls).toContain(`report carries ${older.slice(0, 12)} now: kim has chosen it`);
  });

  it('is not left behind for a commit that can not be carried: whoever names that is told why, and the question stays', async () => {
    const why = `${older} is not green on org/gitaly-mirror`;
    const { release, calls } = await begin({ ...isRed, judgeCandidate: async ({ sha }) => (sha === older ? why : undefined) });
    await waitsFor(release, /^a decision on/);
    await expect(decideOn(release, { choice: 'useSha', sha: older })).rejects.toMatchObject({ cause: { message: why } });
    await release.signal(decide.signal, { choice: 'useSha', by: 'kim', sha: older });
    await expect.poll(async () => (await release.query(status)).refused).toMatchObject([{ message: 'decide', why }, { message: 'decide', why }]);
    expect((await release.query(status)).decisions).toEqual([]);
    expect(calls).not.toContain('amendPullRequest');
    await decideOn(release, { choice: 'useSha', sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
  });

  it('stays left behind: the commit that was red is offered again at each tick, and not taken', async () => {
    let isGreen = false;
    const { release } = await begin({ pipeline: async ({ known, head }) => (isGreen ? green : head === amendedHead || known ? pending() : red) });
    await waitsFor(release, /^a decision on/);
    await release.signal(candidateSignal, { sha: candidate });
    await decideOn(release, { choice: 'useSha', sha: older });
    await waitsFor(release, 'the pipeline of #7');
    await release.signal(candidateSignal, { sha: candidate });
    isGreen = true;
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: older });
  });

  it('is mended without a person by a newer green commit', async () => {
    const { release } = await begin(isRed);
    await waitsFor(release, /^a decision on/);
    await release.signal(candidateSignal, { sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
  });

  it('asks before it takes a newer commit where the catalog says so, unless told to wait for one', async () => {
    const { release, calls } = await begin(isRed, pinned({ whenFixed: 'ask' }));
    await waitsFor(release, /^a decision on/);
    await release.signal(candidateSignal, { sha: newer });
    const { waitingFor } = await waitsFor(release, 'a decision on the red pipeline of #7 (rspec): 999999999999 is newer, and green on the mirror');
    expect(waitingFor?.send).toEqual([{ message: 'decide', payload: { choice: 'useSha', by: 'your-login', sha: newer } }]);
    expect(calls).not.toContain('amendPullRequest');
    await decideOn(release, { choice: 'waitForFix' });
    await waitsFor(release, 'a green commit that mends #7');
    await release.signal(candidateSignal, { sha: newer });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: newer });
  });

  it('can still be decided on while a fix is waited for', async () => {
    const { release } = await begin(isRed);
    await waitsFor(release, /^a decision on/);
    await decideOn(release, { choice: 'waitForFix' });
    const { waitingFor } = await waitsFor(release, 'a green commit that mends #7');
    expect(waitingFor).toMatchObject({ whom: ['#team'], send: [{ message: 'decide' }] });
    await decideOn(release, { choice: 'close', reason: 'none came' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim', reason: 'none came' });
  });

  it('goes on when somebody makes it green by hand', async () => {
    let mended = false;
    const { release } = await begin({ pipeline: async ({ known }) => (mended ? green : known ? pending() : red) });
    await waitsFor(release, /^a decision on/);
    mended = true;
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });

  it.each([
    ['an unknown choice', { choice: 'rertry' }, 'unknown choice "rertry": did you mean "retry"? Known: retry, close, waitForFix, useSha, abort'],
    ['useSha without one', { choice: 'useSha' }, 'useSha needs the sha'],
    ['a short SHA', { choice: 'useSha', sha: 'abc' }, 'must be a full commit SHA'],
  ])('refuses %s, as a Signal and as an Update', async (_, answer, why) => {
    const { release } = await begin(isRed);
    await waitsFor(release, /^a decision on/);
    await expect(decideOn(release, answer)).rejects.toMatchObject({ cause: { message: expect.stringContaining(why) } });
    await release.signal(decide.signal, { by: 'kim', ...answer } as never);
    await expect.poll(async () => (await release.query(status)).refused).toMatchObject([{ message: 'decide', why: expect.stringContaining(why) }]);
    await decideOn(release, { choice: 'close' });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim' });
  });

  it('refuses a decision when there is none to make', async () => {
    const { release } = await begin({ pipeline: inTurn<Turn>(pending) });
    await waitsFor(release, 'the pipeline of #7');
    await expect(decideOn(release, { choice: 'retry' })).rejects.toMatchObject({ cause: { message: 'nothing is to be decided now' } });
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
  });
});

describe('a pull request that stays open', () => {
  it('is told of once after a day, then to the team at each interval, never at each tick', async () => {
    const { release, calls } = await begin({ pipeline: pending }, { pace: { ...plan.pace, poll: 6 * 3_600_000 } });
    await waitsFor(release, 'the pipeline of #7');
    await server().sleep('23 hours');
    expect(calls.filter((call) => call.includes('not merged'))).toEqual([]);
    await server().sleep('50 hours');
    await release.signal(abort.signal, { by: 'kim', reason: 'enough' });
    await release.result();
    expect(calls.filter((call) => call.startsWith('report') && call.includes('not merged'))).toEqual([
      'report https://forge/org/product/pull/7 is not merged after 1 d: it waits for the pipeline of #7',
      'report https://forge/org/product/pull/7 is not merged after 2 d: it waits for the pipeline of #7',
      'report https://forge/org/product/pull/7 is not merged after 3 d: it waits for the pipeline of #7',
    ]);
    expect(calls.filter((call) => call === 'announce')).toHaveLength(2);
  });
});
