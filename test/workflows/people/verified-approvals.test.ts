import { expect, it } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import { notYet } from '../../../ports/failures.ts';
import type { FoundVote, VoteSearch } from '../../../activities/people/written-votes.ts';
import { candidate as candidateSignal } from '../../../workflows/component/messages.ts';
import { abort, approve } from '../../../workflows/people/messages.ts';
import { history, status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, inTurn, waitsFor } from '../release-stand.ts';
import { candidate, pending, plan as usual } from '../scripted-world.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();

const token = 'header.claims.signature';
const pull = 'https://forge/org/product/pull/7';

function production(approval: Partial<NonNullable<Stage['approval']>> = {}): Stage {
  return { name: 'production', environment: 'production', promote: { kind: 'deployment' }, health: [], approval: { approvers: ['alice', 'bob', 'dana'], required: 1, assurance: 'verified', ...approval } };
}

/** A pull request on which nothing is written until it is. */
function discussion() {
  const votes: FoundVote[] = [];
  const searches: VoteSearch[] = [];
  return {
    searches,
    write: (by: string, vote: Partial<FoundVote> = {}) => void votes.push({ id: `IC_${votes.length}`, url: `${pull}#issuecomment-${votes.length}`, verdict: 'approve', by, ...vote }),
    async findVotes(search: VoteSearch): Promise<readonly FoundVote[]> {
      searches.push(search);
      const news = votes.filter(({ id }) => !search.known?.includes(id));
      if (news.length === 0 && search.known) throw notYet('nobody yet');
      return news;
    },
  };
}

/** The server does not skip the time of a poll's pauses. */
const pace = { ...usual.pace, poll: 200 };

const verified = (jti: string) => async () => ({ kind: 'verified', jti, kid: 'broker' }) as const;

it('counts what an approver writes on the pull request, and no claim', async () => {
  const { findVotes, write, searches } = discussion();
  const { release } = await begin(server(), { findVotes }, { stages: [production()] });
  const { waitingFor } = await waitsFor(release, 'approval of production');
  expect(waitingFor?.write).toEqual({ on: pull, texts: ['/approve production cccccccccccc', '/reject production why'] });
  expect(waitingFor?.send?.[0]).toEqual({ message: 'approve', payload: { stage: 'production', by: 'your-login', sha: candidate, token: 'signed.decision.token' } });
  await expect(release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] })).rejects.toMatchObject({
    cause: { message: expect.stringContaining(`comment "/approve production" or "/reject production <reason>" on ${pull}, or sign it`) },
  });
  write('mallory', { why: '"mallory" may not decide on stage "production"' });
  write('alice');
  expect(await release.result()).toMatchObject({ kind: 'released' });
  expect(searches[0]).toMatchObject({ repository: 'org/product', number: 7, stage: 'production', approvers: ['alice', 'bob', 'dana'], candidate });
  const { decisions, refused } = await release.query(history);
  expect(decisions).toMatchObject([{ message: 'approve', by: 'alice', assurance: 'verified', evidence: `${pull}#issuecomment-1` }]);
  expect(refused).toMatchObject([{ message: 'approve', why: `"mallory" may not decide on stage "production" (${pull}#issuecomment-0)` }]);
});

it('adds no event to its history while nobody writes, however long that takes', async () => {
  const { findVotes, write, searches } = discussion();
  const { release } = await begin(server(), { findVotes }, { stages: [production()] });
  await waitsFor(release, 'approval of production');
  await server().sleep('1 minute');
  const events = async () => (await release.fetchHistory()).events!.length;
  const before = await events();
  await server().sleep('3 hours');
  expect(searches.length).toBeGreaterThan(300);
  expect(await events()).toBe(before);
  write('bob');
  await release.result();
});

it('hears a rejection that was written before the stage asked, and ends', async () => {
  const { findVotes, write } = discussion();
  write('bob', { verdict: 'reject', reason: 'an incident' });
  const { release } = await begin(server(), { findVotes }, { stages: [production()] });
  expect(await release.result()).toMatchObject({ kind: 'rejected', by: 'bob', reason: 'an incident' });
});

it('can be aborted, and forgotten, while it listens', async () => {
  const aborted = await begin(server(), { findVotes: discussion().findVotes }, { stages: [production()] });
  await waitsFor(aborted.release, 'approval of production');
  await aborted.release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'wrong week' }] });
  expect(await aborted.release.result()).toMatchObject({ kind: 'aborted', by: 'alice' });
  const forgotten = await begin(server(), { findVotes: discussion().findVotes }, { stages: [production({ timeout: 60_000 })] });
  expect(await forgotten.release.result()).toMatchObject({ kind: 'unapproved', stage: 'production' });
});

it('keeps duties separate on the pull request, too', async () => {
  const { findVotes, write } = discussion();
  write('Dana');
  const { release } = await begin(server(), { findVotes }, { pace, stages: [production({ separation: ['author'] })] });
  const { refused } = await waitsFor(release, 'approval of production');
  expect(refused).toMatchObject([{ why: expect.stringContaining('"Dana" wrote a commit of it') }]);
  write('bob');
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it('counts a signed decision once it is verified, and each token once', async () => {
  const examined: unknown[] = [];
  const verifyToken: Activities['verifyToken'] = async (input) => (examined.push(input), verified('jti-1')());
  const { release, plan } = await begin(server(), { findVotes: discussion().findVotes, verifyToken }, { stages: [production({ required: 2 })] });
  await waitsFor(release, 'approval of production by 2 people');
  expect(await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', token }] })).toBe('accepted');
  expect(examined).toMatchObject([{ token, approvers: ['alice', 'bob', 'dana'], vote: { by: 'alice', verdict: 'approve', stage: 'production', release: plan.id, sha: candidate } }]);
  expect((await release.query(history)).decisions).toMatchObject([{ by: 'alice', assurance: 'verified', evidence: 'token jti-1, signed with broker' }]);

  await expect(release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'bob', token }] })).rejects.toMatchObject({ cause: { message: 'the token jti-1 has voted already' } });
  await release.signal(approve.signal, { stage: 'production', by: 'bob', token });
  await expect.poll(async () => (await release.query(status)).refused.length).toBe(2);
  expect((await release.query(status)).state).toBe('approval');
});

it('takes two people, whichever way each of them votes, and one person once', async () => {
  const { findVotes, write, searches } = discussion();
  const { release } = await begin(server(), { findVotes, verifyToken: inTurn(verified('jti-1'), verified('jti-2')) }, { pace, stages: [production({ required: 2 })] });
  await waitsFor(release, 'approval of production by 2 people');
  await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', token }] });
  write('Alice');
  await expect.poll(() => searches.at(-1)?.known).toEqual(['IC_0']);
  expect((await release.query(status)).state).toBe('approval');
  await release.signal(approve.signal, { stage: 'production', by: 'bob', token });
  expect(await release.result()).toMatchObject({ kind: 'released' });
});

it('answers why a token does not count, and why one could not be verified in time', async () => {
  const refusals = inTurn<Awaited<ReturnType<Activities['verifyToken']>>>({ kind: 'refused', why: 'the token does not count: it expired' }, async () => {
    throw new Error('the forge is down');
  });
  const { release } = await begin(server(), { findVotes: discussion().findVotes, verifyToken: refusals }, { stages: [production()] });
  await waitsFor(release, 'approval of production');
  const vote = () => release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', token }] });
  await expect(vote()).rejects.toMatchObject({ cause: { message: 'the token does not count: it expired' } });
  const late = expect(vote()).rejects.toMatchObject({ cause: { message: expect.stringMatching(/could not be verified in time: the forge is down/) } });
  await server().sleep('20 seconds');
  await late;
  expect((await release.query(status)).refused).toHaveLength(2);
});

it('keeps an early signed decision, and looks at it once there is a plan', async () => {
  let agreed = () => {};
  const planned = new Promise<void>((resolve) => (agreed = resolve));
  const { findVotes } = discussion();
  const stages = [production()];
  const { release, plan } = await begin(server(), { findVotes, verifyToken: verified('jti-1'), plan: async () => (await planned, { ...plan, stages }) });
  expect(await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', token }] })).toBe('accepted');
  agreed();
  expect(await release.result()).toMatchObject({ kind: 'released' });
  expect((await release.query(history)).decisions).toMatchObject([{ by: 'alice', assurance: 'verified' }]);
});

it('voids signed decisions when it is amended, and counts no comment from before that', async () => {
  const newer = shaOf('f');
  const { findVotes, searches, write } = discussion();
  let green = false;
  const pipeline = async () => (green ? ({ kind: 'green' } as const) : pending());
  const { release } = await begin(server(), { findVotes, pipeline, verifyToken: verified('jti-1') }, { pace, stages: [production()] });
  await waitsFor(release, 'the pipeline of #7');
  await release.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', token }] });
  await server().sleep('10 seconds');
  const amendedAfter = new Date(await server().currentTimeMs()).toISOString();
  await release.signal(candidateSignal, { sha: newer });
  await expect.poll(async () => (await release.query(status)).candidate).toBe(newer);
  green = true;
  const { refused } = await waitsFor(release, 'approval of production');
  expect(refused).toMatchObject([{ message: 'approve', why: expect.stringContaining('the vote of alice on production is void') }]);
  expect(searches[0]!.candidate).toBe(newer);
  expect(Date.parse(searches[0]!.since)).toBeGreaterThanOrEqual(Date.parse(amendedAfter) - 1_000);
  write('bob');
  await expect.poll(async () => (await release.query(status)).refused).toMatchObject([{}, { why: expect.stringContaining(`the vote has to say that it is for ${newer}`) }]);
  write('bob', { sha: newer });
  expect(await release.result()).toMatchObject({ kind: 'released' });
});
