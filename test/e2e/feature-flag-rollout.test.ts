import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporalHolders } from '../../ports/temporal/holders.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Watched } from '../../domain/flags/watch.ts';
import type { Observation } from '../../domain/stages/soak.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { freeze, thaw } from '../../workflows/environments/messages.ts';
import { advance, retry, tested } from '../../workflows/flags/messages.ts';
import { abort, resume } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, pinnedIn, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useServers } from './stand.ts';
import { shaOf } from '../shas.ts';

const servers = useServers();

const flag = 'gitaly_go_user_delete_tag';
const by = 'alice';

describe('a rollout, with a real worker, server, GitHub and GitLab API', () => {
  it('waits for the deployment, tries staging, goes up in production, and leaves its issues in order', async () => {
    const { world, rollout } = await begin({ deployed: false });
    await reached(rollout, /^the deployment of [0-9a-f]{12} to production$/);
    expect(await keys(world, 'flag')).toEqual([]);
    await world.control('deployed', { environment: 'production' });

    await reached(rollout, /^a test of/);
    await rollout.executeUpdate(tested.update, { args: [{ by: 'tina', note: 'deleted a tag' }] });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut', before: 'unset', written: [25, 100, true] });

    expect(await keys(world, 'flag')).toEqual([`flag staging ${flag} true`, ...['25', '100', 'true'].map((value) => `flag production ${flag} ${value}`)]);
    const [issue, removal] = await issues(world);
    expect(issue).toMatchObject({ title: `Roll out feature flag ${flag}`, state: 'open', labels: [{ name: 'feature flag' }, { name: 'rollout::done' }] });
    expect(issue!.body.match(/- \[x\]/g)).toHaveLength(8);
    expect(issue!.body).not.toContain('- [ ]');
    expect(removal).toMatchObject({ title: `Remove feature flag ${flag}`, state: 'open' });
    expect(await world.control('violations')).toEqual([]);
    const all = (await world.journal()).map(({ key, nth }) => `${key} (${nth})`);
    expect(new Set(all).size).toBe(all.length);
  });

  it('takes an unhealthy step back, tells people, and goes on when an operator says so', async () => {
    const { world, rollout } = await begin();
    await world.control('health', { environment: 'production', state: 'unhealthy' });
    await test(rollout);
    await reached(rollout, /^a decision: .*answered 503; taken back to off$/);
    expect(await keys(world, 'flag production')).toEqual([`flag production ${flag} 25`, `flag production ${flag} false`]);
    await world.control('health', { environment: 'production', state: 'healthy' });
    await rollout.signal(resume.signal, { by });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut', written: [25, false, 25, 100, true] });
  });

  it('is done with its last step when GitLab makes true of 100', async () => {
    const { world, rollout } = await begin({ prepare: (empty) => empty.control('gitlab', { hundred: 'boolean' }) });
    await test(rollout);
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut', written: [25, true] });
    const [issue] = await issues(world);
    expect(issue!.body).not.toContain('- [ ]');
  });

  it('takes a step back, and later all, while GitLab still shows what it was before', async () => {
    const { world, rollout } = await begin({
      lagMs: 15_000,
      steps: [5, 25],
      prepare: (empty) => late(empty, '25'),
    });
    await test(rollout);
    await reached(rollout, /at 25 %$/);
    await world.control('health', { environment: 'production', state: 'unhealthy' });
    await reached(rollout, /^a decision: .*answered 503; taken back to 5 %$/);
    expect(await world.snapshot()).toMatchObject({ flags: { production: { [flag]: { percentageOfActors: 5 } } } });
    await rollout.signal(abort.signal, { by, reason: 'enough' });
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', stays: [], owed: [] });
    expect((await world.snapshot()).flags).toEqual({ production: {}, staging: {} });
  });

  it('puts back also a flag that GitLab does not show as raised yet', async () => {
    const { world, rollout } = await begin({ lagMs: 15_000, soak: '60s', prepare: (empty) => late(empty, '25') });
    await test(rollout, { advance: 'staging' });
    await reached(rollout, /at 25 %$/);
    await rollout.signal(abort.signal, { by, reason: 'enough' });
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', stays: [], owed: [] });
    expect((await world.snapshot()).flags).toEqual({ production: {}, staging: {} });
    const [issue] = await issues(world);
    expect(issue).toMatchObject({ labels: [{ name: 'feature flag' }, { name: 'rollout::aborted' }] });
    expect(issue!.body).not.toMatch(/\[x\] (On|Healthy|production)/);
  });

  it('never passes a step whose health is not known', async () => {
    const { world, rollout } = await begin();
    await world.control('health', { environment: 'production', state: 'silent' });
    await test(rollout);
    await reached(rollout, /^a decision: no data: .*did not answer within 1500 ms/);
    await rollout.executeUpdate(abort.update, { args: [{ by, reason: 'blind' }] });
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', owed: [] });
    expect(await world.snapshot()).toMatchObject({ flags: { production: {}, staging: {} } });
  });

  it('stops when somebody else changes the flag, and adopts it', async () => {
    const { world, rollout } = await begin({ soak: '60s' });
    await test(rollout, { advance: 'staging' });
    await reached(rollout, /at 25 %$/);
    await world.control('flags', { instance: 'production', name: flag, value: 60 });
    await reached(rollout, /^a decision: .* was set to 60 % by somebody else$/);
    expect(await keys(world, 'flag production')).toEqual([`flag production ${flag} 25`]);
    await rollout.signal(resume.signal, { by });
    await reached(rollout, /at 100 %$/);
    await rollout.signal(abort.signal, { by, reason: 'enough' });
    expect(await rollout.result()).toMatchObject({ kind: 'aborted', owed: [] });
    expect(await world.snapshot()).toMatchObject({ flags: { production: {} } });
  });

  it('turns the flag off when production is rolled back below its commit', async () => {
    const { world, rollout, commit } = await begin({ soak: '60s' });
    await test(rollout, { advance: 'staging' });
    await reached(rollout, /at 25 %$/);
    await world.control('deployed', { environment: 'production', sha: await before(world) });
    await reached(rollout, new RegExp(`^a decision: production was rolled back to [0-9a-f]{12}, which lacks ${commit.slice(0, 12)}`));
    expect((await keys(world, 'flag production')).at(-1)).toBe(`flag production ${flag} false`);
    await rollout.signal(abort.signal, { by, reason: 'later' });
    await rollout.result();
  });

  it('is not raised during an incident, but overridden with a reason', async () => {
    const { world, rollout } = await begin();
    const incident = await github(world, 'POST', 'gitlab', 'issues', { title: 'Errors', labels: ['incident'] });
    await test(rollout);
    await reached(rollout, /^going up to 25 %: the incident .* is open$/);
    await rollout.executeUpdate(advance.update, { args: [{ by, reason: 'unrelated' }] });
    await reached(rollout, /^going up to 100 %: the incident .* is open$/);
    await github(world, 'PATCH', 'gitlab', `issues/${(incident as { number: number }).number}`, { state: 'closed' });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('is not raised while an operator has frozen production', async () => {
    const { rollout, client, taskQueue, world } = await begin();
    const environment = await client.workflow.signalWithStart('environment', {
      workflowId: 'environment/production', taskQueue, args: [{ environment: 'production' }], signal: freeze.signal, signalArgs: [{ by, reason: 'the holidays' }],
    });
    await test(rollout);
    await reached(rollout, /^going up to 25 %: production is frozen by alice: the holidays$/);
    expect(await keys(world, 'flag production')).toEqual([]);
    await environment.signal(thaw.signal, { by });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('lets no time count while production is frozen in the middle of a soak, but takes the flag down there', async () => {
    const { rollout, client, world } = await begin({ soak: '60s' });
    await test(rollout, { advance: 'staging' });
    await reached(rollout, /at 25 %$/);
    const environment = client.workflow.getHandle('environment/production');
    await counted(client, rollout, 0);
    await environment.executeUpdate(freeze.update, { args: [{ by, reason: 'the holidays' }] });
    const { observedMs } = await observed(client, rollout, 2);
    expect(await observed(client, rollout, 3)).toMatchObject({ observedMs });
    await environment.signal(thaw.signal, { by });
    await counted(client, rollout, observedMs);

    await environment.signal(freeze.signal, { by, reason: 'the holidays' });
    await world.control('health', { environment: 'production', state: 'unhealthy' });
    await reached(rollout, /^a decision: .*answered 503; taken back to off$/);
    expect(await keys(world, 'flag production')).toEqual([`flag production ${flag} 25`, `flag production ${flag} false`]);
    await world.control('health', { environment: 'production', state: 'healthy' });
    await rollout.signal(resume.signal, { by });
    await reached(rollout, /^going up to 25 %: production is frozen by alice: the holidays$/);
    await environment.signal(thaw.signal, { by });
    await reached(rollout, /at 25 %$/);
    await rollout.signal(abort.signal, { by, reason: 'enough' });
    await rollout.result();
  });

  it('does not leave staging before a smoke run there has passed', async () => {
    const { world, rollout, client } = await begin({
      flags: { staging: { environment: 'staging', soak: '1s', smoke: { repository: 'gitlab-org/gitlab', workflow: 'smoke.yml' } } },
      async prepare(empty) {
        await smokeRun(empty, 'success');
        // Runs are dated to the second.
        await sleep(1_100);
      },
    });
    await test(rollout);
    // That run was before the flag was on; what is healthy for long enough still lacks one.
    await counted(client, rollout, 1_000);
    await smokeRun(world, 'failure');
    await reached(rollout, /^a decision: the smoke run failed: http/);
    expect(await keys(world, 'flag')).toEqual([`flag staging ${flag} true`]);
    await smokeRun(world, 'success');
    await rollout.signal(resume.signal, { by });
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it('says that it has no permission, and tries again when it got it', async () => {
    const { rollout, world } = await begin({
      // One answer ends nothing.
      prepare: (world) =>
        world.control('faults', { match: { route: 'GET /gitlab/{instance}/api/v4/features' }, times: 1_000, action: { kind: 'fail', status: 403, body: { message: '403 Forbidden' } } }),
    });
    await reached(rollout, /^the look at gitaly_go_user_delete_tag in .*: GitLab: GET .* was answered with 403/);
    await fetch(`${world.url}/control/faults`, { method: 'DELETE' });
    await rollout.executeUpdate(retry.update, { args: [{ by }] });
    await test(rollout);
    expect(await rollout.result()).toMatchObject({ kind: 'rolledOut' });
  });

  it.each([
    [{ flag: 'go_user_delete_tag' }, 'Did you mean "gitaly_go_user_delete_tag"?'],
    [{ commit: shaOf('f') }, 'does not exist on gitlab-org-security/gitaly'],
    [{ commit: '#99' }, 'gitlab-org/gitaly has no pull request #99'],
    [{ component: 'gitlay' }, 'did you mean "gitaly"?'],
  ])('refuses %j, and says what was meant', async (changes, message) => {
    const { client, taskQueue, input } = await prepared();
    const failed = client.workflow.execute('featureFlagRollout', { workflowId: `${taskQueue}-typo`, taskQueue, args: [{ ...input, ...changes }] });
    await expect(failed).rejects.toMatchObject({ cause: { cause: { message: expect.stringContaining(message) } } });
  });
});

interface Preparation {
  readonly deployed?: boolean;
  readonly soak?: string;
  /** Of the catalog's `flags`, what is otherwise. */
  readonly flags?: object;
  readonly steps?: readonly number[];
  /** How long reads of GitLab are taken to lag. */
  readonly lagMs?: number;
  /** Scripts what will happen in the world. */
  readonly prepare?: (world: World) => Promise<unknown>;
}

async function prepared({ deployed = true, soak = '1s', flags = {}, steps, lagMs = 200, prepare }: Preparation = {}) {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world, { soak, flags });
  const taskQueue = world.name;
  const environment = workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file });
  const worker = await startWorker({ ...environment, GITLAB_FLAG_LAG_MS: String(lagMs) });
  const client = servers.client();
  onTestFinished(async () => {
    await worker.stop();
    await endEnvironments(client);
    await catalog.remove();
    await world.close();
  });
  if (deployed) await world.control('deployed', { environment: 'production' });
  await prepare?.(world);
  const commit = await pinnedIn(world);
  return { world, client, taskQueue, commit, input: { component: 'gitaly', flag, commit, ...(steps && { steps }) } };
}

async function begin(options: Preparation = {}) {
  const { world, client, taskQueue, input, commit } = await prepared(options);
  const first = await client.workflow.start('featureFlagRollout', { workflowId: `start-${taskQueue}`, taskQueue, args: [input] });
  const { to } = (await first.result()) as Extract<Outcome, { kind: 'handedOver' }>;
  onTestFinished(async () => {
    await client.workflow.getHandle(to).terminate().catch(() => undefined);
  });
  return { world, commit, client, taskQueue, rollout: client.workflow.getHandle(to) as WorkflowHandle<() => Promise<Outcome>> };
}

async function test(rollout: WorkflowHandle, options: { advance?: 'staging' } = {}): Promise<void> {
  await reached(rollout, /^a test of/);
  await rollout.executeUpdate(tested.update, { args: [{ by: 'tina' }] });
  if (!options.advance) return;
  await reached(rollout, /at staging$/);
  await rollout.executeUpdate(advance.update, { args: [{ by, reason: 'tested enough' }] });
}

async function reached(rollout: WorkflowHandle, what: RegExp): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await expect
    .poll(
      async () => {
        seen = await rollout.query(status);
        return seen.waitingFor?.what ?? seen.outcome ?? '';
      },
      { timeout: 30_000, interval: 100 },
    )
    .toMatch(what);
  return seen!;
}

/** What the watch of a rollout has found out, after so many more looks. */
async function observed(client: Client, rollout: WorkflowHandle, looks: number): Promise<Observation> {
  let seen = 0;
  let last: Observation | undefined;
  await expect
    .poll(
      async () => {
        const watched = (await temporalHolders(client).heartbeatOf(rollout.workflowId, 'watchFlag')) as Watched | undefined;
        const now = watched?.observation;
        if (now && last && now.lastAt !== last.lastAt) seen++;
        last = now;
        return seen;
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBeGreaterThanOrEqual(looks);
  return last!;
}

/** More than so much healthy time counts already. */
async function counted(client: Client, rollout: WorkflowHandle, ms: number): Promise<void> {
  await expect.poll(async () => (await observed(client, rollout, 1)).observedMs, { timeout: 30_000 }).toBeGreaterThan(ms);
}

/** What GitLab shows of production's flags does not change for a while from when this one is set to `value`. */
async function late(world: World, value: string): Promise<void> {
  await world.control('faults', { match: { key: `flag production ${flag} ${value}` }, action: { kind: 'staleReads', seconds: 10 } });
}

async function smokeRun(world: World, conclusion: 'success' | 'failure'): Promise<void> {
  await world.control('runs', { workflow: 'smoke.yml', conclusion, times: 1 });
  await github(world, 'POST', 'gitlab', 'actions/workflows/smoke.yml/dispatches', { ref: 'master' });
}

async function keys(world: World, begin: string): Promise<readonly string[]> {
  return (await world.journal()).map(({ key }) => key).filter((key) => key.startsWith(`${begin} `));
}

async function issues(world: World): Promise<readonly { title: string; body: string; state: string; labels: readonly object[] }[]> {
  return github(world, 'GET', 'gitaly', 'issues?direction=asc&state=all');
}

/** A commit of GitLab that pins what came before the flag's commit. */
async function before(world: World): Promise<string> {
  const older = await github<readonly { sha: string }[]>(world, 'GET', 'gitaly', `commits?sha=${await pinnedIn(world)}&per_page=3`);
  const { sha } = await world.control<{ sha: string }>('commit', {
    repository: 'gitlab-org/gitlab', branch: 'rolled-back', files: { GITALY_SERVER_VERSION: `${older[2]!.sha}\n` }, message: 'Pin an older Gitaly',
  });
  return sha;
}

async function github<T>(world: World, method: string, repository: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${world.url}/api/v3/repos/gitlab-org/${repository}/${path}`, {
    method,
    headers: { authorization: 'Bearer person:ann', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
