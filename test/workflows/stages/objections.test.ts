import { describe, expect, it } from 'vitest';
import type { ObjectionNews } from '../../../domain/people/objection.ts';
import { candidate as offered } from '../../../workflows/component/messages.ts';
import { decide, objected } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { shaOf } from '../../shas.ts';
import { begin, inTurn, waitsFor } from '../release-stand.ts';
import type { Running } from '../release-stand.ts';
import { candidate, mergeSha, pending, plan } from '../scripted-world.ts';

const server = useTimeSkipping();

const since = '2026-01-01T00:00:00Z';
const halt = { by: 'kim', reason: 'an incident', since };
const veto = { sha: candidate, by: 'kim', reason: 'leaks', since };
const [staging, production] = plan.stages;
const hears = (release: Running, news: Omit<ObjectionNews, 'candidate'>) => release.signal(objected, { candidate, ...news });
const green = { kind: 'green' } as const;

describe('a component that is halted', () => {
  it('keeps its release from being merged, shows that, and lets it go on when it is lifted', async () => {
    const lines: string[] = [];
    const { release, calls } = await begin(server(), { pipeline: inTurn(pending, pending, green), report: async ({ line }) => void lines.push(line) });
    await waitsFor(release, 'the pipeline of #7');
    await hears(release, { at: 1, halt });
    const seen = await waitsFor(release, 'the end of the halt of gitaly, by kim: an incident');
    expect(seen.objections).toEqual(['gitaly is halted by kim: an incident']);
    expect(seen.waitingFor).toMatchObject({ whom: ['an operator'], send: [{ message: 'lift', to: 'component/gitaly', payload: { by: 'your-login' } }] });
    await server().sleep('1 hour');
    expect(calls).not.toContain('mergePullRequest');
    // What was known before comes late.
    await hears(release, { at: 0 });
    await hears(release, { at: 2 });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(lines.filter((line) => line.includes('halted'))).toEqual(['stops where it is: gitaly is halted by kim: an incident', 'goes on: gitaly is halted no more']);
    expect((await release.query(status)).objections).toBeUndefined();
  });

  it('is noticed by the merge itself, where nobody has told the release', async () => {
    const until = new Date((await server().currentTimeMs()) + 3_600_000).toISOString();
    const answers = inTurn<{ kind: 'objected'; objection: { at: number; halt: typeof halt & { until: string } } } | { kind: 'merged'; sha: typeof mergeSha }>({ kind: 'objected', objection: { at: 1, halt: { ...halt, until } } }, { kind: 'merged', sha: mergeSha });
    const { release, calls } = await begin(server(), { mergePullRequest: answers });
    // It goes on by itself when the time is over.
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'mergePullRequest')).toHaveLength(2);
  });

  it('is noticed by the claim of an environment, which others may have meanwhile', async () => {
    const claims = inTurn<{ kind: 'objected'; objection: { at: number; halt: typeof halt } } | { kind: 'granted'; fence: number }>({ kind: 'objected', objection: { at: 1, halt } }, { kind: 'granted', fence: 1 });
    const { release, calls } = await begin(server(), { claimEnvironment: claims }, { stages: [staging!] });
    await waitsFor(release, 'the end of the halt');
    expect(calls.filter((call) => call.endsWith('Environment staging'))).toEqual(['claimEnvironment staging', 'leaveEnvironment staging']);
    await hears(release, { at: 2 });
    expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging'] });
  });

  it('gives an environment back that is granted meanwhile', async () => {
    const queued = inTurn<{ kind: 'queued'; behind: string[] } | { kind: 'granted'; fence: number }>({ kind: 'queued', behind: ['release/monitor/from-1'] }, { kind: 'granted', fence: 2 });
    const { release, calls } = await begin(server(), { claimEnvironment: queued }, { stages: [staging!] });
    await waitsFor(release, 'staging, behind');
    await hears(release, { at: 1, halt });
    const { candidate: _, ...key } = { candidate, key: `${release.workflowId}/staging/cccccccccccc` };
    await release.signal('granted', { ...key, fence: 1 });
    await waitsFor(release, 'the end of the halt');
    expect(calls).not.toContain('promote staging');
    expect(calls).toContain('leaveEnvironment staging');
    await hears(release, { at: 2 });
    expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging'] });
    expect(calls.filter((call) => call === 'claimEnvironment staging')).toHaveLength(2);
  });

  it('stops the clock of a soak', async () => {
    const { release } = await begin(server(), { soak: inTurn(pending, pending, async () => ({})) }, { stages: [{ ...production!, approval: undefined }] as never });
    await waitsFor(release, '1 h of production');
    await hears(release, { at: 1, halt });
    await waitsFor(release, 'the end of the halt');
    await hears(release, { at: 2 });
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });
});

describe('a veto on what a release carries', () => {
  it('is asked about while its pull request is open, and a newer commit mends it', async () => {
    const { release, calls } = await begin(server(), { pipeline: async ({ change, known }) => (change.candidate === shaOf('9') ? green : known?.kind === 'vetoed' ? pending() : pending()) });
    await waitsFor(release, 'the pipeline of #7');
    await hears(release, { at: 1, veto });
    const seen = await waitsFor(release, 'a decision on #7: cccccccccccc is vetoed by kim: leaks');
    expect(seen.waitingFor?.send).toEqual([{ message: 'decide', payload: { choice: 'close', by: 'your-login' } }, { message: 'lift', to: 'component/gitaly', payload: { sha: candidate, by: 'your-login' } }]);
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'kim' }] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('unknown choice "retry"') } });
    await release.signal(offered, { sha: shaOf('9') });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate: shaOf('9') });
    expect(calls).toContain('amendPullRequest');
  });

  it('is moot when it is lifted', async () => {
    let lifted = false;
    const { release } = await begin(server(), { pipeline: async () => (lifted ? green : pending()) });
    await waitsFor(release, 'the pipeline of #7');
    await hears(release, { at: 1, veto });
    await waitsFor(release, 'a decision on #7');
    lifted = true;
    await hears(release, { at: 2 });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate });
  });

  it('ends it, where people close its pull request', async () => {
    const objections: unknown[] = [];
    const { release } = await begin(server(), { object: async (objecting) => void objections.push(objecting), mergePullRequest: async () => ({ kind: 'objected', objection: { at: 1, veto } }), pipeline: async ({ known }) => (known?.kind === 'vetoed' ? pending() : green) });
    await waitsFor(release, 'a decision on #7');
    await release.executeUpdate(decide.update, { args: [{ choice: 'close', by: 'kim', reason: 'leaks' }] });
    expect(await release.result()).toMatchObject({ kind: 'closed', by: 'kim' });
    // That commit alone is not offered again.
    expect(objections).toMatchObject([{ by: 'kim', reason: 'leaks', vetoes: candidate }]);
  });

  it('is asked about before the next stage, and what ran before comes back', async () => {
    const { release, calls } = await begin(server(), {}, { stages: [staging!, production!] });
    await waitsFor(release, 'approval of production');
    await hears(release, { at: 1, veto });
    await release.signal('approve', { stage: 'production', by: 'alice' });
    const seen = await waitsFor(release, 'a decision before production: cccccccccccc is vetoed by kim: leaks');
    expect(seen.waitingFor?.send?.map(({ payload }) => (payload as { choice?: string }).choice)).toEqual(['rollback', 'abort', undefined]);
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'rollback', by: 'kim' }] })).rejects.toMatchObject({ cause: { message: 'rollback needs a "reason"' } });
    await release.executeUpdate(decide.update, { args: [{ choice: 'rollback', by: 'kim', reason: 'leaks' }] });
    expect(await release.result()).toMatchObject({ kind: 'rolledBack', by: 'kim', stage: 'production', undone: [expect.stringContaining('staging')] });
    expect(calls).not.toContain('promote production');
  });

  it('does not ship it, and goes on when it is lifted', async () => {
    const { release, calls } = await begin(server(), {}, { stages: [staging!, { ...production!, soak: undefined }] as never });
    await waitsFor(release, 'approval of production');
    await hears(release, { at: 1, veto });
    await release.signal('approve', { stage: 'production', by: 'alice' });
    await waitsFor(release, 'a decision before production');
    expect(calls).not.toContain('promote production');
    await hears(release, { at: 2 });
    expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging', 'production'] });
  });

  it('fails a stage that soaks: it may be rolled back, but not be tried again', async () => {
    const { release } = await begin(server(), { soak: pending }, { stages: [{ ...production!, approval: undefined }] as never });
    await waitsFor(release, '1 h of production');
    await hears(release, { at: 1, veto });
    const seen = await waitsFor(release, 'how to go on after production, which failed');
    expect(seen.next).toBe('cccccccccccc is vetoed by kim: leaks');
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ana' }] })).rejects.toMatchObject({ cause: { message: `cccccccccccc is vetoed by kim: leaks. Lift that first: slipway lift gitaly --sha ${candidate} --by <you>` } });
    await release.executeUpdate(decide.update, { args: [{ choice: 'rollback', by: 'ana', reason: 'leaks' }] });
    expect(await release.result()).toMatchObject({ kind: 'rolledBack', by: 'ana' });
  });

  it('is not of another commit that it carries by now', async () => {
    const { release } = await begin(server());
    await release.signal(objected, { at: 1, candidate: shaOf('8'), veto: { ...veto, sha: shaOf('8') } });
    expect(await release.result()).toMatchObject({ kind: 'released', candidate });
  });
});
