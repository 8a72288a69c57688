import { Context } from '@temporalio/activity';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { CodeAnswer } from '../../../activities/environments/deployed-code.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { advance, hold, jump, retry, tested } from '../../../workflows/flags/messages.ts';
import { abort, decide, resume } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { begin, request, withoutStaging } from './rollout-stand.ts';
import type { RolloutOptions, Wrap } from './rollout-stand.ts';
import { commit, flag } from './scripted-rollout.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();

const olga = { by: 'olga', reason: 'because' };
const upwards = ['production 5', 'production 25', 'production 50', 'production 100', 'production true'];

describe('a rollout', () => {
  it('tries the flag on staging, then takes it up in production step by step, and asks for its removal', async () => {
    const { rollout, world } = await start();
    const { waitingFor } = await waitsFor(rollout, /a test of gitaly_x in staging/);
    expect(waitingFor).toMatchObject({ whom: ['tina'], send: [{ message: 'tested', payload: { by: 'your-login' } }] });
    await rollout.executeUpdate(tested.update, { args: [{ by: 'tina', note: 'deleted a tag' }] });

    expect(await rollout.result()).toEqual({
      kind: 'rolledOut',
      flag,
      environment: 'production',
      before: 'unset',
      written: [5, 25, 50, 100, true],
      removal: 'https://forge/org/gitaly/issues/4',
    });
    expect(world.effects).toEqual(['staging true', ...upwards, 'removal']);
    expect(world.lines).toEqual([
      'rollout begins',
      'on in staging',
      'staging waits for a test',
      'healthy in staging',
      ...['5 %', '25 %', '50 %', '100 %', 'on'].map((step) => `${step} in production`),
      'on for everybody; its removal is asked for in https://forge/org/gitaly/issues/4',
      expect.stringContaining('gitaly_x is on in production (unset → 5 % → 25 % → 50 % → 100 % → on)'),
    ]);
    const { stages, decisions } = await rollout.query(status);
    expect(stages.map(({ name, mark }) => `${name} ${mark}`)).toEqual(['staging', '5 %', '25 %', '50 %', '100 %', 'on'].map((name) => `${name} done`));
    expect(decisions).toMatchObject([{ message: 'tested', by: 'tina', reason: 'deleted a tag' }]);
    expect(world.checklist().split('\n')).toEqual([
      `- [x] The code (${commit}) is deployed to production`,
      ...['On', 'Tested', 'Healthy'].map((done) => `- [x] ${done} in staging`),
      ...['5 %', '25 %', '50 %', '100 %', 'on'].map((step) => `- [x] production: ${step}`),
      '- [x] The removal of the flag is asked for: https://forge/org/gitaly/issues/4',
    ]);
  });

  it('comes to the same end though all that is asked is refused once, and people say to try again', async () => {
    let refused: readonly string[] = [];
    const { rollout } = await begin(server(), {}, ({ activities }) => {
      const world = refusingOnce(activities);
      ({ refused } = world);
      return world.activities;
    });
    await attend(rollout, (message) => (message === 'tested' ? 'tina' : 'olga'));
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut', written: [5, 25, 50, 100, true] });
    expect(refused).toEqual(expect.arrayContaining(['followEnvironment', 'readFlag', 'openRolloutIssue', 'deployedCode', 'setFlag', 'watchFlag', 'hindrance', 'askForRemoval', 'followRolloutIssue', 'report', 'keepRecord']));
  });

  it('tells, and shows, that production is frozen in the middle of a soak, and that it is thawed', async () => {
    const frozen = 'production is frozen by olga: the fair';
    const seen = { now: undefined as string | undefined };
    const deployedCode: Activities['deployedCode'] = async () => ({ kind: 'deployed', at: shaOf('c'), ...(seen.now && { frozen: seen.now }) });
    const { rollout, world } = await begin(server(), { plan: withoutStaging(), script: { deployedCode } });
    world.find('production 5', ...Array.from({ length: 5_000 }, () => 'nothing yet' as const));
    await waitsFor(rollout, /of healthy production at 5 %/);
    for (const [why, line] of [[frozen, `${frozen}. gitaly_x stays as it is, and goes up no further until the thaw`], [undefined, 'production is thawed: gitaly_x may go up again']] as const) {
      seen.now = why;
      await rollout.signal('wake', { about: 'a freeze' });
      await rollout.signal('wake', { about: 'the same' });
      await expect.poll(async () => (await rollout.query(status)).next).toBe(line);
      await expect.poll(() => world.lines.filter((told) => told === line)).toHaveLength(1);
    }
    await rollout.terminate();
  });

  it('leaves a record of how it went, and of who said what', async () => {
    const { rollout, world, id } = await start();
    await rollout.signal(tested.signal, { by: 'tina', note: 'deleted a tag' });
    await rollout.result();
    expect(world.records).toMatchObject([
      {
        release: id,
        component: 'gitaly',
        ending: 'rolledOut',
        outcome: expect.stringContaining('gitaly_x is on in production (unset → 5 %'),
        stages: ['staging', '5 %', '25 %', '50 %', '100 %', 'on'].map((name) => ({ name, mark: 'done' })),
        decisions: [{ message: 'tested', by: 'tina', reason: 'deleted a tag', assurance: 'claimed' }],
      },
    ]);
  });

  it('keeps a test that was done before anybody asked for it', async () => {
    const code = undeployed();
    const { rollout } = await start({ script: code.script });
    await waitsFor(rollout, /the deployment of cccccccccccc to production/);
    await rollout.signal(tested.signal, { by: 'tina' });
    code.deploy();
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('goes to production at once where the catalog knows no staging', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect(world.effects).toEqual([...upwards, 'removal']);
  });

  it('does not lower a flag that is at 25 % already', async () => {
    const { rollout, world } = await start({ plan: withoutStaging(), before: 25 });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut', before: 25, written: [50, 100, true] });
    expect(world.effects).toEqual(['production 50', 'production 100', 'production true', 'removal']);
    expect(await marked(rollout)).toEqual(['5 % skipped', '25 % skipped', '50 % done', '100 % done', 'on done']);
  });

  it('is done with its last step when the service makes true of 100', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() }, hundredIsTrue);
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut', written: [5, 25, 50, true] });
    expect(await marked(rollout)).toEqual(['5 %', '25 %', '50 %', '100 %', 'on'].map((step) => `${step} done`));
    expect(world.checklist()).not.toContain('- [ ]');
  });

  it('writes nothing for a flag that is on for everybody', async () => {
    const { rollout, world } = await start({ before: true });
    expect(await rollout.result()).toEqual({ kind: 'alreadyOn', flag, environment: 'production' });
    expect(world.effects).toEqual([]);
    expect(world.lines).toEqual([]);
  });

  it('names the commits that are not deployed, waits, and goes on by itself when they are', async () => {
    const missing = [{ sha: shaOf('d'), title: 'Delete tags in Go', author: 'Ann', committedAt: '', url: '' }];
    const code = undeployed({ at: shaOf('a'), missing, total: 3 });
    const { rollout, world } = await start({ plan: withoutStaging(), script: code.script });
    const waiting = await waitsFor(rollout, /the deployment of cccccccccccc to production/);
    expect(waiting).toMatchObject({ state: 'deployment', next: 'deploy dddddddddddd Delete tags in Go; and 2 more' });
    expect(world.effects).toEqual([]);
    await expect.poll(() => world.checklist()).toContain('  - dddddddddddd Delete tags in Go\n  - and 2 more');
    await expect.poll(() => world.lines).toContain('waits until cccccccccccc is deployed to production, which lacks dddddddddddd Delete tags in Go; and 2 more');
    code.deploy();
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect(world.checklist()).not.toContain('dddddddddddd');
  });
});

describe('operators', () => {
  it('advance early, with a reason', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /2 h of healthy production at 5 %/);
    await rollout.executeUpdate(advance.update, { args: [olga] });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect((await rollout.query(status)).decisions).toMatchObject([{ message: 'advance', ...olga }]);
  });

  it('jump to a later step', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.executeUpdate(jump.update, { args: [{ to: 50, ...olga }] });
    await rollout.result();
    expect(world.effects).toEqual(['production 5', 'production 50', 'production 100', 'production true', 'removal']);
  });

  it('jump to true, which is watched also where the service makes it of 100 at once', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() }, hundredIsTrue);
    world.find('production 5', 'nothing yet');
    world.find('production true', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.executeUpdate(jump.update, { args: [{ to: true, ...olga }] });
    await waitsFor(rollout, /6 min of healthy production at 100 %/);
    world.find('production true');
    await rollout.result();
    expect(world.effects).toEqual(['production 5', 'production 100', 'removal']);
    expect(await marked(rollout)).toEqual(['5 % done', '25 % skipped', '50 % skipped', '100 % done', 'on done']);
  });

  it('jump to true by way of 100, without waiting there', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    world.find('production 100', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.executeUpdate(jump.update, { args: [{ to: true, ...olga }] });
    await rollout.result();
    expect(world.effects).toEqual(['production 5', 'production 100', 'production true', 'removal']);
    expect(await marked(rollout)).toEqual(['5 % done', '25 % skipped', '50 % skipped', '100 % skipped', 'on done']);
    expect(world.checklist()).not.toContain('- [ ]');
  });

  it.each([
    [{ to: 5 as const, ...olga }, "can't jump from 25 % to 5 %. Later steps: 50, 100, true"],
    [{ to: 60 as const, ...olga }, "can't jump from 25 % to 60 %"],
    [{ to: 50 as const, by: 'mallory', reason: 'why not' }, '"mallory" may not steer this rollout. Its operators: olga'],
    [{ to: 50, by: 'olga' } as never, 'reason: missing'],
    [{ to: 150, ...olga } as never, 'must be true, false or an integer from 1 to 100'],
    [{ to: 50, ...olga, user: 'jane' } as never, 'unknown key "user"'],
  ])('are told why they can’t jump with %j', async (given, why) => {
    const { rollout, world } = await start({ plan: withoutStaging(), before: 5 });
    world.find('production 25', 'nothing yet');
    await waitsFor(rollout, /at 25 %/);
    await rollout.signal(jump.signal, given);
    const refused = await rollout.executeUpdate(jump.update, { args: [given] }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WorkflowUpdateFailedError);
    expect(rootMessage(refused)).toContain(why);
    expect((await rollout.query(status)).refused).toMatchObject([{ message: 'jump', why: expect.stringContaining(why) }]);
    await rollout.signal(advance.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('hold it where it is, and resume: the step is watched anew', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.executeUpdate(hold.update, { args: [olga] });
    await waitsFor(rollout, /a decision: an operator holds it/);
    expect(world.effects).toEqual(['production 5']);
    world.find('production 5', { kind: 'passed' });
    await rollout.executeUpdate(resume.update, { args: [{ by: 'olga' }] });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('are told that there is nothing to advance, resume or retry', async () => {
    const { rollout } = await start();
    await waitsFor(rollout, /a test of/);
    const refusals = [
      rollout.executeUpdate(advance.update, { args: [olga] }),
      rollout.executeUpdate(resume.update, { args: [{ by: 'olga' }] }),
      rollout.executeUpdate(retry.update, { args: [{ by: 'olga' }] }),
      rollout.executeUpdate(jump.update, { args: [{ to: 50, ...olga }] }),
      rollout.executeUpdate(tested.update, { args: [{ by: 'mallory' }] }),
    ].map((update) => update.catch(rootMessage));
    expect(await Promise.all(refusals)).toEqual([
      'the rollout is in state "testing": there is nothing to cut short',
      'it is not held',
      'nothing was refused',
      'the rollout has not come to production yet',
      '"mallory" may not say that it was tested. Its testers: tina',
    ]);
    await rollout.signal(abort.signal, olga);
    await rollout.result();
  });
});

describe('a step that is not healthy', () => {
  const unhealthy = { kind: 'unhealthy', reason: 'errors is 0.13, above 0.05' } as const;

  it.each([
    ['hold', [], ['production 50']],
    ['stepBack', ['production 5'], ['production 25', 'production 50']],
    ['off', ['production false'], ['production 5', 'production 25', 'production 50']],
  ] as const)('by policy %s writes %j, and goes on when an operator resumes', async (whenUnhealthy, back, onwards) => {
    const { rollout, world } = await start({ plan: withoutStaging({ whenUnhealthy }) });
    world.find('production 25', unhealthy);
    const held = await waitsFor(rollout, /a decision: errors is 0.13, above 0.05/);
    expect(held).toMatchObject({ state: 'held', waitingFor: { whom: ['olga'] } });
    expect(held.waitingFor!.send!.map(({ message }) => message)).toEqual(['resume', ...(whenUnhealthy === 'hold' ? ['advance'] : []), 'abort']);
    expect(held.stages.find(({ name }) => name === '25 %')?.mark).toBe('failed');
    expect(world.effects).toEqual(['production 5', 'production 25', ...back]);
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect(world.effects).toEqual(['production 5', 'production 25', ...back, ...onwards, 'production 100', 'production true', 'removal']);
    expect(world.lines).toContainEqual(expect.stringMatching(/^stopped: errors is 0.13, above 0.05; (left at 25 %|taken back to (5 %|off))$/));
  });

  it('ends with the flag as it was when it is aborted', async () => {
    const { rollout, world } = await start({ plan: withoutStaging({ whenUnhealthy: 'stepBack' }) });
    world.find('production 25', unhealthy);
    await waitsFor(rollout, /a decision/);
    await rollout.executeUpdate(abort.update, { args: [olga] });
    expect(await rollout.result()).toEqual({ kind: 'aborted', ...olga, undone: ['gitaly_x in production (back to unset)'], stays: [], owed: [] });
    expect(world.records).toMatchObject([{ ending: 'aborted', outcome: 'aborted by olga: because', undone: ['gitaly_x in production (back to unset)'], decisions: [{ message: 'abort', by: 'olga' }] }]);
    expect(world.settings.get('production')).toBe('unset');
  });

  it('is told to the team, as is everything that somebody has to do something about', async () => {
    const { rollout, world } = await start();
    world.find('production 25', unhealthy);
    await waitsFor(rollout, /a test of/);
    await rollout.signal(tested.signal, { by: 'tina' });
    await waitsFor(rollout, /a decision/);
    await rollout.signal(resume.signal, { by: 'olga' });
    await rollout.result();
    expect(world.announced).toEqual(['staging waits for a test', 'stopped: errors is 0.13, above 0.05; left at 25 %'].map((line) => `gitaly_x: ${line} (https://forge/org/gitaly/issues/3)`));
  });

  it('can be overridden with a reason', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 25', unhealthy);
    await waitsFor(rollout, /a decision/);
    await rollout.executeUpdate(advance.update, { args: [olga] });
    await rollout.result();
    expect(world.effects).toEqual([...upwards, 'removal']);
  });

  it('holds staging, too', async () => {
    const { rollout, world } = await start();
    world.find('staging true', { kind: 'unhealthy', reason: 'the smoke run failed: https://ci/1' });
    await rollout.signal(tested.signal, { by: 'tina' });
    await waitsFor(rollout, /a decision: the smoke run failed/);
    expect(world.effects).toEqual(['staging true']);
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect(world.effects).toEqual(['staging true', ...upwards, 'removal'].flatMap((effect) => (effect === 'staging true' ? [effect, effect] : [effect])));
  });
});

describe('a flag that somebody else sets', () => {
  it('is left alone, and adopted when an operator resumes', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 25', { kind: 'changed', to: '10 %' });
    world.settings.set('production', 'unset');
    await waitsFor(rollout, /a decision: gitaly_x in production was set to 10 % by somebody else/);
    world.settings.set('production', 10);
    await rollout.signal(resume.signal, { by: 'olga' });
    await rollout.result();
    expect(world.effects).toEqual(['production 5', 'production 25', 'production 25', 'production 50', 'production 100', 'production true', 'removal']);
  });

  it('is noticed by the write, too', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    world.settings.set('production', false);
    await rollout.signal(advance.signal, olga);
    await waitsFor(rollout, /a decision: production is false: somebody else has set it/);
    world.find('production 5');
    await rollout.signal(resume.signal, { by: 'olga' });
    await rollout.result();
    expect(world.effects.slice(0, 3)).toEqual(['production 5', 'production 5', 'production 25']);
  });

  it('holds again when an operator resumes while it has gates that Slipway does not set', async () => {
    let isCustom = true;
    const { rollout, world } = await start({ plan: withoutStaging() }, ({ activities }) => ({
      readFlag: async (place) => {
        if (isCustom && world.effects.length > 0) throw ApplicationFailure.nonRetryable('gitaly_x has gates (actors): remove them first', 'Conflict');
        return activities.readFlag(place);
      },
    }));
    world.find('production 25', { kind: 'changed', to: 'actors' });
    await waitsFor(rollout, /a decision: gitaly_x in production was set to actors by somebody else/);
    await rollout.signal(resume.signal, { by: 'olga' });
    await waitsFor(rollout, /a decision: gitaly_x has gates \(actors\): remove them first/);
    isCustom = false;
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('is no reason to forget why it was to be lowered', async () => {
    const { rollout, world } = await start({ plan: withoutStaging({ whenUnhealthy: 'off' }) });
    world.find('production 25', 'nothing yet');
    await waitsFor(rollout, /at 25 %/);
    world.settings.set('production', 10);
    world.find('production 25', { kind: 'unhealthy', reason: 'errors' });
    await waitsFor(rollout, /a decision: errors; production is 10: somebody else has set it/);
    await rollout.signal(abort.signal, olga);
    await rollout.result();
  });

  it('is not put back by an abort, which says what it is', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 25', { kind: 'changed', to: '10 %' });
    await waitsFor(rollout, /a decision/);
    world.settings.set('production', 10);
    await rollout.signal(abort.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', undone: [], stays: ['gitaly_x in production is 10: somebody else has set it'] });
    expect(world.settings.get('production')).toBe(10);
  });
});

describe('production rolled back below the flag’s commit', () => {
  it.each([
    ['off', ['production false'], ['production 5', 'production 25']],
    ['hold', [], []],
  ] as const)('by policy %s, and goes on when the code is back', async (whenRolledBack, back, again) => {
    const { rollout, world } = await start({ plan: withoutStaging({ whenRolledBack }) });
    world.find('production 25', { kind: 'rolledBack', to: shaOf('b') });
    await waitsFor(rollout, /a decision: production was rolled back to bbbbbbbbbbbb, which lacks cccccccccccc/);
    expect(world.effects).toEqual(['production 5', 'production 25', ...back]);
    await rollout.signal(resume.signal, { by: 'olga' });
    await rollout.result();
    expect(world.effects).toEqual(['production 5', 'production 25', ...back, ...again, 'production 50', 'production 100', 'production true', 'removal']);
  });
});

describe('a rollout that is held', () => {
  const lost = { kind: 'rolledBack', to: shaOf('b') } as const;

  it('by an operator notices that production was rolled back', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.executeUpdate(hold.update, { args: [olga] });
    await waitsFor(rollout, /an operator holds it/);
    world.find('production 5', lost);
    await waitsFor(rollout, /a decision: production was rolled back to bbbbbbbbbbbb, .*; taken back to off/);
    expect(world.effects).toEqual(['production 5', 'production false']);
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('because a step was not healthy notices it, too', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 25', { kind: 'unhealthy', reason: 'errors' });
    await waitsFor(rollout, /a decision: errors; left at 25 %/);
    world.find('production 25', lost);
    await waitsFor(rollout, /a decision: production was rolled back to bbbbbbbbbbbb/);
    expect(world.effects).toEqual(['production 5', 'production 25', 'production false']);
    await rollout.signal(abort.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', owed: [] });
  });

  it('shows on its issue that it is, until it goes on', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 25', { kind: 'unhealthy', reason: 'errors' });
    await waitsFor(rollout, /a decision: errors/);
    await rollout.signal(resume.signal, { by: 'olga' });
    await rollout.result();
    expect(world.labels).toEqual(['production', 'production', 'stopped', 'production', 'production', 'production', 'production', 'done']);
    expect(world.lines).toContain('goes on');
  });

  it.each([
    ['stepBack', ['production 5', 'production 25', 'production 5', 'production 25']],
    ['off', ['production 5', 'production 25', 'production false', 'production 5', 'production 25']],
  ] as const)('with its flag lowered (%s) calls no step done by an advance, which nobody is asked for', async (whenUnhealthy, writes) => {
    const { rollout, world } = await start({ plan: withoutStaging({ whenUnhealthy }) });
    world.find('production 25', { kind: 'unhealthy', reason: 'errors' });
    const { waitingFor } = await waitsFor(rollout, /a decision: errors/);
    expect(waitingFor?.send?.map(({ message }) => message)).toEqual(['resume', 'abort']);
    world.find('production 25', 'nothing yet');
    await rollout.signal(advance.signal, olga);
    await waitsFor(rollout, /at 25 %/);
    expect(world.effects).toEqual(writes);
    expect(await marked(rollout)).toContain('25 % soaking');
    await rollout.signal(abort.signal, olga);
    await rollout.result();
  });
});

describe('a freeze or an incident', () => {
  it('blocks an increase until it ends', async () => {
    const { state, script } = hindering();
    const { rollout, world } = await start({ plan: withoutStaging(), script });
    expect(await waitsFor(rollout, /^going up to 5 %: the incident/)).toMatchObject({ state: 'blocked' });
    expect(world.effects).toEqual([]);
    state.open = false;
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('does not block a decrease, and is overridden with a reason', async () => {
    const { state, script } = hindering();
    state.open = false;
    const { rollout, world } = await start({ plan: withoutStaging({ whenUnhealthy: 'off' }), script });
    world.find('production 25', 'nothing yet');
    await waitsFor(rollout, /at 25 %/);
    state.open = true;
    world.find('production 25', { kind: 'unhealthy', reason: 'errors' });
    await waitsFor(rollout, /a decision: errors/);
    expect(world.effects).toEqual(['production 5', 'production 25', 'production false']);
    await rollout.signal(resume.signal, { by: 'olga' });
    await waitsFor(rollout, /^going up to 5 %/);
    state.open = false;
    await rollout.signal(advance.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect((await rollout.query(status)).decisions.map(({ message }) => message)).toEqual(['resume', 'advance']);
  });

  describe('while the flag is at 25 %', () => {
    const unhealthy = { kind: 'unhealthy', reason: 'errors' } as const;

    async function blockedAt25(production: Parameters<typeof withoutStaging>[0] = {}) {
      const { state, script } = hindering();
      state.open = false;
      const begun = await start({ plan: withoutStaging(production), script });
      begun.world.find('production 25', 'nothing yet');
      await waitsFor(begun.rollout, /at 25 %/);
      state.open = true;
      begun.world.find('production 25');
      await waitsFor(begun.rollout, /^going up to 50 %/);
      return { ...begun, state };
    }

    it('does not hide that production is rolled back', async () => {
      const { rollout, world, state } = await blockedAt25();
      world.find('production 25', { kind: 'rolledBack', to: shaOf('b') });
      await waitsFor(rollout, /a decision: production was rolled back to bbbbbbbbbbbb/);
      expect(world.effects).toEqual(['production 5', 'production 25', 'production false']);
      state.open = false;
      await rollout.signal(resume.signal, { by: 'olga' });
      expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    });

    it('does not hide that it is not healthy: it is taken back by policy', async () => {
      const { rollout, world } = await blockedAt25({ whenUnhealthy: 'stepBack' });
      world.find('production 25', unhealthy);
      await waitsFor(rollout, /a decision: errors; taken back to 5 %/);
      expect(world.effects).toEqual(['production 5', 'production 25', 'production 5']);
      await rollout.signal(resume.signal, { by: 'olga' });
      await waitsFor(rollout, /^going up to 25 %/);
      await rollout.signal(abort.signal, olga);
      await rollout.result();
    });

    it('has it watched anew when an operator resumes, before it is blocked again', async () => {
      const { rollout, world } = await blockedAt25();
      world.find('production 25', unhealthy);
      await waitsFor(rollout, /a decision: errors; left at 25 %/);
      world.find('production 25', 'nothing yet');
      await rollout.signal(resume.signal, { by: 'olga' });
      await waitsFor(rollout, /24 min of healthy production at 25 %/);
      world.find('production 25');
      await waitsFor(rollout, /^going up to 50 %/);
      await rollout.signal(abort.signal, olga);
      await rollout.result();
    });

    it('is overridden together with what is wrong with it', async () => {
      const { rollout, world } = await blockedAt25();
      world.find('production 50', 'nothing yet');
      world.find('production 25', unhealthy);
      await waitsFor(rollout, /a decision: errors; left at 25 %/);
      await rollout.signal(advance.signal, olga);
      await waitsFor(rollout, /at 50 %/);
      await rollout.signal(abort.signal, olga);
      await rollout.result();
    });
  });

  it('is overridden by the advance that has ended the watch of the step before', async () => {
    const { state, script } = hindering();
    state.open = false;
    const { rollout, world } = await start({ plan: withoutStaging(), script });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    state.open = true;
    world.find('production 25', 'nothing yet');
    await rollout.executeUpdate(advance.update, { args: [olga] });
    await waitsFor(rollout, /at 25 %/);
    expect(world.effects).toEqual(['production 5', 'production 25']);
    await rollout.signal(abort.signal, olga);
    await rollout.result();
  });

  it('is looked for while an operator holds the rollout: it does not go up', async () => {
    const look = { begun: false, ended: false };
    const hindrance = async () => {
      look.begun = true;
      while (!look.ended) await new Promise((resolve) => setTimeout(resolve, 20));
      return undefined;
    };
    const { rollout, world } = await start({ plan: withoutStaging(), script: { hindrance } });
    await expect.poll(() => look.begun).toBe(true);
    await rollout.executeUpdate(hold.update, { args: [olga] });
    look.ended = true;
    await waitsFor(rollout, /a decision: an operator holds it/);
    expect(world.effects).toEqual([]);
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('is not there, but an operator holds the rollout while the write is about to be sent: it is not', async () => {
    const writes = { begun: 0 };
    const { rollout, world } = await start({ plan: withoutStaging() }, ({ activities }) => ({
      async setFlag(change) {
        writes.begun += 1;
        if (writes.begun > 1) return activities.setFlag(change);
        const { cancelled, heartbeat } = Context.current();
        const beats = setInterval(() => heartbeat(), 20);
        return cancelled.finally(() => clearInterval(beats));
      },
    }));
    await expect.poll(() => writes.begun).toBe(1);
    await rollout.executeUpdate(hold.update, { args: [olga] });
    await waitsFor(rollout, /a decision: an operator holds it/);
    expect(world.effects).toEqual([]);
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('lets an operator hold the rollout meanwhile', async () => {
    const { state, script } = hindering();
    const { rollout, world } = await start({ plan: withoutStaging(), script });
    await waitsFor(rollout, /^going up to 5 %/);
    await rollout.executeUpdate(hold.update, { args: [olga] });
    await waitsFor(rollout, /a decision: an operator holds it/);
    state.open = false;
    expect(world.effects).toEqual([]);
    await rollout.signal(resume.signal, { by: 'olga' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });
});

describe('a flag service', () => {
  it('that denies permission is an outcome for the operator, and tried again when they say so', async () => {
    let allowed = false;
    const { rollout, world } = await start({ plan: withoutStaging() }, (given) => ({
      setFlag: async (change) => {
        if (!allowed) throw ApplicationFailure.nonRetryable('GitLab: POST /api/v4/features/gitaly_x was answered with 403', 'PermissionDenied');
        return given.activities.setFlag(change);
      },
    }));
    const waiting = await waitsFor(rollout, /^setting gitaly_x in production to 5 %: GitLab: POST .* 403$/);
    expect(waiting.waitingFor?.send).toEqual([{ message: 'decide', payload: { choice: 'retry', by: 'your-login' } }]);
    allowed = true;
    const refused = await rollout.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'mallory' }] }).catch(rootMessage);
    expect(refused).toBe('only olga may decide on setting gitaly_x in production to 5 %');
    await rollout.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'olga' }] });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
    expect(world.effects).toEqual([...upwards, 'removal']);
  });

  it('that denies permission is no step to cut short: nothing that comes later is overridden by it', async () => {
    let allowed = true;
    const { state, script } = hindering();
    state.open = false;
    const { rollout, world } = await start({ plan: withoutStaging(), script }, ({ activities }) => ({
      watchFlag: async (rules) => {
        if (!allowed) throw ApplicationFailure.nonRetryable('403', 'PermissionDenied');
        return activities.watchFlag(rules);
      },
    }));
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    allowed = false;
    await waitsFor(rollout, /^the watch of production: 403$/);
    await rollout.signal(advance.signal, olga);
    const refused = await rollout.executeUpdate(jump.update, { args: [{ to: 50, ...olga }] }).catch(rootMessage);
    expect(refused).toBe('a service has refused something: send retry once it no longer does');
    [state.open, allowed] = [true, true];
    world.find('production 5');
    await rollout.executeUpdate(retry.update, { args: [{ by: 'olga' }] });
    await waitsFor(rollout, /^going up to 25 %: the incident/);
    expect(world.effects).toEqual(['production 5']);
    await rollout.signal(abort.signal, olga);
    await rollout.result();
  });
});

describe('an abort', () => {
  it('puts both flags back, newest first', async () => {
    const { rollout, world } = await start();
    await rollout.signal(tested.signal, { by: 'tina' });
    world.find('production 25', 'nothing yet');
    await waitsFor(rollout, /at 25 %/);
    await rollout.executeUpdate(abort.update, { args: [olga] });
    expect(await rollout.result()).toEqual({
      kind: 'aborted',
      ...olga,
      undone: ['gitaly_x in staging (back to unset)', 'gitaly_x in production (back to unset)'],
      stays: [],
      owed: [],
    });
    expect(world.effects).toEqual(['staging true', 'production 5', 'production 25', 'staging back to unset', 'production back to unset']);
    expect(await marked(rollout)).toEqual(['staging rolledBack', '5 % rolledBack', '25 % rolledBack', '50 % ahead', '100 % ahead', 'on ahead']);
    expect(world.checklist().split('\n')).toEqual([
      `- [x] The code (${commit}) is deployed to production`,
      '- [ ] On in staging',
      '- [x] Tested in staging',
      '- [ ] Healthy in staging',
      ...['5 % (taken back)', '25 % (taken back)', '50 %', '100 %', 'on'].map((step) => `- [ ] production: ${step}`),
      '- [ ] The removal of the flag is asked for',
    ]);
    expect(world.labels).toEqual(['staging', 'production', 'production', 'aborted']);
  });

  it('leaves the flags where it is told to', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 25', 'nothing yet');
    await waitsFor(rollout, /at 25 %/);
    await rollout.executeUpdate(abort.update, { args: [{ ...olga, leave: true } as typeof olga] });
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', undone: [], stays: ['gitaly_x in production stays 25 %'] });
    expect(world.settings.get('production')).toBe(25);
  });

  it('before anything was written touches nothing', async () => {
    const { rollout, world } = await start({ script: undeployed().script });
    await waitsFor(rollout, /the deployment of/);
    await rollout.signal(abort.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', undone: [], owed: [] });
    expect(world.effects).toEqual([]);
  });

  it('is what the Cancel button means', async () => {
    const { rollout, world } = await start({ plan: withoutStaging() });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.cancel();
    const failure = await rollout.result().catch((error: { cause?: unknown }) => error.cause);
    expect(failure).toBeInstanceOf(CancelledFailure);
    expect(world.effects).toEqual(['production 5', 'production back to unset']);
  });

  it('in the middle of a write takes what that has left for its own', async () => {
    const { rollout, world } = await start({ plan: withoutStaging({ whenUnhealthy: 'stepBack' }), before: 25 }, ({ activities, settings }) => ({
      setFlag: async (change) => {
        if (change.from !== true) return activities.setFlag(change);
        settings.set('production', false);
        throw ApplicationFailure.create({ type: 'Unavailable', message: 'GitLab does not answer' });
      },
    }));
    world.find('production true', { kind: 'unhealthy', reason: 'errors' });
    await expect.poll(() => world.settings.get('production')).toBe(false);
    await rollout.signal(abort.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', undone: ['gitaly_x in production (back to 25 %)'], stays: [] });
    expect(world.settings.get('production')).toBe(25);
  });

  it('names what it could not put back', async () => {
    const { rollout, world } = await start({
      plan: withoutStaging(),
      script: { restoreFlag: async () => { throw ApplicationFailure.nonRetryable('403', 'PermissionDenied'); } },
    });
    world.find('production 5', 'nothing yet');
    await waitsFor(rollout, /at 5 %/);
    await rollout.signal(abort.signal, olga);
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', owed: ['take back gitaly_x in production (back to unset)'] });
  });
});

describe('what people type', () => {
  it.each([
    ['nothing', [], 'expected one JSON object, got nothing. Send for example {"component":"gitaly"'],
    ['no flag', [{ component: 'gitaly', commit }], 'flag: missing'],
    ['a short commit', [{ ...request, commit: 'abc' }], 'must be a full commit SHA of 40 hex digits, or a pull request such as "#12"'],
    ['a user', [{ ...request, user: 'jane' }], 'a flag is rolled out to percentages of all actors, not to a user: leave "user" out'],
    ['a project', [{ ...request, project: 'gitlab-org/gitlab' }], 'not to a project'],
    ['steps that fall', [{ ...request, steps: [50, 5] }], 'must rise'],
    ['an unknown key', [{ ...request, comit: 'x' }], 'unknown key "comit": did you mean "commit"?'],
  ])('ends at once, with a clear error, when it is started with %s', async (_, args, message) => {
    const { rollout } = await start({ args });
    expect(await rollout.result().catch(rootMessage)).toContain(message);
  });

  it('hands over to the right rollout when it was started under another id', async () => {
    const { rollout, id, client } = await start({ plan: withoutStaging(), typedId: 'typed by hand' });
    expect(await rollout.result()).toEqual({ kind: 'handedOver', to: id });
    expect(await client.workflow.getHandle(id).result()).toMatchObject({ kind: 'rolledOut' });
  });
});

/** Code that is not deployed until it is. */
function undeployed(answer: Partial<Extract<CodeAnswer, { kind: 'undeployed' }>> = {}) {
  let isDeployed = false;
  return {
    script: {
      deployedCode: async () => ({ kind: 'undeployed' as const, missing: [], total: 0, ...answer }),
      codeDeployed: async () => {
        if (!isDeployed) throw ApplicationFailure.create({ type: 'NotYet', message: 'not deployed' });
      },
    },
    deploy() {
      isDeployed = true;
    },
  };
}

/** An incident that stands in the way for as long as it is told to. */
function hindering() {
  const state = { open: true };
  const hindrance = async () => (state.open ? 'the incident https://forge/1 is open' : undefined);
  const unhindered = async () => {
    if (state.open) throw ApplicationFailure.create({ type: 'NotYet', message: 'the incident is open' });
  };
  return { state, script: { hindrance, unhindered } };
}

/** A flag service that keeps 100 as true. */
const hundredIsTrue: Wrap = ({ activities, settings }) => ({
  setFlag: async (change) => {
    const became = await activities.setFlag(change);
    if (became !== 100) return became;
    settings.set('production', true);
    return true;
  },
});

async function marked(rollout: Pick<WorkflowHandle, 'query'>): Promise<readonly string[]> {
  return (await rollout.query(status)).stages.map(({ name, mark }) => `${name} ${mark}`);
}

function start(options?: RolloutOptions, wrap?: Wrap) {
  return begin(server(), options, wrap);
}

async function waitsFor(rollout: Pick<WorkflowHandle, 'query'>, what: RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await expect
    .poll(
      async () => {
        seen = await rollout.query(status);
        return seen.waitingFor?.what ?? seen.outcome ?? '';
      },
      { timeout: 10_000, interval: 20 },
    )
    .toMatch(what);
  return seen!;
}

function rootMessage(failure: unknown): string {
  let root = failure;
  while (root instanceof Error && root.cause instanceof Error) root = root.cause;
  return (root as Error).message;
}
