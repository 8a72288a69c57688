import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { Report } from '../../../activities/release/reports.ts';
import type { Promotion } from '../../../activities/stages/promotions.ts';
import type { Soak, SoakEnd } from '../../../activities/stages/soaks.ts';
import type { Claim, Leaving } from '../../../domain/environments/claim.ts';
import { environmentFrozen, granted, superseded } from '../../../workflows/environments/messages.ts';
import { abort, approve, decide, pause, resume } from '../../../workflows/people/messages.ts';
import { history, status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, waitsFor } from '../release-stand.ts';
import { candidate, never, pending, pinned, plan } from '../scripted-world.ts';
import type { Stage } from '../../../domain/stages/rules.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();

const staging: Stage = { name: 'staging', environment: 'staging', promote: { kind: 'deployment' }, health: [] };
const canary: Stage = { ...staging, name: 'canary', environment: 'canary' };
const production: Stage = { ...staging, name: 'production', environment: 'production', soak: 3_600_000, health: [{ kind: 'http', url: 'https://production/health' }] };
const operator = { by: 'olga', reason: 'the incident' };
const choice = (choice: string, more: object = {}) => ({ choice, ...operator, ...more });
const failing = /^how to go on after production, which failed$/;

/** Deployments to these environments fail as often as that; then they succeed. */
function deployments(failures: Readonly<Record<string, number>>) {
  const left = { ...failures };
  const promotions: Promotion[] = [];
  const environments = new Map<number, string>();
  return {
    promotions,
    script: {
      promote: async (promotion: Promotion) => {
        promotions.push(promotion);
        environments.set(promotions.length, promotion.environment);
        return { id: promotions.length, url: `https://forge/runs/${promotions.length}` };
      },
      deployed: async ({ id }: { id: number }) => {
        const environment = environments.get(id)!;
        const fails = (left[environment] ?? 0) > 0;
        left[environment] = (left[environment] ?? 0) - 1;
        return fails ? ('failed' as const) : ('succeeded' as const);
      },
    },
  };
}

describe('a stage that fails', () => {
  it('stops the release, which asks people how to go on', async () => {
    const { release, calls } = await startRelease([production, staging], deployments({ production: 1 }).script);
    const { stages, waitingFor, next } = await waitsFor(release, failing);
    expect(stages[0]).toMatchObject({ mark: 'failed', url: 'https://forge/runs/1' });
    expect(next).toBe('the deployment to production failed: https://forge/runs/1');
    expect(waitingFor?.send?.map(({ payload }) => (payload as { choice: string }).choice)).toEqual(['retry', 'rollback', 'skip', 'abort']);
    expect(calls).not.toContain('promote staging');
    expect(calls).not.toContain('leaveEnvironment production');
    await release.signal(decide.signal, choice('abort'));
    expect(await release.result()).toMatchObject({ kind: 'aborted', ...operator });
    expect(calls).toContain('leaveEnvironment production');
  });

  it('is tried again, under a key of its own, when somebody says so', async () => {
    const { promotions, script } = deployments({ production: 2 });
    const { id, release } = await startRelease([production], script);
    for (const attempt of [1, 2]) {
      await waitsFor(release, failing);
      await release.executeUpdate(decide.update, { args: [choice('retry', { stage: 'production' })] });
      await expect.poll(() => promotions.length).toBe(attempt + 1);
    }
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(promotions.map(({ key }) => key)).toEqual([`${id}/production/${candidate.slice(0, 12)}`, `${id}/production/${candidate.slice(0, 12)}/2`, `${id}/production/${candidate.slice(0, 12)}/3`]);
    expect((await release.query(history)).decisions).toMatchObject([{ message: 'decide retry', by: 'olga' }, { message: 'decide retry' }]);
  });

  it('is skipped for a reason only', async () => {
    const { release, calls } = await startRelease([production, staging], deployments({ production: 1 }).script);
    await waitsFor(release, failing);
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'skip', by: 'olga' }] })).rejects.toMatchObject({ cause: { message: 'skipping a stage needs a "reason"' } });
    await expect(release.executeUpdate(decide.update, { args: [choice('skipp')] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('did you mean "skip"?') } });
    await expect(release.executeUpdate(decide.update, { args: [choice('skip', { stage: 'staging' })] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('to be decided is "production"') } });
    await release.signal(decide.signal, choice('skip'));
    expect(await release.result()).toMatchObject({ kind: 'released', stages: ['staging'], skipped: ['production'] });
    expect((await release.query(status)).outcome).toBe('released through staging; skipped: production');
    expect((await release.query(status)).stages.map(({ mark }) => mark)).toEqual(['skipped', 'done']);
    expect(calls).toContain('promote staging');
  });

  it('is rolled back with all stages before it, newest first, to what ran there before', async () => {
    const { promotions, script } = deployments({ production: 1 });
    const before = { candidate: shaOf('1'), sha: shaOf('2'), release: 'release/gitaly/before', since: '2026-01-01T00:00:00Z' };
    const { id, release } = await startRelease([staging, canary, production], {
      ...script,
      claimEnvironment: async ({ claim }) => ({ kind: 'granted', fence: 1, ...(claim.environment === 'canary' && { previous: before }) }),
    });
    await waitsFor(release, failing);
    await release.signal(decide.signal, choice('rollback'));
    expect(await release.result()).toEqual({
      kind: 'rolledBack',
      stage: 'production',
      ...operator,
      undone: [`production: ${pinned.slice(0, 12)} again`, 'canary: 111111111111 again', `staging: ${pinned.slice(0, 12)} again`],
      stays: ['#7 is merged', 'gitaly is halted: slipway lift gitaly --by <you>; to take its pin back: slipway start takePinBack gitaly --by <you> --reason <why>'],
      owed: [],
    });
    expect(promotions.slice(3).map(({ key, sha }) => [key, sha])).toEqual([
      [`${id}/production/${candidate.slice(0, 12)}/rollback`, plan.base],
      [`${id}/canary/${candidate.slice(0, 12)}/rollback`, before.sha],
      [`${id}/staging/${candidate.slice(0, 12)}/rollback`, plan.base],
    ]);
    expect((await release.query(status)).stages.map(({ mark }) => mark)).toEqual(['rolledBack', 'rolledBack', 'rolledBack']);
  });

  it('is rolled back only where this release is what runs', async () => {
    const { promotions, script } = deployments({ production: 1 });
    const { release } = await startRelease([staging, production], {
      ...script,
      claimEnvironment: async ({ claim }) => (claim.purpose === 'rollback' ? { kind: 'refused', why: 'another one runs' } : { kind: 'granted', fence: 1 }),
    });
    await waitsFor(release, failing);
    await release.signal(decide.signal, choice('rollback'));
    expect(await release.result()).toMatchObject({ kind: 'rolledBack', stays: ['#7 is merged', 'staging runs something else by now', 'gitaly is halted: slipway lift gitaly --by <you>; to take its pin back: slipway start takePinBack gitaly --by <you> --reason <why>'] });
    expect(promotions.map(({ environment }) => environment)).toEqual(['staging', 'production', 'production']);
  });

  it('is not rolled back where another component would go back with it: what can be done is asked again', async () => {
    const { promotions, script } = deployments({ production: 1 });
    const { release } = await startRelease([production], { ...script, compareRollback: async () => ({ kind: 'takesBack', others: ['monitor', 'pages'] }) });
    await waitsFor(release, failing);
    await release.signal(decide.signal, choice('rollback'));
    await expect.poll(async () => (await release.query(status)).next).toBe(`the deployment to production failed: https://forge/runs/1. It can't be rolled back: ${plan.base.slice(0, 12)} would take monitor, pages back, too`);
    await release.signal(decide.signal, choice('abort'));
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: [], owed: [] });
    expect(promotions).toHaveLength(1);
  });

  it('is rolled back where no other component goes back with it, and says what is left to do elsewhere', async () => {
    const { promotions, script } = deployments({ production: 1 });
    const { release } = await startRelease([staging, canary, production], {
      ...script,
      compareRollback: async ({ environment }) => {
        if (environment === 'canary') return { kind: 'takesBack', others: ['monitor'] };
        return environment === 'staging' ? { kind: 'elsewhere', runs: { sha: shaOf('9'), at: '2026-01-01T00:00:00Z' } } : { kind: 'mayGo' };
      },
    });
    await waitsFor(release, failing);
    await release.signal(decide.signal, choice('rollback'));
    expect(await release.result()).toMatchObject({
      kind: 'rolledBack',
      undone: [`production: ${pinned.slice(0, 12)} again`],
      stays: ['#7 is merged', 'staging runs it', 'canary runs it', 'gitaly is halted: slipway lift gitaly --by <you>; to take its pin back: slipway start takePinBack gitaly --by <you> --reason <why>'],
      owed: [`roll canary back to ${pinned.slice(0, 12)}: ${plan.base.slice(0, 12)} would take monitor back, too`, `roll staging back to ${pinned.slice(0, 12)}: staging runs 999999999999, brought by somebody else`],
    });
    expect(promotions.slice(3).map(({ environment }) => environment)).toEqual(['production']);
  });

  it('is rolled back at once where the catalog says so', async () => {
    const { script } = deployments({ production: 1 });
    const { release } = await startRelease([staging, { ...production, onFailure: 'rollback' }], script);
    const outcome = await release.result();
    expect(outcome).toMatchObject({ kind: 'rolledBack', reason: 'the deployment to production failed: https://forge/runs/2', owed: [] });
    expect(outcome).not.toHaveProperty('by');
  });

  it('names a rollback that failed, and goes on with the others', async () => {
    const { script } = deployments({ production: 2 });
    const { release } = await startRelease([staging, { ...production, onFailure: 'rollback' }], script);
    expect(await release.result()).toMatchObject({
      kind: 'rolledBack',
      owed: [`roll production back to ${pinned.slice(0, 12)}`],
      undone: [`staging: ${pinned.slice(0, 12)} again`],
    });
  });

  it('may have failed by its health', async () => {
    const { release } = await startRelease([{ ...production, unhealthyLimit: 60_000, onFailure: 'rollback' }], {
      soak: async ({ unhealthyLimitMs }: Soak) => ({ failed: `unhealthy: 502, for ${unhealthyLimitMs} ms` }),
    });
    expect(await release.result()).toMatchObject({ kind: 'rolledBack', reason: 'production is not healthy: unhealthy: 502, for 60000 ms' });
  });
});

describe('a soak', () => {
  const sick = { turned: 'sick', why: 'unhealthy: 503', observation: { observedMs: 0, lastAt: 0, lastHealthy: false } } as const;

  it.each(['rollback', 'abort'])('that is sick is told to the team at once, and ended by %s', async (ending) => {
    const told: string[] = [];
    const soaks: Soak[] = [];
    const { release } = await startRelease([production], {
      announce: async ({ text }) => void told.push(text),
      soak: async (soak) => {
        soaks.push(soak);
        return soak.known === 'sick' ? pending() : sick;
      },
    });
    const { waitingFor, state } = await waitsFor(release, '1 h of healthy production, which is unhealthy: 503');
    expect(state).toBe('soaking');
    expect(waitingFor).toMatchObject({ whom: ['an operator'], send: [{ message: 'decide', payload: { choice: 'rollback', stage: 'production' } }, { payload: { choice: 'abort' } }] });
    await expect.poll(() => told).toEqual([expect.stringContaining('production is unhealthy: 503 while it soaks')]);
    expect(soaks.at(-1)).toMatchObject({ known: 'sick', before: sick.observation });
    await release.executeUpdate(decide.update, { args: [choice(ending, { stage: 'production' })] });
    expect(await release.result()).toMatchObject(ending === 'rollback' ? { kind: 'rolledBack', ...operator, undone: [`production: ${pinned.slice(0, 12)} again`] } : { kind: 'aborted', stays: ['#7 is merged', 'production runs it'] });
  });

  it('that is healthy can be ended, too: also while its clock stands still', async () => {
    const { release } = await soaking();
    await expect(release.executeUpdate(decide.update, { args: [choice('retry')] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('Known: rollback, abort') } });
    await release.signal(environmentFrozen, { environment: 'production', frozen: { reason: 'the fair' } });
    await waitsFor(release, 'the thaw of production (the fair)');
    await release.executeUpdate(decide.update, { args: [choice('rollback')] });
    expect(await release.result()).toMatchObject({ kind: 'rolledBack', by: 'olga' });
  });

  it('goes on when it is well again, and is told so', async () => {
    const { release, calls } = await startRelease([production], {
      soak: async ({ known, before }): Promise<SoakEnd> => {
        if (before?.observedMs === 60_000) return {};
        return known === 'sick' ? { turned: 'well', observation: { observedMs: 60_000, lastAt: 0, lastHealthy: true } } : sick;
      },
    });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).toContain('report production is healthy again');
    expect((await release.query(status)).stages).toMatchObject([{ mark: 'done', soak: { observedMs: 3_600_000, ofMs: 3_600_000 } }]);
  });

  it('that looks at nothing says so', async () => {
    const { release } = await startRelease([{ ...production, health: [] }], { soak: pending });
    await waitsFor(release, '1 h of production, at which nothing looks: production names no health check');
    await release.signal(abort.signal, operator);
    await release.result();
  });

  it('shows what it has observed, and for how long it stood still', async () => {
    const { release, calls } = await soaking();
    await release.signal(environmentFrozen, { environment: 'production', frozen: { reason: 'the fair', by: 'otto' } });
    expect((await waitsFor(release, 'the thaw of production (the fair, by otto)')).stages[0]?.soak).toMatchObject({ observedMs: 600_000, ofMs: 3_600_000, standing: 'frozen (the fair, by otto)' });
    await expect.poll(() => calls).toContain('report production waits for the thaw of production (the fair, by otto)');
    await server().sleep('5 min');
    await release.signal(environmentFrozen, { environment: 'production' });
    const { soak } = (await waitsFor(release, '50 min of healthy production')).stages[0]!;
    expect(soak).toMatchObject({ observedMs: 600_000 });
    expect(soak!.stoodMs).toBeGreaterThanOrEqual(300_000);
    expect(soak).not.toHaveProperty('standing');
    await release.signal(abort.signal, operator);
    await release.result();
  });
});

describe('a deployment that the forge keeps waiting for a review', () => {
  it('names those whom it waits for, tells them once, and goes on when one of them has reviewed it', async () => {
    const reports: Report[] = [];
    let reviewed = false;
    const { release } = await startRelease([staging], {
      report: async (report) => void reports.push(report),
      deployed: async ({ known }) => {
        if (known === 'nobody') return reviewed ? 'succeeded' : { waitsFor: ['rita', 'org/managers'], url: 'https://forge/runs/staging' };
        return reviewed ? { waitsFor: 'nobody', url: 'https://forge/runs/staging' } : pending();
      },
    });
    const { waitingFor, state } = await waitsFor(release, 'the review of the deployment to staging: https://forge/runs/staging');
    expect([state, waitingFor?.whom]).toEqual(['promoting', ['rita', 'org/managers']]);
    await expect.poll(() => reports.filter(({ announcement }) => announcement)).toMatchObject([{ announcement: { channel: '#team', call: { whom: ['rita', 'org/managers'] } } }]);
    reviewed = true;
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(reports.filter(({ line }) => line.includes('review'))).toHaveLength(1);
  });
});

describe('a release that is paused', () => {
  it('merges nothing and begins no stage until it is resumed', async () => {
    let isGreen = false;
    const { release, calls } = await startRelease([staging], { pipeline: async () => (isGreen ? { kind: 'green' } : pending()) });
    await waitsFor(release, 'the pipeline of #7');
    await release.executeUpdate(pause.update, { args: [operator] });
    isGreen = true;
    await waitsFor(release, 'the end of the pause');
    await server().sleep('1 hour');
    await expect(release.executeUpdate(pause.update, { args: [operator] })).rejects.toMatchObject({ cause: { message: 'olga has paused it already' } });
    expect(await release.query(status)).toMatchObject({ paused: operator });
    expect(calls).not.toContain('mergePullRequest');
    await release.executeUpdate(resume.update, { args: [{ by: 'otto' }] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(await release.query(status)).not.toHaveProperty('paused');
  });

  it('leaves an environment to others, also when it is approved meanwhile', async () => {
    const { release, calls } = await startRelease([{ ...staging, approval: { approvers: ['alice'], required: 1 } }]);
    await waitsFor(release, 'approval of staging');
    await release.executeUpdate(pause.update, { args: [operator] });
    await release.executeUpdate(approve.update, { args: [{ stage: 'staging', by: 'alice' }] });
    const { waitingFor } = await waitsFor(release, 'the end of the pause');
    expect(waitingFor).toMatchObject({ whom: ['an operator'], send: [{ message: 'resume', payload: { by: 'your-login' } }] });
    await server().sleep('1 hour');
    expect(calls).not.toContain('claimEnvironment staging');
    await release.executeUpdate(resume.update, { args: [operator] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).toContain('claimEnvironment staging');
  });

  it('soaks on from where it was', async () => {
    const { release, soaks } = await soaking();
    await release.signal(pause.signal, operator);
    await waitsFor(release, 'the end of the pause');
    await release.signal(resume.signal, { by: 'olga' });
    await expect.poll(() => soaks.at(-1)?.observedMs).toBe(600_000);
    await waitsFor(release, '50 min of healthy production');
    await expect(release.executeUpdate(resume.update, { args: [{ by: 'otto' }] })).rejects.toMatchObject({ cause: { message: 'it is not paused' } });
    await release.signal(abort.signal, operator);
    expect(await release.result()).toMatchObject({ kind: 'aborted', stays: ['#7 is merged', 'production runs it'] });
  });

  it('can be aborted', async () => {
    const { release } = await soaking();
    await release.signal(pause.signal, operator);
    await waitsFor(release, 'the end of the pause');
    await release.signal(abort.signal, operator);
    expect(await release.result()).toMatchObject({ kind: 'aborted' });
  });
});

describe('an environment', () => {
  it('that freezes stops the clock of a soak, and lets it go on when it thaws', async () => {
    const { release, soaks } = await soaking();
    await release.signal(environmentFrozen, { environment: 'production', frozen: { reason: 'the fair', by: 'otto' } });
    await waitsFor(release, 'the thaw of production (the fair, by otto)');
    await release.signal(environmentFrozen, { environment: 'production' });
    await expect.poll(() => soaks.at(-1)?.observedMs).toBe(600_000);
    await release.signal(abort.signal, operator);
    await release.result();
  });

  it('that is taken is waited for, until it says that it is free', async () => {
    const { id, release, calls } = await startRelease([staging], { claimEnvironment: async () => ({ kind: 'queued', behind: ['release/x/1', 'release/y/1'] }) });
    const { stages } = await waitsFor(release, 'staging, behind release/x/1, release/y/1');
    expect(stages).toMatchObject([{ mark: 'queued' }]);
    await release.signal(granted, { key: `${id}/staging/${candidate.slice(0, 12)}`, fence: 7 });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call === 'leaveEnvironment staging')).toHaveLength(1);
  });

  it('that was terminated is asked again by whoever waits', async () => {
    const answers = [{ kind: 'queued', behind: ['release/x/1'] }, { kind: 'granted', fence: 1 }] as const;
    let asked = 0;
    const { release } = await startRelease([staging], { claimEnvironment: async () => answers[asked++]! });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(asked).toBe(2);
  });

  it('tells the deployment of its grant', async () => {
    const { promotions, script } = deployments({});
    const dispatched: Stage = { ...staging, promote: { kind: 'workflow', workflow: 'deploy.yml', inputs: { key: '{key}', fence: '{fence}' } } };
    const { id, release } = await startRelease([dispatched], { ...script, claimEnvironment: async () => ({ kind: 'granted', fence: 42 }) });
    await release.result();
    expect(promotions[0]?.mechanism).toMatchObject({ inputs: { key: `${id}/staging/${candidate.slice(0, 12)}`, fence: '42' } });
  });

  it('is looked at when it is granted, and once more where the release was held after that', async () => {
    let grant: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => (grant = resolve));
    const { release, calls } = await startRelease([staging, production], {
      claimEnvironment: async ({ claim }) => {
        if (claim.environment === 'staging') await asked;
        return { kind: 'granted', fence: 1, standing: { kind: 'free' } };
      },
    });
    await expect.poll(() => calls).toContain('claimEnvironment staging');
    await release.executeUpdate(pause.update, { args: [operator] });
    grant!();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(calls).not.toContain('compareContents staging');
    await release.executeUpdate(resume.update, { args: [operator] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls).toContain('compareContents staging');
    expect(calls).not.toContain('compareContents production');
  });

  it.each([
    ['another release', 'release/gitaly/other', []],
    ['this release itself, before an operator reset it,', undefined, ['promote staging']],
  ])('that runs what %s has brought is told of nothing but that', async (_, other, promoted) => {
    const { release, calls } = await startRelease([staging], {
      claimEnvironment: async ({ claim }) => ({ kind: 'granted', fence: 1, standing: { kind: 'there', runs: { sha: claim.sha, at: '2026-01-01T00:00:00Z', release: other ?? claim.release } } }),
    });
    await release.result();
    expect(calls.filter((call) => call.startsWith('promote'))).toEqual(promoted);
    expect(calls.some((call) => call.includes('staging runs it already'))).toBe(promoted.length === 0);
  });

  it('is kept until it shows what was brought there; where it does not, people are asked', async () => {
    let isThere = false;
    const { release, calls } = await startRelease([production], {
      leaveEnvironment: async ({ shows }) => (shows ? 'kept' : 'left'),
      confirmContents: async () => (isThere ? { isThere } : { isThere: false, runs: { sha: shaOf('f'), at: '' } }),
    });
    expect((await waitsFor(release, failing)).next).toBe('production runs ffffffffffff, brought by somebody else, without eeeeeeeeeeee');
    isThere = true;
    await release.executeUpdate(decide.update, { args: [choice('retry')] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => /^(confirmContents|leaveEnvironment) /.test(call)).map((call) => call.split(' ')[0])).toEqual(['leaveEnvironment', 'confirmContents', 'leaveEnvironment', 'confirmContents', 'leaveEnvironment']);
  });

  it('that a newer candidate waits for ends the older one\'s release', async () => {
    const { id, release, calls } = await startRelease([staging], { claimEnvironment: async () => ({ kind: 'queued', behind: ['release/x/1'] }) });
    await waitsFor(release, 'staging, behind release/x/1');
    await release.signal(superseded, { key: `${id}/staging/${candidate.slice(0, 12)}`, by: 'release/gitaly/newer' });
    expect(await release.result()).toMatchObject({ kind: 'superseded', stage: 'staging', by: 'release/gitaly/newer', stays: ['#7 is merged'] });
    expect(calls).not.toContain('promote staging');
  });

  it('that runs a newer candidate already has no place for an older one', async () => {
    const { release } = await startRelease([staging], { claimEnvironment: async () => ({ kind: 'outdated', by: shaOf('f') }) });
    expect(await release.result()).toMatchObject({ kind: 'superseded', by: 'ffffffffffff' });
  });

  it('is given back by a release that is aborted while it waits', async () => {
    const { release, calls } = await startRelease([staging], { claimEnvironment: async () => ({ kind: 'queued', behind: ['release/x/1'] }) });
    await waitsFor(release, 'staging, behind release/x/1');
    await release.signal(abort.signal, operator);
    expect(await release.result()).toMatchObject({ kind: 'aborted' });
    expect(calls).toContain('leaveEnvironment staging');
  });

  it('is not given back while it is unknown how a deployment ended', async () => {
    const { release, calls } = await startRelease([staging], { deployed: pending });
    await waitsFor(release, 'the deployment to staging');
    await release.signal(abort.signal, operator);
    expect(await release.result()).toMatchObject({ kind: 'aborted' });
    expect(calls).not.toContain('leaveEnvironment staging');
  });

  it('that will not be given back is asked about, and is still to be given back until it is', async () => {
    let refuses = true;
    const { release, calls } = await startRelease([production], { ...deployments({ production: 1 }).script, leaveEnvironment: async () => (refuses ? never('no permission')() : 'left') });
    await waitsFor(release, failing);
    await release.signal(decide.signal, choice('abort'));
    const { owes } = await waitsFor(release, 'giving production back: no permission');
    expect(owes).toMatchObject([{ what: 'giving production back' }]);
    refuses = false;
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'olga' }] });
    expect(await release.result()).toMatchObject({ kind: 'aborted', ...operator });
    expect(calls.filter((call) => call === 'leaveEnvironment production')).toHaveLength(2);
  });

  it('that will not be given back is given up for a reason: it finds out for itself', async () => {
    const { release } = await startRelease([production], { ...deployments({ production: 1 }).script, leaveEnvironment: never('no permission') });
    await waitsFor(release, failing);
    await release.cancel();
    await waitsFor(release, 'giving production back: no permission');
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'olga' }] })).rejects.toMatchObject({ cause: { message: 'giveUp needs a "reason"' } });
    await release.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'olga', reason: 'terminated it' }] });
    await expect(release.result()).rejects.toThrow();
    expect((await release.query(status)).ending).toBe('cancelled');
  });

  it('hears what it runs from now on', async () => {
    const left: Leaving[] = [];
    const claims: Claim[] = [];
    const { id, release } = await startRelease([staging], {
      claimEnvironment: async ({ claim }) => {
        claims.push(claim);
        return { kind: 'granted', fence: 1 };
      },
      leaveEnvironment: async (leaving) => {
        left.push(leaving);
        return 'left';
      },
    });
    await release.result();
    expect(claims).toMatchObject([{ key: `${id}/staging/${candidate.slice(0, 12)}`, purpose: 'promote', candidate, component: 'gitaly' }]);
    expect(left).toMatchObject([{ environment: 'staging', key: `${id}/staging/${candidate.slice(0, 12)}`, component: 'gitaly', runs: { candidate, release: id } }]);
  });
});

async function startRelease(stages: readonly Stage[], script: Partial<Activities> = {}) {
  const begun = await begin(server(), script, { stages });
  return { ...begun, id: begun.plan.id };
}

/** A release that has observed ten minutes of an hour. */
async function soaking() {
  const soaks: Soak[] = [];
  const { release, calls } = await startRelease([production], {
    soak: async (soak: Soak) => {
      soaks.push(soak);
      throw ApplicationFailure.create({ type: 'NotYet', message: '10 min of 1 h observed' });
    },
    observedSoFar: async () => 600_000,
  });
  await waitsFor(release, '1 h of healthy production');
  return { release, soaks, calls };
}

describe('an abort while a deployment is under way', () => {
  it('names what is under way, hears what it comes to, and leaves no stage as going on', async () => {
    let state: 'running' | 'succeeded' = 'running';
    const { release } = await startRelease([staging], {
      deployed: async () => (state === 'running' ? pending() : state),
    });
    await waitsFor(release, 'the deployment to staging');
    await release.signal(abort.signal, { by: 'olga', reason: 'wrong week' });
    await expect.poll(async () => (await release.query(status)).stays, { timeout: 10_000 }).toContain('the deployment to staging is under way: https://forge/runs/staging');
    state = 'succeeded';
    expect(await release.result()).toMatchObject({ kind: 'aborted', stays: ['#7 is merged', 'staging runs it'] });
    expect((await release.query(status)).stages).toMatchObject([{ mark: 'stopped' }]);
  });

  it('ends as it was asked to, also where nobody can tell what it has come to', async () => {
    let refuses = false;
    const { release } = await startRelease([staging], { deployed: async () => (refuses ? never('no permission')() : pending()) });
    await waitsFor(release, 'the deployment to staging');
    await release.signal(abort.signal, { by: 'olga', reason: 'wrong week' });
    await expect.poll(async () => (await release.query(status)).stays, { timeout: 10_000 }).toContain('the deployment to staging is under way: https://forge/runs/staging');
    refuses = true;
    expect(await release.result()).toMatchObject({ kind: 'aborted', stays: ['#7 is merged', 'the deployment to staging is under way: https://forge/runs/staging'] });
  });

  it('does not wait for it for ever: its environment finds out', async () => {
    const { release, calls } = await startRelease([staging], { deployed: pending });
    await waitsFor(release, 'the deployment to staging');
    await release.signal(abort.signal, { by: 'olga', reason: 'wrong week' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', stays: ['#7 is merged', 'the deployment to staging is under way: https://forge/runs/staging'] });
    expect(calls).not.toContain('leaveEnvironment staging');
  });
});

describe('an environment that is taken back after its approval', () => {
  const approved: Stage = { ...production, approval: { approvers: ['alice', 'bob'], required: 1 } };
  const told = (runs: string, total: number) => ({ brings: { environment: 'production', runs: shaOf(runs), total, halted: [] } });
  const vote = { stage: 'production', by: 'alice' };

  it('is asked about again: what it would bring now is more than was approved', async () => {
    let runs = '7';
    const { release, calls } = await startRelease([approved], {
      clearGate: async () => told(runs, runs === '7' ? 1 : 51),
      claimEnvironment: async () => {
        const standing = { kind: 'ahead', runs: { sha: shaOf('5'), at: '2026-01-01T00:00:00Z', candidate: shaOf((runs = '6')) } } as const;
        return { kind: 'granted', fence: 1, standing };
      },
    });
    await expect.poll(async () => (await release.query(status)).waitingFor?.brings).toBe('1 commit since 777777777777, which production runs');
    await release.signal(approve.signal, vote);
    await expect.poll(async () => (await release.query(status)).waitingFor?.brings).toBe('51 commits since 666666666666, which production runs');
    expect((await release.query(status)).refused).toMatchObject([
      { message: 'approve', why: 'the vote of alice on production is void: it was for 1 commit since 777777777777, which production runs, but by now it brings 51 commits since 666666666666, which production runs' },
    ]);
    expect(calls).toContain('leaveEnvironment production');
    expect(calls).not.toContain('promote production');
    await release.signal(approve.signal, vote);
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });

  it('is none that others have brought on: what is left of it was approved', async () => {
    const { release } = await startRelease([approved], {
      clearGate: async () => told('7', 3),
      claimEnvironment: async () => ({ kind: 'granted', fence: 1, standing: { kind: 'ahead', runs: { sha: shaOf('5'), at: '2026-01-01T00:00:00Z', candidate: shaOf('8') } } }),
    });
    await waitsFor(release, 'approval of production');
    await release.signal(approve.signal, vote);
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });
});

describe('what runs in the environment already', () => {
  const runs = { sha: shaOf('5'), at: '2026-01-01T00:00:00Z' };

  it('is not deployed again, but soaked', async () => {
    const { release, calls } = await startRelease([staging], { claimEnvironment: async () => ({ kind: 'granted', fence: 1, standing: { kind: 'there', runs } }) });
    expect(await release.result()).toMatchObject({ kind: 'released' });
    expect(calls.filter((call) => call.startsWith('promote'))).toEqual([]);
  });

  it('ends the release where it contains what comes, and the environment is left', async () => {
    const { release, calls } = await startRelease([staging], { claimEnvironment: async () => ({ kind: 'granted', fence: 1, standing: { kind: 'behind', runs } }) });
    expect(await release.result()).toMatchObject({ kind: 'superseded', stage: 'staging', by: '555555555555, brought by somebody else' });
    expect(calls).toContain('leaveEnvironment staging');
  });

  it('ends the release as superseded, also where nobody can tell what runs elsewhere', async () => {
    const { release } = await startRelease([staging, production], {
      claimEnvironment: async ({ claim }) => ({ kind: 'granted', fence: 1, standing: claim.environment === 'production' ? { kind: 'behind', runs } : { kind: 'free' } }),
      confirmContents: never('no permission'),
    });
    expect(await release.result()).toMatchObject({ kind: 'superseded', stage: 'production', stays: ['#7 is merged', 'staging runs it'] });
  });

  it('asks where the newest commit can not be looked for', async () => {
    let refuses = true;
    const { release } = await startRelease([staging], {
      claimEnvironment: async () => ({ kind: 'granted', fence: 1, standing: { kind: 'apart', runs, lost: [{ sha: shaOf('5'), title: 'Mend login' }] } }),
      newestPinning: async ({ sha }) => (refuses ? never('no permission')() : sha),
    });
    await waitsFor(release, 'a decision on what staging is to run');
    await release.executeUpdate(decide.update, { args: [{ choice: 'promoteNewest', by: 'olga' }] });
    await waitsFor(release, 'the search for the newest commit of master: no permission');
    refuses = false;
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'olga' }] });
    expect(await release.result()).toMatchObject({ kind: 'released' });
  });

  it('is nothing that the release has brought: the stage has failed', async () => {
    const { release } = await startRelease([staging], { leaveEnvironment: async ({ shows }) => (shows ? 'kept' : 'left'), confirmContents: async () => ({ isThere: false, runs }) });
    const { next } = await waitsFor(release, 'how to go on after staging, which failed');
    expect(next).toBe(`staging runs 555555555555, brought by somebody else, without ${'e'.repeat(12)}`);
    await release.signal(decide.signal, { choice: 'skip', by: 'olga', reason: 'known' });
    expect(await release.result()).toMatchObject({ kind: 'released', skipped: ['staging'] });
  });
});
