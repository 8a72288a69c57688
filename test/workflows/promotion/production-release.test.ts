import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import { stepsTo } from '../../../domain/promotion/production/plan.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { status } from '../../../workflows/release/messages.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { shaOf } from '../../shas.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { inTurn } from '../release-stand.ts';
import { never, pending } from '../scripted-world.ts';
import { beginProduction, digest, name, plan, qaOf, rules } from './scripted-production.ts';

const server = useTimeSkipping();

const begin = (given: Parameters<typeof beginProduction>[1] = {}) => beginProduction(server(), given);
const only = (calls: readonly string[], ...names: string[]) => calls.filter((call) => names.some((wanted) => call.startsWith(wanted)));
const effects = ['makePreRelease', 'makeLatest', 'startGate', 'promote', 'moveTicket'];

describe('a production release', () => {
  it('takes its steps in their order, shows and tells each, and moves its tickets', async () => {
    const { handle, calls, lines, confirm, waits, marks } = await begin();
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted', name, environment: 'production', digest, tickets: ['MNTOR-1', 'MNTOR-2'] });
    expect(only(calls, 'verifyOrigin', 'tagRuns', 'recordDigest', 'askAboutQa', 'makeLatest', 'commitVerdict', 'startGate', 'promote', 'taggedImage', 'moveTicket')).toEqual([
      'verifyOrigin', 'tagRuns', 'recordDigest', 'askAboutQa', 'makeLatest', 'commitVerdict', 'startGate stage', 'promote production', 'taggedImage', 'moveTicket', 'moveTicket',
    ]);
    expect(await marks()).toEqual({ origin: 'done', qa: 'done', latest: 'done', gates: 'done', checklist: 'skipped', production: 'done', sanity: 'done', tickets: 'done' });
    for (const step of ['origin', 'qa', 'latest', 'gates', 'checklist', 'sanity', 'tickets']) expect(lines.some((line) => line.startsWith(`${step}: `))).toBe(true);
    expect(lines.find((line) => line.startsWith('latest:'))).toContain('What is new since 2024.08.29:\n#1 MNTOR-1: a change (ann)');
  });

  it('comes to the same end though all that is asked is refused once, and people say to try again', async () => {
    let refused: readonly string[] = [];
    const { handle } = await begin({ changes: { isNew: true }, wrap: (activities) => {
      const world = refusingOnce(activities);
      ({ refused } = world);
      return world.activities;
    } });
    await attend(handle);
    expect(await handle.result()).toMatchObject({ kind: 'promoted', name, environment: 'production', digest, tickets: ['MNTOR-1', 'MNTOR-2'] });
    expect(refused).toEqual(expect.arrayContaining(['verifyOrigin', 'makePreRelease', 'tagRuns', 'recordDigest', 'askAboutQa', 'makeLatest', 'commitVerdict', 'startGate', 'gateRun', 'promote', 'deployed', 'taggedImage', 'moveTicket', 'report', 'keepRecord']));
  });

  it('has the deployment take the name of the release, and its image compared by what was recorded', async () => {
    const seen: object[] = [];
    const { handle, confirm, waits } = await begin({ script: { promote: async (given) => (seen.push(given.mechanism), { id: 1, url: 'https://forge/runs/1' }) } });
    await waits('spot-check');
    await confirm('spot-check');
    await handle.result();
    expect(seen).toMatchObject([{ workflow: 'deploy.yml', inputs: { tag: name } }]);
  });

  it('writes nothing before it is known where it comes from, and ends as refused where that is wrong', async () => {
    const { handle, calls } = await begin({ script: { verifyOrigin: async () => ({ kind: 'refused', reason: 'ccccccc is not on main' }) }, changes: { isNew: true } });
    expect(await handle.result()).toEqual({ kind: 'promotionRefused', reason: 'ccccccc is not on main' });
    expect(only(calls, ...effects)).toEqual([]);
    expect(((await handle.query(status)) as ReleaseStatus).stages[0]!.mark).toBe('failed');
  });

  it('asks about a commit that nobody has seen on stage, and goes on with a reason only', async () => {
    const { handle, decide, confirm, waits, calls } = await begin({ script: { verifyOrigin: async () => ({ kind: 'doubtful', digest, why: 'stage runs another one' }) } });
    expect((await waits('stage runs another one')).waitingFor!.send!.map(({ payload }) => (payload as { choice: string }).choice)).toEqual(['retry', 'anyway', 'abort']);
    await expect(decide('anyway', { reason: undefined })).rejects.toThrow();
    expect(only(calls, ...effects)).toEqual([]);
    await decide('anyway');
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
  });

  it('makes its tag and its page by itself where there is no pre-release', async () => {
    const { handle, calls, confirm, waits } = await begin({ changes: { isNew: true } });
    await waits('spot-check');
    await confirm('spot-check');
    await handle.result();
    expect(only(calls, 'verifyOrigin', 'makePreRelease', 'tagRuns')).toEqual(['verifyOrigin', 'makePreRelease', 'tagRuns']);
  });

  it('is refused when somebody makes that tag meanwhile', async () => {
    const taken = async () => Promise.reject(ApplicationFailure.nonRetryable('taken', 'Conflict'));
    const { handle } = await begin({ changes: { isNew: true }, script: { makePreRelease: taken } });
    expect(await handle.result()).toMatchObject({ kind: 'promotionRefused', reason: expect.stringContaining('on another commit') });
  });

  it('brings a commit to a preview by three steps', async () => {
    const target = rules.previews[0]!;
    const { handle, calls, confirm, waits } = await begin({ changes: { isPreview: true, name: 'ccccccc', target, stages: stepsTo(target, { stageName: 'stage', isPreview: true }), items: [] } });
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted', name: 'ccccccc', environment: 'dev' });
    expect(only(calls, 'askAboutQa', 'makeLatest', 'tagRuns', 'moveTicket', 'promote')).toEqual(['promote dev']);
  });
});

describe('QA', () => {
  it('waits for what is not approved: shows a table, asks the authors once, and goes on when the tracker says so', async () => {
    const { handle, calls, told, confirm, waits } = await begin({ script: { askAboutQa: inTurn(async () => qaOf('#1', '#2'), pending, pending, async () => qaOf('#2'), pending, async () => qaOf()) } });
    const seen = await waits('QA of #1, #2');
    expect(seen.table).toContain('2 untested, 0 unclear, 0 without a key, 0 approved');
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
    expect(only(calls, 'askAuthors')).toHaveLength(1);
    expect(told.filter((text) => text.includes('2 untested'))).toHaveLength(1);
  });

  it("takes somebody's word for one thing, and refuses it for what is not open", async () => {
    const open = async ({ confirmed, known }: { confirmed: object; known?: string }) => {
      const left = ['#1', '#2'].filter((one) => !(one in confirmed));
      if (known === left.join() && left.length > 0) return pending();
      return qaOf(...left);
    };
    const { handle, confirm, waits } = await begin({ script: { askAboutQa: open } });
    await waits('QA of #1, #2');
    await expect(confirm('#3')).rejects.toMatchObject({ cause: { message: expect.stringContaining('#3') } });
    await confirm('#1');
    await waits(/^QA of #2/);
    await expect(confirm('#1')).rejects.toThrow();
    await confirm('#2', 'carol');
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
  });

  it('lets somebody proceed, with a reason, and shows that the step was not passed', async () => {
    const { handle, decide, confirm, waits, marks } = await begin({ script: { askAboutQa: inTurn(async () => qaOf('#1'), pending) } });
    await waits('QA of #1');
    await expect(decide('proceed', { reason: undefined })).rejects.toMatchObject({ cause: { message: expect.stringContaining('needs a "reason"') } });
    await decide('proceed');
    await waits('spot-check');
    await confirm('spot-check');
    await handle.result();
    expect(await marks()).toMatchObject({ qa: 'skipped', production: 'done' });
  });

  it('is delayed by one who says so, records who agrees, and still goes on when QA is done', async () => {
    let isDone = false;
    const look = async ({ known }: { known?: string }) => (isDone ? qaOf() : known === '#1' ? pending() : qaOf('#1'));
    const { handle, decide, confirm, waits, told } = await begin({ script: { askAboutQa: look } });
    await waits('QA of #1');
    await decide('delay', { reason: 'the sprint ends tomorrow' });
    await confirm('delay', 'carol');
    await expect(confirm('delay', 'carol')).rejects.toThrow();
    await confirm('delay', 'dave');
    expect((await handle.query(status)) as object).toMatchObject({ next: 'bob wants to wait: the sprint ends tomorrow; agreed: carol, dave' });
    isDone = true;
    await waits('spot-check');
    await confirm('spot-check');
    await handle.result();
    expect(told.some((text) => text.includes('Who agrees?'))).toBe(true);
    expect(((await handle.query(status)) as ReleaseStatus).decisions.filter(({ message }) => message === 'confirm delay').map(({ by }) => by)).toEqual(['carol', 'dave']);
  });

  it('gives way to an earlier release that somebody names', async () => {
    const { handle, decide, waits, calls } = await begin({ script: { askAboutQa: inTurn(async () => qaOf('#1'), pending) } });
    await waits('QA of #1');
    await expect(decide('useRelease')).rejects.toMatchObject({ cause: { message: expect.stringContaining('needs the "release"') } });
    await expect(decide('useRelease', { release: 'yesterday' })).rejects.toThrow();
    await decide('useRelease', { release: '2024.09.01' });
    expect(await handle.result()).toEqual({ kind: 'replaced', by: 'production/monitor/2024.09.01', decidedBy: 'bob' });
    expect(only(calls, ...effects)).toEqual([]);
  });
});

it('leaves it to a stage fix when somebody has what is not approved reverted', async () => {
  const { handle, decide, waits } = await begin({ script: { askAboutQa: inTurn(async () => qaOf('#2'), pending), planStageFix: async () => ({ kind: 'fixRefused', reason: 'tested elsewhere' }) } });
  await waits('QA of #2');
  await decide('revertUnverified');
  expect(await handle.result()).toEqual({ kind: 'replaced', by: 'stage-fix/monitor/2', decidedBy: 'bob' });
  expect(await server().client.workflow.getHandle('stage-fix/monitor/2').result()).toMatchObject({ kind: 'fixRefused' });
});

it('keeps to its release while an urgent hotfix must go out', async () => {
  const { decide, handle, waits, abort } = await begin({ script: { askAboutQa: inTurn(async () => qaOf('#2'), pending), hotfixUnderWay: async () => 'hotfix/monitor/9' } });
  await waits('QA of #2');
  await decide('useRelease', { release: '2024.09.01' });
  await expect.poll(async () => ((await handle.query(status)) as ReleaseStatus).refused, { timeout: 10_000 }).toMatchObject([{ why: expect.stringContaining('hotfix/monitor/9 must go out') }]);
  await waits('QA of #2');
  await abort();
  expect(await handle.result()).toMatchObject({ kind: 'aborted' });
});

describe('what fails before production', () => {
  it('keeps a red gate from passing, until it passes or somebody names its cause', async () => {
    const { handle, decide, confirm, waits, calls } = await begin({ script: { gateRun: inTurn<'succeeded' | 'failed'>('failed', 'failed') } });
    await waits('e2e.yml failed');
    await decide('retry', { reason: undefined });
    await expect.poll(() => only(calls, 'startGate').length).toBe(2);
    await waits('e2e.yml failed');
    expect(only(calls, 'promote')).toEqual([]);
    await decide('proceed', { reason: 'the test itself is broken' });
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
  });

  it("follows the run of its tag where the forge can't dispatch the gate", async () => {
    const tags: string[][] = [];
    const tagRuns = async ({ workflows }: { workflows: readonly string[] }) => (tags.push([...workflows]), workflows.map((workflow) => ({ workflow, state: 'succeeded' as const, url: 'u', id: 1 })));
    const { handle, confirm, waits, calls } = await begin({ script: { startGate: async () => 'byTag', tagRuns } });
    await waits('spot-check');
    await confirm('spot-check');
    await handle.result();
    expect(tags).toEqual([['retag.yml'], ['e2e.yml']]);
    expect(only(calls, 'gateRun')).toEqual([]);
  });

  it('asks for two people for each item of the checklist, and waits until new secrets are found', async () => {
    const { handle, confirm, waits, calls } = await begin({ request: { variables: true }, changes: { rules: { ...rules, secretsGrace: 4_000, sanity: [] } } });
    await waits('two people');
    await confirm('secret', 'ann');
    await waits('a second person');
    await expect(confirm('secret', 'Ann')).rejects.toMatchObject({ cause: { message: expect.stringContaining('a second person has to') } });
    expect(only(calls, 'promote')).toEqual([]);
    await confirm('secret', 'bob');
    await waits('new secrets');
    expect(only(calls, 'promote')).toEqual([]);
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
  });

  it('restarts what needs new variables where production runs the release already, and does nothing else to it', async () => {
    const restart = [{ kind: 'Rollout' as const, application: 'monitor-prod', namespace: 'monitor', name: 'monitor-www' }, { name: 'cron', ask: 'restart the cron jobs' }];
    const restarted: object[] = [];
    const script: Partial<Activities> = { lastRestart: async () => '2024-09-01T10:00:00Z', restartWorkload: async (given) => (restarted.push(given), '2024-09-02T10:00:00Z') };
    const { handle, confirm, abort, waits, calls, lines } = await begin({ script, request: { variables: true }, changes: { isThere: true, items: [], rules: { ...rules, restart, sanity: [], secretsGrace: 1 } } });
    await waits('two people');
    for (const who of ['ann', 'bob']) await confirm('secret', who);
    await waits('restart the cron jobs');
    expect(restarted).toEqual([{ application: 'monitor-prod', workload: { kind: 'Rollout', namespace: 'monitor', name: 'monitor-www' }, before: '2024-09-01T10:00:00Z' }]);
    await confirm('cron');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
    expect(only(calls, 'makeLatest')).toEqual([]);
    expect(lines).toContain('restarted, for the new variables: monitor-www, cron');
    await expect(abort()).rejects.toThrow();
  });

  it('does not make the release before the latest again where it is aborted, and production runs it', async () => {
    const { handle, abort, waits, calls } = await begin({ request: { variables: true }, changes: { isThere: true } });
    await waits('two people');
    await abort();
    expect(await handle.result()).toMatchObject({ kind: 'aborted', undone: [] });
    expect(only(calls, 'makeLatest')).toEqual([]);
  });

  it('says that somebody has to restart what the catalog does not name, and restarts nothing after a deployment', async () => {
    const bare = { ...rules, sanity: [], secretsGrace: 1 };
    const { handle, confirm, waits } = await begin({ request: { variables: true }, changes: { isThere: true, rules: bare } });
    await waits('two people');
    for (const who of ['ann', 'bob']) await confirm('secret', who);
    await handle.result();
    expect((await handle.query(status)).owed).toEqual([expect.stringContaining('restart what needs the new variables in production')]);
    const other = await begin({ request: { variables: true }, changes: { rules: { ...bare, restart: [{ kind: 'Rollout', application: 'a', namespace: 'n', name: 'www' }] } } });
    await other.waits('two people');
    for (const who of ['ann', 'bob']) await other.confirm('secret', who);
    await other.handle.result();
    expect(only(other.calls, 'restartWorkload')).toEqual([]);
  });

  it.each(['QA of #1', 'the decision on e2e', 'two people'])('gives everything back when it is aborted at %s', async (where) => {
    const script = where.startsWith('QA') ? { askAboutQa: inTurn(async () => qaOf('#1'), pending) } : where.includes('e2e') ? { gateRun: async () => 'failed' as const } : {};
    const { handle, abort, waits, calls } = await begin({ script, request: { variables: true } });
    await waits(where.includes('e2e') ? 'a decision on e2e' : where);
    await abort();
    expect(await handle.result()).toMatchObject({ kind: 'aborted', by: 'bob', undone: where.startsWith('QA') ? [] : ['2024.08.29 is the latest release again'] });
    expect(only(calls, 'makeLatest')).toHaveLength(where.startsWith('QA') ? 0 : 1);
    expect(only(calls, 'giveLatestBack')).toHaveLength(where.startsWith('QA') ? 0 : 1);
    expect(only(calls, 'promote')).toEqual([]);
  });

  it('dispatches nothing where the name stands for something else by then, until somebody says so', async () => {
    const moved = 'the tag 2024.09.02 stands on 1111111 now, and not on ccccccc';
    const { handle, decide, confirm, waits, calls, told } = await begin({ script: { whyUnfit: inTurn<string | undefined>(moved, moved, undefined) } });
    await waits(moved);
    expect(only(calls, 'promote')).toEqual([]);
    expect(told.filter((text) => text.includes(moved))).toHaveLength(1);
    await decide('retry');
    await expect.poll(() => only(calls, 'whyUnfit'), { timeout: 10_000 }).toHaveLength(2);
    await waits(moved);
    await decide('retry');
    await waits('spot-check');
    expect(only(calls, 'promote')).toEqual(['promote production']);
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
    const other = await begin({ script: { whyUnfit: async () => moved } });
    await other.waits(moved);
    await other.decide('abort');
    expect(await other.handle.result()).toMatchObject({ kind: 'aborted', undone: ['2024.08.29 is the latest release again'] });
    expect(only(other.calls, 'promote')).toEqual([]);
  });

  it('makes the release before the latest again when the deployment fails', async () => {
    const latest: object[] = [];
    const makeLatest = async (given: object) => (latest.push(given), 'https://forge/releases/x');
    const giveLatestBack = async (given: object) => (latest.push(given), { kind: 'givenBack' as const });
    const { handle, decide, waits } = await begin({ script: { deployed: async () => 'failed', makeLatest, giveLatestBack } });
    await waits('how to go on after production');
    await decide('abort');
    expect(await handle.result()).toMatchObject({ kind: 'aborted', undone: ['2024.08.29 is the latest release again'] });
    expect(latest).toEqual([{ repository: plan.repository, name }, { repository: plan.repository, name: '2024.08.29', not: name }]);
  });

  it('leaves a hotfix the latest that has come to production meanwhile, and says so', async () => {
    const script: Partial<Activities> = { deployed: async () => 'failed', giveLatestBack: async () => ({ kind: 'other', latest: '2024.08.29.1' }) };
    const { handle, decide, waits } = await begin({ script });
    await waits('how to go on after production');
    await decide('abort');
    expect(await handle.result()).toMatchObject({ kind: 'aborted', undone: [], stays: expect.arrayContaining(['2024.08.29.1, which has come meanwhile, is the latest release']) });
  });
});

describe('what arrives in production', () => {
  const other = `sha256:${'2'.repeat(64)}`;

  it('is asked about where it is another image than was recorded', async () => {
    const { handle, decide, confirm, waits } = await begin({ script: { taggedImage: async () => other } });
    const seen = await waits(other);
    expect(seen.waitingFor!.what).toContain(digest);
    await expect(decide('anyway', { reason: undefined })).rejects.toThrow();
    await decide('anyway');
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
  });

  it('counts as failed where the run has succeeded, and there is no image', async () => {
    const { waits, handle, abort } = await begin({ script: { taggedImage: async () => undefined } });
    expect((await waits('how to go on after production')).next).toContain('there is no image monitor:prod-2024.09.02');
    await abort();
    expect(await handle.result()).toMatchObject({ kind: 'aborted' });
  });

  it('is rolled back when a look at it is bad, and the release before is the latest again', async () => {
    const sanity = [{ name: 'panel', health: { kind: 'http' as const, url: 'https://monitor' } }];
    const deployed: object[] = [];
    const { handle, decide, waits } = await begin({
      changes: { rules: { ...rules, sanity } },
      script: { lookAtHealth: async () => 'unhealthy: 500', promote: async ({ mechanism, sha }) => (deployed.push({ mechanism, sha }), { id: 1, url: 'u' }) },
    });
    await waits('unhealthy: 500');
    await decide('rollback');
    expect(await handle.result()).toMatchObject({ kind: 'rolledBack', stage: 'production', undone: expect.arrayContaining(['2024.08.29 is the latest release again']) });
    expect(deployed).toMatchObject([{ sha: shaOf('c'), mechanism: { inputs: { tag: name } } }, { sha: shaOf('a'), mechanism: { inputs: { tag: '2024.08.29' } } }]);
  });

  it('can not be aborted any more: a ticket that is stuck is owed, told, and given up or moved by hand', async () => {
    const stuck = async ({ key }: { key: string }) => (key === 'MNTOR-1' ? { kind: 'stuck' as const, key, why: 'no transition is open' } : { kind: 'moved' as const, key, status: 'Done' });
    const { handle, abort, decide, confirm, waits } = await begin({ script: { moveTicket: stuck, ticketMoved: pending } });
    await waits('spot-check');
    await confirm('spot-check');
    await waits('MNTOR-1 in "Promoted to Prod"');
    // The other ticket's move may arrive later than the answer about this one.
    await expect.poll(async () => ((await handle.query(status)) as ReleaseStatus).owes).toMatchObject([{ what: 'MNTOR-1 in "Promoted to Prod"' }]);
    await expect(abort()).rejects.toMatchObject({ cause: { message: expect.stringContaining('it has come to production') } });
    await decide('giveUp', { reason: 'the board is being rebuilt' });
    expect(await handle.result()).toMatchObject({ kind: 'promoted', tickets: ['MNTOR-2'], givenUp: ['the board is being rebuilt'] });
  });

  it('leaves three things to be done where it was not on main, as its exception', async () => {
    const { handle, confirm, decide, waits } = await begin({ request: { exception: 'the site is down' }, script: { branchContains: async () => undefined, runsBranch: pending } });
    await waits('spot-check');
    await confirm('spot-check');
    await waits('the migrations of main');
    await confirm('migrations');
    await waits('stage on main again');
    await decide('giveUp', { reason: 'it is rebuilt tonight' });
    expect(await handle.result()).toMatchObject({ kind: 'promoted', givenUp: ['it is rebuilt tonight'] });
  });

  it('asks, and goes on, when a service refuses', async () => {
    const refusing = inTurn<string>(never('no'), async () => 'https://forge/releases/x');
    const { handle, decide, confirm, waits } = await begin({ script: { makeLatest: refusing } });
    await waits('the release page of 2024.09.02: no');
    await decide('retry', { reason: undefined });
    await waits('spot-check');
    await confirm('spot-check');
    expect(await handle.result()).toMatchObject({ kind: 'promoted' });
  });
});
