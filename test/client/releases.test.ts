import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { searchAttributes } from '../../domain/release/search-attributes.ts';
import { project } from '../../sandbox/parts/build.mjs';
import { candidate, never, pending, plan } from '../workflows/scripted-world.ts';
import type { Told } from './command-line.ts';
import { type } from './command-line.ts';
import { neverRetry } from '../../ports/failures.ts';
import { idOf, openStand, register } from './stand.ts';

/** A namespace of its own: which releases run is part of what is told. */
const namespace = 'client';
const { address } = inject('temporal');
let stand: Awaited<ReturnType<typeof openStand>>;
beforeAll(async () => {
  stand = await openStand(namespace);
});
afterAll(() => stand?.close());

const slipway = (...args: string[]) => stand.slipway(...args);

function started(taskQueue: string, component: string, ...more: string[]): Promise<Told> {
  return slipway('start', 'componentRelease', component, '--task-queue', taskQueue, '--catalog', 'none', ...more);
}

function shown(component: string): Promise<unknown> {
  return slipway('status', component, '--json').then(({ stdout }) => JSON.parse(stdout) as unknown);
}

async function waitsForApproval(component: string): Promise<void> {
  await expect.poll(() => shown(component), { timeout: 20_000, interval: 200 }).toMatchObject({ state: 'approval', waitingFor: { send: expect.anything() } });
}

const yes = ['--stage', 'production', '--by', 'alice'];

describe('a release from the command line', () => {
  let queue: string;
  beforeAll(async () => {
    queue = await stand.worker();
  });

  it('starts under a passing id, and is told by the id and the page that it has', async () => {
    const { exit, stdout, stderr } = await started(queue, 'gitaly');
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: `release ${idOf('gitaly')}\nhttp://ui/namespaces/client/workflows/release%2Fgitaly%2Ffrom-aaaaaaaaaaaa\n` });
    expect(stderr).toMatch(/^started start\/componentRelease\/gitaly\/\d{17} http:/);
  });

  it('is not approved by whoever has started it, where the catalog separates the two', async () => {
    const stages = plan.stages.map((stage) => ({ ...stage, ...(stage.approval && { approval: { ...stage.approval, separation: ['starter' as const] } }) }));
    const separated = await stand.worker({ plan: async ({ component }) => ({ ...plan, component, id: idOf(component), stages }) });
    await started(separated, 'separated', '--by', 'Alice');
    await waitsForApproval('separated');
    expect(await slipway('approve', 'separated', ...yes)).toMatchObject({ exit: 1, stderr: expect.stringContaining('"alice" started the release') });
    expect(await slipway('approve', 'separated', '--stage', 'production', '--by', 'bob')).toMatchObject({ exit: 0 });
  });

  it('shows its stages, and the command that lets it go on', async () => {
    await started(queue, 'shown');
    await waitsForApproval('shown');
    const { stdout } = await slipway('status', 'shown');
    expect(stdout).toContain('pull request #7 https://forge/org/product/pull/7');
    expect(stdout).toMatch(/ {2}staging +staging +✓ done +\d+ s +https:\/\/forge\/runs\/staging\n {2}production +production +\? waits for approval/);
    expect(stdout).toContain(`  slipway approve ${idOf('shown')} --stage production --by <you> --sha ${candidate}\n`);
  });

  it('tells a line per change while it is watched, and its outcome at the end', async () => {
    await started(queue, 'approved');
    const waiting = await slipway('watch', 'approved', '--until-waiting');
    expect(waiting.exit).toBe(0);
    expect(waiting.stderr).toMatch(/^\d\d:\d\d:\d\d carries cccccccccccc$/m);
    expect(waiting.stderr).toMatch(/^\d\d:\d\d:\d\d waiting for approval of production by alice, bob$/m);

    const approved = await slipway('approve', 'approved', ...yes, '--sha', candidate);
    expect(approved).toEqual({ exit: 0, stdout: `approve accepted by ${idOf('approved')}\n`, stderr: '' });
    const { exit, stdout } = await slipway('watch', idOf('approved'));
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: expect.stringContaining(`${idOf('approved')}: released through staging, production`) });
  });

  it('is approved by the name of its component, though a newer one of it is under way', async () => {
    const newer = await stand.worker({ plan: async ({ component }) => ({ ...plan, component, id: `release/${component}/from-bbbbbbbbbbbb` }), pipeline: pending });
    await started(queue, 'twice');
    await waitsForApproval('twice');
    await started(newer, 'twice');
    expect(await slipway('approve', 'twice', '--stage', 'staging', '--by', 'alice')).toMatchObject({ exit: 2, stderr: expect.stringContaining('"twice" could be any of ') });
    expect(await slipway('approve', 'twice', ...yes)).toEqual({ exit: 0, stdout: `approve accepted by ${idOf('twice')}\n`, stderr: '' });
    await slipway('abort', 'release/twice/from-bbbbbbbbbbbb', '--by', 'alice', '--reason', 'enough');
  });

  it('can be waited for until it needs a person', async () => {
    await started(queue, 'waited');
    const { exit, stdout } = await slipway('watch', 'waited', '--until-waiting', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ release: idOf('waited'), state: 'approval', waitingFor: { whom: ['alice', 'bob'] } });
  });

  it('started with --wait answers with the outcome, as one JSON document', async () => {
    const waited = started(queue, 'whole', '--wait', '--json');
    await waitsForApproval('whole');
    await slipway('approve', 'whole', ...yes);
    const { exit, stdout, stderr } = await waited;
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ release: idOf('whole'), outcome: { kind: 'released', candidate } });
  });

  it('hears why a vote does not count', async () => {
    await started(queue, 'refused');
    await waitsForApproval('refused');
    const stranger = await slipway('approve', 'refused', '--stage', 'production', '--by', 'eve');
    expect(stranger).toMatchObject({ exit: 1, stdout: '', stderr: 'slipway: refused: "eve" may not decide on stage "production". Its approvers: alice, bob\n' });
    const mistyped = await slipway('approve', 'refused', '--stage', 'prodution', '--by', 'alice', '--json');
    expect(mistyped.exit).toBe(1);
    expect(JSON.parse(mistyped.stdout)).toMatchObject({ error: { message: expect.stringContaining('did you mean "production"?') } });
  });

  it('that is rejected is not released', async () => {
    await started(queue, 'rejected');
    await waitsForApproval('rejected');
    const watched = slipway('watch', 'rejected', '--json');
    expect(await slipway('reject', 'rejected', ...yes, '--reason', 'the incident')).toMatchObject({ exit: 0 });
    const { exit, stdout } = await watched;
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: { kind: 'rejected', reason: 'the incident', stays: ['#7 is merged', 'staging runs it', expect.stringContaining('rejected is halted: slipway lift rejected --by <you>')] } });
  });

  it('is paused and resumed', async () => {
    await started(queue, 'paused');
    await waitsForApproval('paused');
    expect(await slipway('pause', 'paused', '--by', 'olga', '--reason', 'incident')).toMatchObject({ exit: 0, stdout: `pause accepted by ${idOf('paused')}\n` });
    expect((await slipway('status', 'paused')).stdout).toContain('paused by olga: incident');
    expect(await slipway('pause', 'paused', '--by', 'otto')).toMatchObject({ exit: 1, stderr: expect.stringContaining('olga has paused it already') });
    expect(await slipway('resume', 'paused', '--by', 'olga')).toMatchObject({ exit: 0 });
    expect((await slipway('status', 'paused')).stdout).not.toContain('paused by');
  });

  it('whose stage failed shows what may be decided, and hears the decision', async () => {
    const failing = await stand.worker({ deployed: async () => 'failed' });
    await started(failing, 'failing');
    await expect.poll(() => shown('failing'), { timeout: 20_000, interval: 200 }).toMatchObject({ state: 'deciding' });
    const { stdout } = await slipway('status', 'failing');
    expect(stdout).toContain(`  slipway decide ${idOf('failing')} --choice retry --stage staging --by <you> --reason why`);
    expect(await slipway('decide', 'failing', '--choice', 'skipp', '--by', 'olga')).toMatchObject({ exit: 1, stderr: expect.stringContaining('did you mean "skip"?') });
    expect(await slipway('decide', 'failing', '--choice', 'abort', '--by', 'olga', '--reason', 'enough')).toMatchObject({ exit: 0 });
    expect(await slipway('watch', idOf('failing'))).toMatchObject({ exit: 1, stdout: expect.stringContaining('aborted by olga: enough') });
  });

  it('that is running already is handed over to, not started twice', async () => {
    const first = await started(queue, 'twice', '--json');
    await waitsForApproval('twice');
    expect((await started(queue, 'twice', '--json')).stdout).toBe(first.stdout);
  });

  it('that has ended is still shown by its id, but not by its component', async () => {
    await started(queue, 'ended');
    await waitsForApproval('ended');
    await slipway('abort', 'ended', '--by', 'alice', '--reason', 'wrong week');
    await slipway('watch', idOf('ended'));
    expect((await slipway('status', idOf('ended'))).stdout).toContain(`${idOf('ended')}: aborted by alice: wrong week`);
    const { exit, stderr } = await slipway('status', 'ended');
    expect(exit).toBe(2);
    expect(stderr).toContain(`no running release "ended" (the last one: ${idOf('ended')})`);
  });

  it('is asked for by more than its component when two of them run', async () => {
    const other = await stand.worker({ plan: async ({ component }) => ({ ...plan, component, id: `release/${component}/from-bbbbbbbbbbbb` }) });
    await started(queue, 'both');
    await started(other, 'both');
    for (const one of ['from-a', 'from-b']) await expect.poll(async () => (await slipway('status', `both/${one}`)).stdout).toContain('approval of production');
    const { exit, stderr } = await slipway('approve', 'both', ...yes);
    expect(exit).toBe(2);
    expect(stderr).toContain('"both" could be any of release/both/from-');
    expect(await slipway('status', 'both/from-b')).toMatchObject({ exit: 0, stdout: expect.stringContaining('release/both/from-bbbbbbbbbbbb') });
  });

  it('that nobody knows is told with those that run', async () => {
    await started(queue, 'monitor');
    const { exit, stderr } = await slipway('status', 'moniter');
    expect(exit).toBe(2);
    expect(stderr).toContain('no running release "moniter": did you mean "monitor"?');
    expect(stderr).toContain(`Running: `);
  });
});

it('shows on the board, and with the doctor, what could not begin, until something has begun', async () => {
  let isBroken = true;
  const queue = await stand.worker({
    diagnose: async () => [],
    plan: async ({ component }) => {
      if (isBroken) throw neverRetry('InvalidCatalog', 'The catalog has a mistake:\nslipway.yaml:7:3: stages: must be a list');
      return { ...plan, component, id: idOf(component) };
    },
  });
  expect(await slipway('start', 'componentRelease', 'broken', '--catalog', 'none', '--task-queue', queue)).toMatchObject({ exit: 2 });
  await expect.poll(async () => (await slipway('board')).stdout, { timeout: 20_000 }).toMatch(/What has failed\n(?: .*\n)* +start\/componentRelease\/broken\/\S* +\d+ s ago +The catalog has a mistake: slipway.yaml:7:3/);
  expect((await slipway('doctor', 'broken', '--task-queue', queue)).stdout).toMatch(/warning +broken: componentRelease +failed at 20\S+: The catalog has a mistake/);
  isBroken = false;
  await slipway('start', 'componentRelease', 'broken', '--catalog', 'none', '--task-queue', queue);
  await expect.poll(async () => (await slipway('board')).stdout, { timeout: 20_000 }).not.toContain('The catalog has a mistake');
});

describe('an environment that is asked for as a release', () => {
  it.each([['status'], ['watch'], ['approve', ...yes]])('is none: %s', async (verb, ...options) => {
    expect(await slipway('freeze', 'sun', '--reason', 'eclipse', '--task-queue', await stand.worker(), '--catalog', 'none', '--by', 'olga')).toMatchObject({ exit: 0 });
    const { exit, stderr } = await slipway(verb!, 'environment/sun', ...options);
    expect(exit).toBe(2);
    expect(stderr).toContain('"environment/sun" is no release: see what is where by slipway board');
  });
});

describe('an environment from the command line', () => {
  it('can be frozen before the first release, and thawed', async () => {
    const queue = await stand.worker();
    const where = ['--task-queue', queue, '--catalog', 'none', '--by', 'olga'];
    expect(await slipway('freeze', 'moon', '--reason', 'eclipse', ...where)).toEqual({ exit: 0, stdout: 'freeze accepted by environment/moon\n', stderr: '' });
    expect(await slipway('thaw', 'moon', ...where)).toMatchObject({ exit: 0 });
    expect(await slipway('thaw', 'moon', ...where)).toMatchObject({ exit: 1, stderr: 'slipway: refused: no operator has frozen it\n' });
  });

  it('is not frozen under a name that the catalog does not know', async () => {
    const unknown = 'unknown environment "prodution": did you mean "production"?';
    const queue = await stand.worker({
      surveyEnvironment: async () => {
        throw ApplicationFailure.nonRetryable(unknown, 'InvalidInput');
      },
    });
    const where = ['--task-queue', queue, '--catalog', '/nonexistent', '--by', 'olga'];
    expect(await slipway('freeze', 'prodution', '--reason', 'eclipse', ...where)).toEqual({ exit: 1, stdout: '', stderr: `slipway: refused: ${unknown}\n` });
  });
});

describe('a start that comes to nothing', () => {
  it('is as good as a release when there is nothing new', async () => {
    const queue = await stand.worker({ plan: async () => ({ kind: 'upToDate', pinned: candidate }) });
    expect(await started(queue, 'gitaly')).toMatchObject({ exit: 0, stdout: expect.stringContaining(`up to date: ${candidate} is the newest green commit`) });
  });

  it('is told when no commit is green', async () => {
    const failed = [{ name: 'rspec', url: 'https://ci/1' }];
    const queue = await stand.worker({ plan: async () => ({ kind: 'noCandidate', sha: candidate, failed }) });
    expect(await started(queue, 'gitaly')).toMatchObject({ exit: 1, stdout: expect.stringContaining(`no candidate: ${candidate} is not green (rspec)`) });
  });

  it('names the workflow type that was meant', async () => {
    const { exit, stderr } = await slipway('start', 'componentReleas', 'gitaly', '--task-queue', await stand.worker());
    expect(exit).toBe(2);
    expect(stderr).toContain('slipway: the workflow failed: unknown workflow type "componentReleas": did you mean "componentRelease"?');
  });

  it('names the field of the input that is wrong', async () => {
    const { exit, stderr } = await started(await stand.worker(), 'gitaly', '--input', '{"dryrun":true}');
    expect(exit).toBe(2);
    expect(stderr).toContain('unknown key "dryrun"');
  });

  it('says what failed', async () => {
    const { exit, stderr } = await started(await stand.worker({ plan: never('the token may not read org/product') }), 'gitaly');
    expect(exit).toBe(1);
    expect(stderr).toContain('slipway: the workflow failed: the token may not read org/product');
    expect(stderr).not.toContain('    at ');
  });
});

describe('a release without a worker', () => {
  it('does not keep anybody waiting for an answer', async () => {
    const queue = await stand.worker({ pipeline: pending });
    await started(queue, 'left');
    await stand.stop(queue);
    const [status, vote] = await Promise.all([slipway('status', 'left'), slipway('approve', 'left', ...yes)]);
    expect(status).toMatchObject({ exit: 3, stderr: expect.stringContaining('slipway: no worker answers') });
    expect(vote).toMatchObject({ exit: 3, stderr: expect.stringContaining('slipway: no worker answers. The message may still arrive') });
  });
});

describe('the world around it', () => {
  it('that has no such namespace is told so', async () => {
    const { exit, stderr } = await type(['status', 'gitaly'], { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'nowhere' });
    expect(exit).toBe(2);
    expect(stderr).toContain('there is no namespace "nowhere". Set it by --namespace or TEMPORAL_NAMESPACE');
  });

  it('has the search attributes after they were registered once', async () => {
    const fresh = 'attributes';
    await register(fresh);
    const attributes = () => type(['attributes', '--json', '--namespace', fresh], { TEMPORAL_ADDRESS: address });
    await expect.poll(attributes, { timeout: 30_000, interval: 500 }).toMatchObject({ exit: 0, stdout: expect.stringContaining('WaitingFor') });
    expect(JSON.parse((await attributes()).stdout)).toEqual({ namespace: fresh, added: [], present: searchAttributes });
  });

  it('is found by the profile of a temporal.toml, by the compiled command, with exit codes for scripts', async () => {
    const queue = await stand.worker({ pipeline: pending });
    await started(queue, 'compiled');
    const config = join(await mkdtemp(join(tmpdir(), 'slipway-profile-')), 'temporal.toml');
    await writeFile(config, `[profile.here]\naddress = "${address}"\nnamespace = "${namespace}"\n`);
    const compiled = (...args: string[]) => run([join(project, 'dist/client/slipway.js'), ...args], { TEMPORAL_CONFIG_FILE: config, TEMPORAL_PROFILE: 'here', SLIPWAY_USER: 'alice' });
    expect(await compiled('status', 'compiled', '--json')).toMatchObject({ exit: 0, stdout: expect.stringContaining('"pipeline"') });
    expect(await compiled('approve', 'compiled', '--stage', 'staging')).toMatchObject({ exit: 1, stderr: expect.stringContaining('needs no approval') });
    expect(await compiled('abort', 'compiled', '--reason', 'enough')).toMatchObject({ exit: 0, stdout: `abort accepted by ${idOf('compiled')}\n` });
    expect(await compiled('watch', idOf('compiled'))).toMatchObject({ exit: 1, stdout: expect.stringContaining('aborted by alice: enough') });
  });
});

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Omit<Told, 'exit'> & { exit: number }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { env: { PATH: process.env.PATH, ...env } }, (_error, stdout, stderr) => resolve({ exit: child.exitCode ?? -1, stdout, stderr }));
  });
}
