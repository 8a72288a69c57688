import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { WantedRevert } from '../../../activities/promotion/reverts.ts';
import type { FixPlan } from '../../../domain/promotion/fix-plan.ts';
import { stepsTo } from '../../../domain/promotion/production/plan.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { workerDataConverter } from '../../../temporal/data-converter.ts';
import { status } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { shaOf } from '../../shas.ts';
import { inTurn } from '../release-stand.ts';
import { attend, refusingOnce } from '../refusing.ts';
import { pending, scriptedWorld } from '../scripted-world.ts';
import { digest, plan as production, rules } from './scripted-production.ts';

const server = useTimeSkipping();
let queues = 0;

const pulls = [2, 1].map((number) => ({ number, title: `change ${number}`, url: 'u', mergeSha: shaOf(String(number)), author: 'ann' }));
const pace = { poll: 100, sample: 100, retry: 50, attempt: 10_000, heartbeat: 5_000, patience: 60_000 };
const target = rules.production!;
/** A release that comes to production at once. */
const straight = { ...production, isPreview: true, stages: stepsTo(target, { stageName: 'stage', isPreview: true }), rules: { ...rules, sanity: [] } };

async function begin(type: 'stageFix' | 'hotfixRelease', { script = {}, changes = {}, wrap = (same) => same, input }: { script?: Partial<Activities>; changes?: Partial<FixPlan>; wrap?: (activities: Activities) => Activities; input: object }) {
  const taskQueue = `fix-${queues++}`;
  const plan: FixPlan = { kind: 'fix', id: `${type}/${taskQueue}`, component: 'monitor', repository: 'org/app', release: `2024.09.0${queues}`, pulls, stages: [], rules, pace, ...changes };
  const reverted: string[] = [];
  const told: string[] = [];
  const well: Partial<Activities> = {
    planStageFix: async () => plan,
    planHotfix: async () => plan,
    openRevert: async ({ number, key }: WantedRevert) => {
      reverted.push(key.replace(`${plan.id}/`, ''));
      return { kind: 'opened', number: 100 + number, url: 'https://forge/pull', head: shaOf('7'), branch: `revert-${number}-x` };
    },
    lookAtRevert: async () => ({ kind: 'merged', sha: shaOf('8') }),
    runsAll: async ({ shas }) => shas.at(-1)!,
    pullStands: pending,
    planProduction: async ({ release }) => ({ ...straight, id: `production/monitor/${release}`, name: release }),
    verifyOrigin: async () => ({ kind: 'sound', digest, told: 'well' }),
    taggedImage: async () => digest,
    whyUnfit: async () => undefined,
    report: async () => ({ root: '1' }),
    announce: async ({ text }) => void told.push(text),
  };
  const { activities, calls } = scriptedWorld({ ...well, ...script });
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities: wrap(activities), dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const handle = await server().client.workflow.start(type, { workflowId: plan.id, taskQueue, args: [input] });
  return {
    handle, calls, reverted, told, plan,
    send: (message: string, payload: object) => handle.executeUpdate(message, { args: [payload] }),
    async waits(what: string): Promise<ReleaseStatus> {
      let seen: ReleaseStatus | undefined;
      await expect.poll(async () => ((seen = await handle.query(status)), seen.waitingFor?.what ?? seen.outcome ?? ''), { timeout: 10_000, interval: 20 }).toContain(what);
      return seen!;
    },
  };
}

const fix = (given: Omit<Parameters<typeof begin>[1], 'input'> = {}) => begin('stageFix', { ...given, input: { component: 'monitor', pulls: [1, 2], by: 'kim' } });
const hotfix = (given: Omit<Parameters<typeof begin>[1], 'input'> = {}) =>
  begin('hotfixRelease', { ...given, input: { component: 'monitor', pull: 9, partner: 'bob', by: 'kim' }, changes: { pulls: pulls.slice(0, 1), hotfix: { pull: { number: 9, title: 'mend it', url: 'u', mergeSha: shaOf('9'), author: 'ann' }, partner: 'bob', patches: '2024.08.29' }, rules: { ...rules, chat: { progress: '#monitor', hotfixes: '#monitor-core-team' } }, ...given.changes } });

it('takes back the newest first, releases, and brings back the oldest first by reverting the reverts', async () => {
  const { handle, reverted, plan } = await fix();
  expect(await handle.result()).toEqual({ kind: 'fixed', release: plan.release, back: [1, 2] });
  expect(reverted).toEqual(['out/2', 'out/1', 'back/101', 'back/102']);
});

it('follows a revert as any change: waits for its review, merges at its head, asks about what is red', async () => {
  const merged: object[] = [];
  const looks = inTurn<Awaited<ReturnType<Activities['lookAtRevert']>>>({ kind: 'red', failed: [{ name: 'lint' }] }, { kind: 'red', failed: [{ name: 'lint' }] }, pending, { kind: 'green' }, { kind: 'merged', sha: shaOf('8') });
  const { handle, send, waits } = await fix({ changes: { pulls: pulls.slice(0, 1) }, script: { lookAtRevert: looks, rerunFailed: inTurn<'rerun' | 'nothing'>('rerun', 'rerun'), mergePullRequest: async (given) => (merged.push(given), { kind: 'merged', sha: shaOf('8') }) } });
  await waits('the red pipeline of #102');
  await send('decide', { choice: 'retry', by: 'ann' });
  expect(await handle.result()).toMatchObject({ kind: 'fixed', back: [2] });
  expect(merged).toMatchObject([{ number: 102, sha: shaOf('7'), method: 'merge' }]);
});

it('leaves a conflict to a person, and sees by the history when it is out', async () => {
  let isOut = false;
  const byHand = async ({ number, key }: WantedRevert) => (number < 100 && key.includes('/out/') ? { kind: 'byHand' as const, why: 'it conflicts' } : { kind: 'opened' as const, number: 100 + number, url: 'u', head: shaOf('7'), branch: 'b' });
  const stands = async ({ want }: { want: string }) => (want === 'in' || isOut ? shaOf('5') : pending());
  const { handle, waits, told } = await fix({ changes: { pulls: pulls.slice(0, 1) }, script: { openRevert: byHand, pullStands: stands as Activities['pullStands'] } });
  await waits('a pull request that takes #2 back: it conflicts');
  await expect.poll(() => told.some((text) => text.includes('Reverts org/app#2'))).toBe(true);
  isOut = true;
  expect(await handle.result()).toMatchObject({ kind: 'fixed', back: [2] });
});

it('brings nothing back when its release does not come to production by the decision of people', async () => {
  const { handle, reverted, waits, plan } = await fix({ script: { deployed: async () => 'failed' } });
  await waits(`production/monitor/${plan.release}`);
  const child = server().client.workflow.getHandle(`production/monitor/${plan.release}`);
  await expect.poll(async () => ((await child.query(status)) as ReleaseStatus).waitingFor?.what, { timeout: 10_000 }).toContain('how to go on');
  await child.executeUpdate('decide', { args: [{ choice: 'abort', by: 'ann', reason: 'not today' }] });
  expect(await handle.result()).toMatchObject({ kind: 'fixFailed', why: expect.stringContaining('aborted by ann'), reverted: [2, 1] });
  expect(reverted).toEqual(['out/2', 'out/1']);
});

it('asks what is to be done when its release is refused, and tries it again', async () => {
  let isRefused = true;
  const planProduction = (async ({ release }: { release: string }) => (isRefused ? { kind: 'promotionRefused', reason: 'no image' } : { ...straight, id: `production/monitor/${release}`, name: release })) as Activities['planProduction'];
  const { handle, waits, send } = await fix({ script: { planProduction } });
  await waits('refused: no image');
  isRefused = false;
  await send('decide', { choice: 'retry', by: 'ann' });
  expect(await handle.result()).toMatchObject({ kind: 'fixed' });
});

it('owes what it can not bring back, until somebody gives it up', async () => {
  const openRevert = async ({ number, key }: WantedRevert) => (key.includes('/back/') && number === 102 ? { kind: 'byHand' as const, why: 'it conflicts' } : { kind: 'opened' as const, number: 100 + number, url: 'u', head: shaOf('7'), branch: 'b' });
  const { handle, waits, send } = await fix({ script: { openRevert } });
  const seen = await waits('#2 in main again');
  expect(seen.owes).toMatchObject([{ what: '#2 in main again' }]);
  await send('decide', { choice: 'giveUp', by: 'ann', reason: 'it was wrong' });
  expect(await handle.result()).toMatchObject({ kind: 'fixed', back: [1], givenUp: ['#2: it was wrong'] });
});

it('has the partner alone see a hotfix work on stage, tells the team, and releases it under its number', async () => {
  const { handle, waits, send, told, reverted, plan } = await hotfix();
  await waits('bob to have seen #9 work on stage');
  await expect(send('confirm', { item: 'stage', by: 'ann' })).rejects.toMatchObject({ cause: { message: expect.stringContaining('only bob') } });
  await send('confirm', { item: 'stage', by: 'bob' });
  expect(await handle.result()).toMatchObject({ kind: 'fixed', release: plan.release, back: [2] });
  expect(told.filter((text) => text.startsWith('A hotfix of monitor is deployed'))).toHaveLength(1);
  expect(reverted).toEqual(['out/2', 'back/102']);
});

it.each(['stageFix', 'hotfixRelease'] as const)('%s ends as refused where its plan is', async (type) => {
  const refused = async () => ({ kind: 'fixRefused' as const, reason: 'it is not merged' });
  const { handle, calls } = await (type === 'stageFix' ? fix({ script: { planStageFix: refused } }) : hotfix({ script: { planHotfix: refused } }));
  expect(await handle.result()).toEqual({ kind: 'fixRefused', reason: 'it is not merged' });
  expect(calls.filter((call) => !call.startsWith('plan') && !call.startsWith('keepRecord'))).toEqual([]);
});

it.each([['stage fix', fix], ['hotfix', hotfix]] as const)('of every kind comes to its end though all that is asked is refused once: %s', async (_, start) => {
  const refusals: string[][] = [];
  const planned: object[] = [];
  const { handle, plan } = await start({
    script: { planProduction: async (request) => (planned.push(request), { ...straight, id: `production/monitor/${request.release}`, name: request.release }) },
    wrap: (activities) => {
      const world = refusingOnce(activities);
      refusals.push(world.refused);
      return world.activities;
    },
  });
  const child = server().client.workflow.getHandle(`production/monitor/${plan.release}`);
  // Who may not approve what they have started may not have a fix start it, either.
  const started = planned as readonly { readonly by?: string }[];
  const attending = attend(handle);
  await expect.poll(async () => child.describe().then(() => true, () => false), { timeout: 20_000 }).toBe(true);
  await attend(child);
  await attending;
  expect(await handle.result()).toMatchObject({ kind: 'fixed' });
  expect(started.map(({ by }) => by)).toContain('kim');
  expect(refusals.flat()).toEqual(expect.arrayContaining(['openRevert', 'lookAtRevert', 'runsAll', 'verifyOrigin', 'promote', 'deployed', 'taggedImage', 'report']));
});
