import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { MadeArchive } from '../../../activities/schemas/archives.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import type { Progress } from '../../../domain/release/progress.ts';
import type { SchemaRequest } from '../../../domain/schemas/request.ts';
import type { SchemaCut } from '../../../domain/schemas/plan.ts';
import type { SchemaRules } from '../../../domain/schemas/rules.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import type { Confirmation } from '../../../domain/people/decision.ts';
import { abort, confirm, decide } from '../../../workflows/people/messages.ts';
import { progress, status } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';
import { planOf, scriptedSchemas, sha256Of, stockOf } from './scripted-schemas.ts';
import { never, pending } from '../scripted-world.ts';
import { shaOf } from '../../shas.ts';

const server = useTimeSkipping();
let queues = 0;

const inject: SchemaRequest = { component: 'migrator', version: 'v5.3.4444', action: 'inject-current-schemas' };
const fetching: SchemaRequest = { ...inject, action: 'fetch-current-schemas' };
const tarball = 'the tarball dist/schemas-v5.3.4444.tar.gz';
const pullRequest = 'the pull request on schemas/v5.3.4444';
const occupied = { kind: 'occupied', generation: '77', size: 12, crc32c: 'AAAAAA==' } as const;

describe('a schema release', () => {
  it('publishes the schemas of a version when its build is green, and merges then', async () => {
    const { release, calls, lines, records, id } = await start();
    expect(await release.result()).toEqual({
      kind: 'schemasReleased',
      version: 'v5.3.4444',
      archive: { url: 'https://storage.googleapis.com/schemas-migrations/dist/schemas-v5.3.4444.tar.gz', sha256: sha256Of(['v5.1.0', 'v5.2.0']) },
      pullRequest: 'https://forge/org/product/pull/7',
      published: ['schemas/v5.3.4444.json'],
    });
    expect(calls).toEqual([
      'planSchemas',
      'takeStock',
      'makeArchive',
      'openSchemaPullRequest',
      'releaseBuild ddd',
      'takeStock',
      'mergeOutlook ddd',
      'uploadSchemas',
      'takeStock',
      'mergePullRequest ddd',
      'forgetPrevious',
    ]);
    expect(records).toMatchObject([{ release: id, component: 'migrator', version: 'v5.3.4444', ending: 'schemasReleased', outcome: 'released v5.3.4444 with 1 schema files' }]);
    expect(lines).toEqual([
      'uploaded dist/schemas-v5.3.4444.tar.gz: 3 files, 1000 bytes',
      'opened https://forge/org/product/pull/7',
      'uploaded schemas/v5.3.4444.json',
      'merged #7 into main',
      'released v5.3.4444 with 1 schema files',
    ]);
  });

  it('publishes nothing when it fetches what is published', async () => {
    const { release, calls } = await start({}, fetching);
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: [] });
    expect(calls).not.toContain('uploadSchemas');
    expect(calls).toContain('mergePullRequest ddd');
  });

  it('ends before anything is written when the bucket is not as it must be', async () => {
    const { release, calls } = await start({ takeStock: async () => ({ kind: 'refused', reason: 'the schemas of v5.3.4444 are in schemas-migrations already', names: ['a.json', 'b.json'] }) });
    expect(await release.result()).toEqual({
      kind: 'schemasRefused',
      reason: 'the schemas of v5.3.4444 are in schemas-migrations already',
      names: ['a.json', 'b.json'],
      undone: [],
      stays: [],
      owed: [],
    });
    expect(calls).toEqual(['planSchemas', 'takeStock']);
  });

  it('shows its version, and what it waits for', async () => {
    const { release } = await start({ releaseBuild: pending });
    expect(await waitsFor(release, 'the build of #7')).toMatchObject({ version: 'v5.3.4444', state: 'pipeline', pullRequest: { number: 7 } });
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });

  it('shows in its Current Details how far the running step has come, and of that step only', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const { release, calls } = await start({ takeStock: async () => stockOf(['v5.1.0', 'v5.2.0']), makeArchive: () => finished.then(made), releaseBuild: pending });
    await until(() => calls.includes('makeArchive'));
    expect(await details(release)).toMatch(/^So far: fetched 0 of 2 files, 0 bytes of 200 bytes \(at .*Z\)$/m);
    await release.signal(progress, { what: 'fetched', files: 1, of: 2, bytes: 100, ofBytes: 200 });
    expect(await details(release)).toMatch(/^So far: fetched 1 of 2 files, 100 bytes of 200 bytes /m);
    await release.signal(progress, { what: 'uploaded', files: 0, of: 1, bytes: 400, ofBytes: 1_000 });
    expect(await details(release)).toMatch(/^So far: uploaded 0 of 1 files, 400 bytes of 1.0 kB /m);
    finish();
    await waitsFor(release, 'the build of #7');
    await release.signal(progress, { what: 'uploaded', files: 0, of: 1, bytes: 500, ofBytes: 1_000 });
    expect(await details(release)).not.toContain('So far');
    await release.signal(progress, { what: 'uploaded', files: -1 } as unknown as Progress);
    expect((await release.query(status)).refused).toMatchObject([{ message: 'progress' }]);
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });

  it.each([
    ['v5.3', 'is no version to release schemas for'],
    ['latest', 'is no version to release schemas for'],
    ['v05.3.1', 'is no version to release schemas for'],
  ])('refuses the version %s with the reason', async (version, message) => {
    const { release } = await start({}, { ...inject, version: version as SchemaRequest['version'] });
    await expect(release.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining(message) } });
  });

  it('hands over to the release of its version', async () => {
    const { release, client, id } = await start({}, inject, { typedId: 'typed by hand' });
    expect(await release.result()).toEqual({ kind: 'handedOver', to: id });
    expect(await client.workflow.getHandle(id).result()).toMatchObject({ kind: 'schemasReleased' });
  });
});

describe('a release that looks like a mistake', () => {
  const decided = (release: WorkflowHandle, choice: string, by = 'alice') => release.executeUpdate(decide.update, { args: [{ choice, by, reason: 'as agreed' }] });
  const named = (version: string) => ({ kind: 'named', archive: { url: `https://storage.googleapis.com/schemas-migrations/dist/schemas-${version}.tar.gz`, sha256: 'a'.repeat(64) } }) as const;

  it.each([
    ['another line', { carrier: '5.3' }, 'v5.3.4444 is of the line 5.3, which 5.3 carries, not main'],
    ['below what builds take', { named: named('v5.4.0') }, 'builds of main take the schemas of v5.4.0 now: v5.3.4444 is below that'],
    ['far beyond it', { named: named('v5.1.3') }, 'builds of main take the schemas of v5.1.3 now: v5.3.4444 is far beyond that'],
  ])('asks before anything is written: %s', async (_, cut, question) => {
    const { release, calls, lines } = await start({}, inject, { cut });
    const { waitingFor } = await waitsFor(release, question);
    expect(waitingFor?.send).toContainEqual({ message: 'decide', payload: { choice: 'goOn', by: 'your-login', reason: 'why' } });
    expect([calls, lines]).toEqual([['planSchemas'], [`${question}: waits for somebody to decide (goOn, giveUp)`]]);
    await expect(release.executeUpdate(decide.update, { args: [{ choice: 'goOn', by: 'alice' }] })).rejects.toMatchObject({ cause: { message: 'goOn needs a "reason"' } });
    await expect(decided(release, 'goOn', 'mallory')).rejects.toMatchObject({ cause: { message: expect.stringContaining('only alice, bob may') } });
    await decided(release, 'goOn');
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
  });

  it('ends with nothing written when somebody gives it up', async () => {
    const { release, calls } = await start({}, inject, { cut: { named: named('v5.4.0') } });
    await waitsFor(release, 'builds of main take the schemas of v5.4.0 now: v5.3.4444 is below that');
    await decided(release, 'giveUp');
    expect(await release.result()).toMatchObject({ kind: 'aborted', by: 'alice', reason: 'as agreed', undone: [] });
    expect(calls).toEqual(['planSchemas']);
  });

  it('is refused before anything is written where the file that names the tarball can not be rewritten', async () => {
    const { release, calls } = await start({}, inject, { cut: { named: { kind: 'refused', reason: 'there is no http_file', names: ['deps.bzl'] } } });
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', reason: 'there is no http_file', names: ['deps.bzl'], undone: [] });
    expect(calls).toEqual(['planSchemas']);
  });

  it('asks before it takes versions away from builds that they have now', async () => {
    const changes = { since: 'dist/schemas-v5.2.1093.tar.gz', came: ['v5.3.4444'], went: ['v3.20.0'] } as const;
    const { release, calls } = await start({ makeArchive: async () => ({ ...made(), changes }) });
    await waitsFor(release, 'schemas-migrations lacks the schemas of v3.20.0 now, which dist/schemas-v5.2.1093.tar.gz has');
    expect(calls).not.toContain('openSchemaPullRequest');
    await decided(release, 'giveUp');
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: [tarball] });
  });

  it('says so when the release of its version does something else', async () => {
    const { release, client, taskQueue, id } = await start({ releaseBuild: pending, differingRelease: async () => 'inject-current-schemas from 5.1' });
    await waitsFor(release, 'the build of #7');
    expect((await release.query(status)).does).toBe('inject-current-schemas from main');
    const second = await client.workflow.start('schemaRelease', { workflowId: `beside ${taskQueue}`, taskQueue, args: [inject] });
    expect(await second.result()).toEqual({ kind: 'schemasUnderWay', release: id, runs: 'inject-current-schemas from 5.1', asked: 'inject-current-schemas from main' });
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });
});

it('starts the release build of each head, where the catalog has one, and follows it besides the checks', async () => {
  const asked: unknown[] = [];
  const { release } = await start(
    {
      startReleaseBuild: async ({ sha }) => ({ id: sha.startsWith('d') ? 1 : 2, url: 'https://forge/runs' }),
      releaseBuild: async ({ sha, run }) => ((asked.push([sha[0], run?.id])), sha.startsWith('d') ? { kind: 'outdated', base: shaOf('b') } : { kind: 'green' }),
    },
    inject,
    { rules: { build: { workflow: 'release.yml', inputs: { VERSION: '{version}', key: '{key}' } } } },
  );
  expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
  expect(asked).toEqual([['d', 1], ['e', 2]]);
});

describe('a release build', () => {
  const building = { rules: { build: { workflow: 'release.yml', inputs: { VERSION: '{version}', key: '{key}' } } } };
  const startReleaseBuild: Activities['startReleaseBuild'] = async ({ sha }) => ({ id: sha.startsWith('d') ? 1 : 2, url: 'https://forge/runs' });

  it('is called off with its release', async () => {
    const { release, calls } = await start({ startReleaseBuild, releaseBuild: pending, callOffReleaseBuilds: async () => ['https://forge/runs'] }, inject, building);
    await waitsFor(release, 'the build of #7');
    await release.signal(abort.signal, { by: 'alice', reason: 'wrong branch' });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: ['the build of #7', pullRequest, tarball] });
    expect(calls).toContain('callOffReleaseBuilds ddd');
  });

  it('of a head that is not to be merged any more is called off, and is owed where it can not be', async () => {
    const off: unknown[] = [];
    const { release, lines } = await start(
      {
        startReleaseBuild,
        releaseBuild: async ({ sha }) => (sha.startsWith('d') ? { kind: 'outdated', base: shaOf('b') } : { kind: 'green' }),
        callOffReleaseBuilds: async ({ sha, but }) => {
          if (but === undefined) throw ApplicationFailure.nonRetryable('GitHub answered 403', 'PermissionDenied');
          return off.push([sha[0], but]) === 2 ? ['https://forge/runs/3'] : [];
        },
      },
      inject,
      building,
    );
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(off).toEqual([['d', 1], ['e', 2]]);
    expect(lines).toContain('the build of #7 was started more than once: called off https://forge/runs/3');
    expect((await release.query(status)).owed).toEqual([`call off the build of ${shaOf('d').slice(0, 12)}, which is not the head of #7 any more: GitHub answered 403`]);
  });
});

it('names in its outcome what lies among the schemas and is none', async () => {
  const { release } = await start({ makeArchive: async () => ({ ...made(), stock: { ...stockOf(['v5.1.0', 'v5.2.0']), ignored: ['README.md'] } }) });
  expect(await release.result()).toMatchObject({ kind: 'schemasReleased', ignored: ['README.md'] });
  expect((await release.query(status)).outcome).toContain('passing over README.md');

  const ignored = { ...stockOf(['v5.1.0', 'v5.2.0']), ignored: ['README.md'] };
  const upload = await start({ takeStock: async () => ignored }, { component: 'migrator', version: 'v5.3.4444' }, { type: 'uploadCurrentSchemas' });
  expect(await upload.release.result()).toMatchObject({ kind: 'schemasUploaded', ignored: ['README.md'] });
  const archive = { url: 'https://storage.googleapis.com/schemas-migrations/dist/schemas-v5.3.4444.tar.gz', sha256: sha256Of([]) };
  const repair = await start({ makeArchive: async () => ({ ...made(), stock: ignored }) }, fetching, { cut: { named: { kind: 'named', archive } } });
  expect(await repair.release.result()).toMatchObject({ kind: 'schemasRepaired', ignored: ['README.md'] });
});

describe('what a service refuses for good', () => {
  it.each([
    ['takeStock', 1, 'the look at schemas-migrations'],
    ['makeArchive', 1, 'the upload of dist/schemas-v5.3.4444.tar.gz'],
    ['openSchemaPullRequest', 1, 'opening the pull request'],
    ['startReleaseBuild', 1, 'the look at the build of #7 of org/product'],
    ['releaseBuild', 1, 'the look at the build of #7 of org/product'],
    ['takeStock', 2, 'bringing #7 of org/product up to date'],
    ['mergeOutlook', 1, 'the look whether #7 of org/product may be merged'],
    ['uploadSchemas', 1, 'the upload of v5.3.4444'],
    ['takeStock', 3, 'the merge of #7'],
    ['mergePullRequest', 1, 'the merge of #7'],
  ] as const)('ends nothing: people are asked, and it goes on (%s, call %i)', async (name, nth, what) => {
    const well = { ...scriptedSchemas(planOf(inject)).activities, startReleaseBuild: async () => ({ id: 1, url: 'https://forge/runs' }) };
    let times = 0;
    const script = {
      startReleaseBuild: well.startReleaseBuild,
      [name]: async (input: never) => {
        if ((times += 1) === nth) throw ApplicationFailure.nonRetryable('it answered 403', 'PermissionDenied');
        return (well[name] as (input: never) => Promise<unknown>)(input);
      },
    };
    const { release, calls, lines } = await start(script, inject, { rules: { build: { workflow: 'release.yml', inputs: { key: '{key}' } } } });
    expect(await waitsFor(release, `${what}: it answered 403`)).toMatchObject({ state: 'held' });
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(lines.filter((line) => line.includes('it answered 403'))).toHaveLength(1);
    expect(calls.filter((call) => call.startsWith('withdraw'))).toEqual([]);
  });
});

describe('what can be known of the merge', () => {
  const question = "#7 can't be merged: main asks for 1 reviews, and a review is missing. Nothing is published before it can";
  const hindered = { kind: 'hindered', why: 'main asks for 1 reviews, and a review is missing' } as const;

  it('is looked at before anything is published, and waited for', async () => {
    let reviewed = false;
    const { release, calls } = await start({
      mergeOutlook: async ({ waits }) => {
        if (reviewed) return { kind: 'clear' };
        if (waits) throw ApplicationFailure.create({ type: 'NotYet', message: 'no review' });
        return hindered;
      },
    });
    expect(await waitsFor(release, question)).toMatchObject({ state: 'deciding' });
    expect(calls).not.toContain('uploadSchemas');
    reviewed = true;
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    // What was seen before the wait may be old.
    expect(calls.slice(calls.lastIndexOf('mergeOutlook ddd') - 1, -1)).toEqual(['takeStock', 'mergeOutlook ddd', 'uploadSchemas', 'takeStock', 'mergePullRequest ddd']);
  });

  it('is that its base has changed the schemas while a review was waited for: they are built, and those are published', async () => {
    const [base, head] = [shaOf('b'), shaOf('e')];
    let reviewed = false;
    const seen: unknown[] = [];
    const stockAt = (from: string | undefined) => ({ ...stockOf(['v5.1.0', 'v5.2.0']), digest: from === base || from === head ? 'new' : 'old', current: from === base || from === head ? 'new' : 'old' });
    const { release } = await start({
      takeStock: async ({ from }) => stockAt(from),
      makeArchive: async ({ from }) => ({ ...made(), sha256: sha256Of([from === base ? 'v2.0.0' : 'v1.0.0']), stock: stockAt(from) }),
      mergeOutlook: async ({ sha, waits }) => {
        if (!reviewed && waits) throw ApplicationFailure.create({ type: 'NotYet', message: 'no review' });
        if (!reviewed) return hindered;
        return sha === head ? { kind: 'clear' } : { kind: 'outdated', base };
      },
      amendSchemaPullRequest: async ({ pull, base }) => ((seen.push(['amended', base])), { ...pull, head }),
      uploadSchemas: async ({ from }) => ((seen.push(['published', from])), { kind: 'uploaded', names: ['a.json'] }),
    });
    await waitsFor(release, question);
    reviewed = true;
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v2.0.0']) } });
    expect(seen).toEqual([['amended', base], ['published', head]]);
  });

  it('is what the second identity can mend', async () => {
    let approved = false;
    const { release, calls } = await start({ mergeOutlook: async () => (approved ? { kind: 'clear' } : hindered), approvePullRequest: async () => ((approved = true), 'approved') });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(calls).toContain('approvePullRequest ddd');
  });

  it('takes everything back when somebody gives up, and publishes when somebody says so', async () => {
    const never = async ({ waits }: { readonly waits?: true }) => {
      if (waits) throw ApplicationFailure.create({ type: 'NotYet', message: 'no review' });
      return hindered;
    };
    const one = await start({ mergeOutlook: never });
    await waitsFor(one.release, question);
    await one.release.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'bob', reason: 'nobody is there' }] });
    expect(await one.release.result()).toMatchObject({ kind: 'aborted', by: 'bob', undone: [pullRequest, tarball] });
    expect(one.calls).not.toContain('uploadSchemas');

    const other = await start({ mergeOutlook: never });
    await waitsFor(other.release, question);
    await other.release.executeUpdate(decide.update, { args: [{ choice: 'publish', by: 'bob', reason: 'I merge it by hand' }] });
    expect(await other.release.result()).toMatchObject({ kind: 'schemasReleased' });
  });

  it.each([
    ['closed', { kind: 'closed', by: 'carol' }, { kind: 'closed', by: 'carol' }],
    ['pushed to', { kind: 'moved' }, { kind: 'mergeRefused' }],
  ] as const)('ends a release whose pull request is %s meanwhile, with nothing published', async (_, outlook, outcome) => {
    const { release, calls } = await start({ mergeOutlook: async () => outlook });
    expect(await release.result()).toMatchObject({ ...outcome, undone: [pullRequest, tarball] });
    expect(calls).not.toContain('uploadSchemas');
  });
});

describe('a repair', () => {
  const sha256 = sha256Of(['v5.1.0', 'v5.2.0']);
  const expecting = (sum: string) => ({ cut: { named: { kind: 'named', archive: { url: 'https://storage.googleapis.com/schemas-migrations/dist/schemas-v5.3.4444.tar.gz', sha256: sum } } } }) as const;

  it('puts the tarball back that builds expect, and needs no pull request', async () => {
    const asked: unknown[] = [];
    const { release, calls, lines } = await start({ makeArchive: async ({ repairs }) => ((asked.push(repairs)), { ...made(), sha256 }) }, fetching, expecting(sha256));
    expect(await release.result()).toEqual({ kind: 'schemasRepaired', version: 'v5.3.4444', archive: { url: expect.stringContaining('schemas-v5.3.4444'), sha256 } });
    expect([asked, calls]).toEqual([[sha256], ['planSchemas', 'takeStock', 'makeArchive']]);
    expect(lines.at(-1)).toContain('it is what builds expect');
  });

  it('asks before a damaged one is overwritten, and never puts it back', async () => {
    const { release, calls } = await start({ makeArchive: async ({ replaces }) => (replaces === '77' ? { ...made(), sha256 } : occupied) }, fetching, expecting(sha256));
    await waitsFor(release, 'a confirmation: dist/schemas-v5.3.4444.tar.gz exists with another content (12 bytes, generation 77)');
    await release.executeUpdate(confirm.update, { args: [{ item: 'overwrite', by: 'alice', text: 'OVERWRITE' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasRepaired' });
    expect(calls).not.toContain('withdrawArchive');
  });

  it('takes a pull request where builds expect another one', async () => {
    const { release, calls, lines } = await start({ makeArchive: async ({ repairs }) => (repairs ? { kind: 'different', sha256 } : { ...made(), sha256 }) }, fetching, expecting('b'.repeat(64)));
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: [] });
    expect(calls).toContain('openSchemaPullRequest');
    expect(lines).toContain(`builds of main expect a tarball with the sha256 bbbbbbbbbbbb…, and this one has ${sha256.slice(0, 12)}…: it takes a pull request`);
  });
});

describe('a release that is not built', () => {
  it.each([
    ['red', { kind: 'red', failed: [{ name: 'bazel' }] }, { kind: 'buildFailed', failed: [{ name: 'bazel' }] }],
    ['stopped by a push to the pull request', { kind: 'moved' }, { kind: 'mergeRefused' }],
    ['closed by a person', { kind: 'closed', by: 'carol' }, { kind: 'closed', by: 'carol' }],
  ] as const)('is taken back when it is %s: first the pull request, then the tarball', async (_, answer, outcome) => {
    const { release, calls } = await start({ releaseBuild: async () => answer });
    expect(await release.result()).toMatchObject({ ...outcome, undone: [pullRequest, tarball], stays: [], owed: [] });
    expect(calls.slice(-2)).toEqual(['withdrawSchemaPullRequest', 'withdrawArchive']);
    expect(calls).not.toContain('uploadSchemas');
    expect(calls).not.toContain('mergePullRequest ddd');
  });

  it('is taken back when its build takes too long', async () => {
    const { release } = await start({ releaseBuild: pending }, inject, { rules: { buildTimeout: 1_000 } });
    expect(await release.result()).toMatchObject({ kind: 'buildTimedOut', afterMs: 1_000, undone: [pullRequest, tarball] });
  });

  it('is taken back when it is aborted', async () => {
    const { release } = await start({ releaseBuild: pending });
    await waitsFor(release, 'the build of #7');
    await expect(release.executeUpdate(abort.update, { args: [{ by: 'mallory', reason: 'because' }] })).rejects.toThrow(WorkflowUpdateFailedError);
    await release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'wrong branch' }] });
    expect(await release.result()).toMatchObject({ kind: 'aborted', by: 'alice', undone: [pullRequest, tarball] });
  });

  it('is taken back when it is cancelled from the UI', async () => {
    const { release, calls } = await start({ releaseBuild: pending });
    await waitsFor(release, 'the build of #7');
    await release.cancel();
    await expect(release.result()).rejects.toThrow();
    expect(calls.slice(-2)).toEqual(['withdrawSchemaPullRequest', 'withdrawArchive']);
  });

  it('keeps the tarball when somebody has merged the pull request all the same', async () => {
    const { release, calls } = await start({
      releaseBuild: async () => ({ kind: 'red', failed: [{ name: 'bazel' }] }),
      withdrawSchemaPullRequest: async () => ({ kind: 'merged', number: 7 }),
    });
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', undone: [], stays: ['#7 was merged already', 'dist/schemas-v5.3.4444.tar.gz: main uses it'] });
    expect(calls).not.toContain('withdrawArchive');
    // What it has replaced will not be put back.
    expect(calls.at(-1)).toBe('forgetPrevious');
  });

  it('owes what can not be taken back, and takes back the rest', async () => {
    const { release } = await start({ releaseBuild: async () => ({ kind: 'closed', by: 'carol' }), withdrawSchemaPullRequest: never('the token was revoked') });
    expect(await release.result()).toMatchObject({ kind: 'closed', undone: [tarball], owed: [`take back ${pullRequest}`] });
  });

  it('owes the tarball when its removal is forbidden, after the pull request is withdrawn', async () => {
    const { release } = await start({ releaseBuild: async () => ({ kind: 'red', failed: [{ name: 'bazel' }] }), withdrawArchive: never('GCS answered 403') });
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', undone: [pullRequest], owed: [`take back ${tarball}`] });
  });

  it('does not tell of anything as taken back that was never there', async () => {
    const { release } = await start({
      openSchemaPullRequest: never('the token was revoked'),
      withdrawSchemaPullRequest: async () => ({ kind: 'withdrawn' }),
      withdrawArchive: async () => ({ kind: 'nothing' }),
    });
    await waitsFor(release, 'opening the pull request: the token was revoked');
    await release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'nobody renews it' }] });
    expect(await release.result()).toMatchObject({ kind: 'aborted', undone: [] });
  });

  it('leaves a tarball that builds take, and says which', async () => {
    const { release, calls } = await start({ openSchemaPullRequest: async () => ({ kind: 'named', file: 'tools/release/schema_deps.bzl' }), withdrawSchemaPullRequest: async () => ({ kind: 'withdrawn' }) });
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', reason: 'main names this very tarball already: there is nothing to build', undone: [], stays: ['dist/schemas-v5.3.4444.tar.gz: main uses it'] });
    expect(calls).not.toContain('withdrawArchive');
  });

  it('has nothing to withdraw but the tarball when the file that names it can not be rewritten', async () => {
    const { release } = await start({ openSchemaPullRequest: async () => ({ kind: 'refused', reason: 'there is no http_file', names: ['tools/release/schema_deps.bzl'] }) });
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', names: ['tools/release/schema_deps.bzl'], undone: [pullRequest, tarball] });
  });
});

describe('a tarball that is there already', () => {
  /** Occupied, until its generation may be overwritten. */
  const there: Partial<Activities> = {
    makeArchive: async ({ replaces }) => (replaces === '77' ? made() : occupied),
  };
  const question = 'a confirmation: dist/schemas-v5.3.4444.tar.gz exists with another content (12 bytes, generation 77)';

  it('is overwritten when the word is typed, and its copy goes when the release has ended well', async () => {
    const { release, calls } = await start(there);
    const { waitingFor } = await waitsFor(release, question);
    expect(waitingFor).toMatchObject({ whom: ['alice', 'bob'], send: [{ message: 'confirm', payload: { item: 'overwrite', by: 'your-login', text: 'OVERWRITE' } }] });
    await release.executeUpdate(confirm.update, { args: [{ item: 'overwrite', by: 'bob', text: 'OVERWRITE' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(calls).toContain('makeArchive 77');
    expect(calls.at(-1)).toBe('forgetPrevious');
  });

  it('is left alone when anything else is typed', async () => {
    const { release, calls } = await start(there);
    await waitsFor(release, question);
    await release.signal(confirm.signal, { item: 'overwrite', by: 'alice', text: 'overwrite' });
    expect(await release.result()).toMatchObject({ kind: 'notOverwritten', by: 'alice', undone: [tarball] });
    expect(calls).not.toContain('makeArchive 77');
    expect(calls).toContain('withdrawArchive');
  });

  it('is not overwritten on the word of somebody who may not say it, nor of somebody unnamed', async () => {
    const { release } = await start(there);
    await waitsFor(release, question);
    const said = (given: object) => release.executeUpdate(confirm.update, { args: [{ item: 'overwrite', text: 'OVERWRITE', ...given } as Confirmation] });
    await expect(said({ by: 'mallory' })).rejects.toMatchObject({ cause: { message: 'only alice, bob may confirm overwrite' } });
    await expect(said({})).rejects.toMatchObject({ cause: { message: expect.stringContaining('by') } });
    await expect(said({ by: 'alice', item: 'overwriting' })).rejects.toMatchObject({ cause: { message: expect.stringContaining('overwrite') } });
    await release.signal(confirm.signal, { item: 'overwrite', by: 'alice', text: 'no' });
    await release.result();
  });

  it('needs no question when the request confirms it', async () => {
    const { release } = await start(there, { ...inject, overwrite: 'OVERWRITE' });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
  });

  it('is asked about again when it was replaced by yet another one', async () => {
    let now = '77';
    const { release, calls } = await start({
      makeArchive: async ({ replaces }) => {
        if (replaces === '99') return { kind: 'made', generation: '100', sha256: sha256Of([]), size: 1, entries: 1, stock: stockOf(['v5.1.0', 'v5.2.0']) };
        const answer = { ...occupied, generation: now };
        now = '99';
        return answer;
      },
    });
    for (const generation of ['77', '99']) {
      await waitsFor(release, question.replace('77', generation));
      await release.executeUpdate(confirm.update, { args: [{ item: 'overwrite', by: 'alice', text: 'OVERWRITE' }] });
    }
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(calls).toContain('makeArchive 99');
  });

  it('is put back when the build fails', async () => {
    const { release, calls } = await start({ ...there, releaseBuild: async () => ({ kind: 'red', failed: [{ name: 'bazel' }] }) }, { ...inject, overwrite: 'OVERWRITE' });
    expect(await release.result()).toMatchObject({ kind: 'buildFailed', undone: [pullRequest, tarball] });
    expect(calls.at(-1)).toBe('withdrawArchive 77');
  });

  it('takes no confirmation that nobody asked for', async () => {
    const { release } = await start({ releaseBuild: pending });
    await waitsFor(release, 'the build of #7');
    await release.signal(confirm.signal, { item: 'overwrite', by: 'alice', text: 'OVERWRITE' });
    await until(async () => (await release.query(status)).refused.some(({ why }) => why === 'nothing is to be confirmed now'));
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });
});

describe('two releases in flight', () => {
  it('builds again with what the bucket has gained below its version', async () => {
    const world = await start({ releaseBuild: async () => ((world.bucket.length < 3 && world.bucket.push('v5.2.1')), { kind: 'green' }) });
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v5.1.0', 'v5.2.0', 'v5.2.1']) } });
    expect(world.calls).toEqual([
      'planSchemas',
      'takeStock',
      'makeArchive',
      'openSchemaPullRequest',
      'releaseBuild ddd',
      'takeStock',
      'makeArchive',
      'amendSchemaPullRequest',
      'releaseBuild eee',
      'takeStock',
      'mergeOutlook eee',
      'uploadSchemas',
      'takeStock',
      'mergePullRequest eee',
      'forgetPrevious',
    ]);
    expect(world.lines).toContain('the bucket has gained v5.2.1 since the tarball was made');
  });

  it('only says so where the catalog has it so', async () => {
    const world = await start({ releaseBuild: async () => ((world.bucket.length < 3 && world.bucket.push('v5.2.1')), { kind: 'green' }) }, inject, { rules: { onNewSchemas: 'note' } });
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased', lacks: ['v5.2.1'] });
    expect(world.calls).toContain('mergePullRequest ddd');
  });

  it('publishes the schemas of what was built: makes the tarball anew from what its base has changed', async () => {
    const [old, base, head] = [shaOf('d'), shaOf('b'), shaOf('e')];
    const seen: unknown[] = [];
    const stockAt = (from: string | undefined) => ({ ...stockOf(['v5.1.0', 'v5.2.0']), digest: from === base || from === head ? 'new' : 'old', current: from === base || from === head ? 'new' : 'old' });
    const { release, lines } = await start({
      takeStock: async ({ from }) => stockAt(from),
      makeArchive: async ({ from }) => ((seen.push(['made', from])), { ...made(), sha256: sha256Of([from === base ? 'v2.0.0' : 'v1.0.0']), stock: stockAt(from) }),
      releaseBuild: async ({ sha }) => (sha === old ? { kind: 'outdated', base } : { kind: 'green' }),
      amendSchemaPullRequest: async ({ pull, archive, base }) => ((seen.push(['amended', base, archive.sha256])), { ...pull, head }),
      uploadSchemas: async ({ from }) => ((seen.push(['published', from])), { kind: 'uploaded', names: ['a.json'] }),
    });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v2.0.0']) } });
    expect(seen).toEqual([['made', undefined], ['made', base], ['amended', base, sha256Of(['v2.0.0'])], ['published', head]]);
    expect(lines).toContain('main has changed the schemas of v5.3.4444: the tarball is made anew');
  });

  it('refuses what its base has made of a commit that was named, takes everything back, and publishes nothing', async () => {
    const ref = shaOf('c');
    const { release, calls } = await start(
      {
        takeStock: async ({ from }) => ({ ...stockOf(['v5.1.0', 'v5.2.0']), digest: from ?? ref, current: from?.startsWith('b') ? 'new' : 'old' }),
        makeArchive: async () => ({ ...made(), stock: { ...stockOf(['v5.1.0', 'v5.2.0']), digest: ref, current: 'old' } }),
        releaseBuild: async () => ({ kind: 'outdated', base: shaOf('b') }),
      },
      { ...inject, ref },
    );
    expect(await release.result()).toEqual({ kind: 'schemasRefused', reason: `main has changed the schemas since ${ref}, and asks to be merged into it first`, names: [], undone: [pullRequest, tarball], stays: [], owed: [] });
    expect(calls).not.toContain('uploadSchemas');
    expect(calls.slice(-2).toSorted()).toEqual(['withdrawArchive', 'withdrawSchemaPullRequest']);
  });

  it('brings the base into a commit that was named, where it has changed something else', async () => {
    const { release, calls } = await start(
      { releaseBuild: async ({ sha }) => (sha.startsWith('e') ? { kind: 'green' } : { kind: 'outdated', base: shaOf('b') }) },
      { ...inject, ref: shaOf('c') },
    );
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(calls).toContain('mergePullRequest eee');
  });

  it('keeps the schemas that are published, though its base changes them at the moment of the merge', async () => {
    const seen: unknown[] = [];
    const { release } = await start({
      takeStock: async ({ from }) => ({ ...stockOf(['v5.1.0', 'v5.2.0']), current: from?.startsWith('b') ? 'new' : 'old' }),
      makeArchive: async () => ({ ...made(), stock: { ...stockOf(['v5.1.0', 'v5.2.0']), current: 'old' } }),
      mergePullRequest: async ({ sha }) => (sha.startsWith('e') ? { kind: 'merged', sha } : { kind: 'behind', reason: 'the base has moved on' }),
      releaseBuild: async ({ known }) => (known?.kind === 'behind' ? { kind: 'outdated', base: shaOf('b') } : { kind: 'green' }),
      uploadSchemas: async ({ from }) => ((seen.push(['published', from])), { kind: 'uploaded', names: ['a.json'] }),
      amendSchemaPullRequest: async ({ pull, archive }) => ((seen.push(['amended', archive.stock.current])), { ...pull, head: shaOf('e') }),
    });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(seen).toEqual([['published', shaOf('d')], ['amended', 'old']]);
  });

  it('tells of an upload of another version that it waits for', async () => {
    let over = false;
    const underWay = { kind: 'underWay', versions: ['v5.2.1'], missing: ['v5.2.1.json'], until: '2024-01-15T09:10:00.000Z' } as const;
    const { release, lines } = await start({
      takeStock: async ({ waits }) => {
        if (over) return stockOf(['v5.1.0', 'v5.2.0']);
        if (waits) throw ApplicationFailure.create({ type: 'NotYet', message: 'not complete' });
        return underWay;
      },
    });
    await waitsFor(release, 'the upload of v5.2.1, which lacks v5.2.1.json; until 2024-01-15T09:10:00.000Z');
    over = true;
    await release.result();
    expect(lines[0]).toBe('waits for the upload of v5.2.1, which lacks v5.2.1.json: until 2024-01-15T09:10:00.000Z it may be under way');
  });

  it('builds again what its base, and the bucket, have gained, and publishes then', async () => {
    const world = await start({
      releaseBuild: async ({ sha }) => {
        if (sha.startsWith('e')) return { kind: 'green' };
        world.bucket.push('v5.2.1');
        return { kind: 'outdated', base: shaOf('b') };
      },
      amendSchemaPullRequest: async ({ pull, base }) => ({ ...pull, head: base === shaOf('b') ? shaOf('e') : shaOf('f') }),
    });
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v5.1.0', 'v5.2.0', 'v5.2.1']) } });
    expect(world.calls.slice(4)).toEqual(['releaseBuild ddd', 'takeStock', 'makeArchive', 'amendSchemaPullRequest', 'releaseBuild eee', 'takeStock', 'mergeOutlook eee', 'uploadSchemas', 'takeStock', 'mergePullRequest eee', 'forgetPrevious']);
    expect(world.lines).toContain('brought #7 up to date with main, which has moved on');
  });

  it.each([
    ['conflicts', inject.action],
    ['behind', inject.action],
    ['conflicts', fetching.action],
    ['behind', fetching.action],
  ] as const)('builds again when the base moves on at the moment of the merge (%s, %s)', async (kind, action) => {
    const asked: unknown[] = [];
    const { release, calls } = await start(
      {
        mergePullRequest: async ({ sha }) => (sha.startsWith('e') ? { kind: 'merged', sha } : { kind, reason: 'the base has moved on' }),
        releaseBuild: async ({ known }) => {
          asked.push(known?.kind);
          return known?.kind === 'behind' ? { kind: 'outdated', base: shaOf('b') } : { kind: 'green' };
        },
      },
      { ...inject, action },
    );
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(asked).toEqual([undefined, 'behind', undefined]);
    expect(calls.slice(-9)).toEqual(['mergePullRequest ddd', 'takeStock', 'releaseBuild ddd', 'takeStock', 'amendSchemaPullRequest', 'releaseBuild eee', 'takeStock', 'mergePullRequest eee', 'forgetPrevious']);
  });

  it('builds again before the merge when the other one published at the same moment', async () => {
    const world = await start({ uploadSchemas: async () => ((world.bucket.push('v5.2.1')), { kind: 'uploaded', names: ['a.json'] }) });
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v5.1.0', 'v5.2.0', 'v5.2.1']) } });
    expect(world.calls.slice(-7)).toEqual(['takeStock', 'makeArchive', 'amendSchemaPullRequest', 'releaseBuild eee', 'takeStock', 'mergePullRequest eee', 'forgetPrevious']);
  });

  it('is taken back when somebody else has published this version meanwhile', async () => {
    let looks = 0;
    const { release, calls } = await start({
      takeStock: async () => ((looks += 1) === 1 ? stockOf(['v5.1.0', 'v5.2.0']) : { kind: 'refused', reason: 'the schemas of v5.3.4444 are in schemas-migrations already', names: ['x.json'] }),
    });
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', names: ['x.json'], undone: [pullRequest, tarball] });
    expect(calls).not.toContain('uploadSchemas');
  });

  it('is taken back when the upload is refused before the first file', async () => {
    const { release } = await start({ uploadSchemas: async () => ({ kind: 'refused', reason: 'schemas-migrations holds other schemas of v5.3.4444', names: ['x.json'] }) });
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', undone: [pullRequest, tarball] });
  });
});

describe('a merge that the branch does not let through at once', () => {
  const fetch = { ...inject, action: 'fetch-current-schemas' } as const;

  it.each([
    [inject, '#7 is not merged: it lacks a review', ['alice', 'bob']],
    [fetch, 'a review of #7', ['somebody who may approve it on the forge']],
  ] as const)('waits for the review that is missing, whoever gives it: $0.action', async (request, what, whom) => {
    let reviewed = false;
    const { release, lines, calls } = await start(
      {
        mergePullRequest: async ({ sha }) => (reviewed ? { kind: 'merged', sha } : { kind: 'unreviewed', reason: 'a review is missing' }),
        releaseBuild: async ({ known }) => {
          if (known?.kind === 'unreviewed' && !reviewed) throw ApplicationFailure.create({ type: 'NotYet', message: 'no review yet' });
          return { kind: 'green' };
        },
      },
      request,
    );
    expect((await waitsFor(release, what)).waitingFor?.whom).toEqual(whom);
    expect(calls).toContain('approvePullRequest ddd');
    reviewed = true;
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(lines).toContain('merged #7 into main');
  });

  it('goes through the queue that the branch has, and once more where its checks threw it out', async () => {
    const looks: unknown[] = [];
    const { release, calls } = await start({
      mergePullRequest: async ({ sha }) => (looks.length === 2 ? { kind: 'merged', sha } : { kind: 'queueRequired', reason: 'merge queue' }),
      releaseBuild: async ({ known }) => {
        if (known?.kind !== 'queued') return { kind: 'green' };
        looks.push(known);
        return looks.length === 1 ? { kind: 'ejected', reason: 'failed_checks', byChecks: true, failed: [] } : { kind: 'green' };
      },
    }, fetch);
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(looks).toMatchObject([{ kind: 'queued', time: 1 }, { kind: 'queued', time: 2 }]);
    expect(calls.filter((call) => call.startsWith('enqueuePullRequest'))).toHaveLength(2);
  });

  it('ends, with everything taken back, when the queue threw it out for another reason', async () => {
    const { release } = await start({
      mergePullRequest: async () => ({ kind: 'queueRequired', reason: 'merge queue' }),
      releaseBuild: async ({ known }) => (known?.kind === 'queued' ? { kind: 'ejected', reason: 'manual', byChecks: false, failed: [] } : { kind: 'green' }),
    }, fetch);
    expect(await release.result()).toMatchObject({ kind: 'mergeRefused', reason: 'the merge queue has thrown it out: manual', undone: [pullRequest, tarball] });
  });
});

describe('a release whose schemas are published', () => {
  const refusedOnce = () => {
    let times = 0;
    return async () => ((times += 1) === 1 ? ({ kind: 'refused', reason: 'a review is missing' } as const) : ({ kind: 'merged', sha: shaOf('f') } as const));
  };
  const forbiddenOnce = (): Activities['uploadSchemas'] => {
    let times = 0;
    return async () => {
      if ((times += 1) === 1) throw ApplicationFailure.nonRetryable('GCS answered 403', 'PermissionDenied');
      return { kind: 'uploaded', names: ['a.json'] };
    };
  };
  const obligation = 'the merge of #7: stopped: the merge was refused (a review is missing)';

  it('stays open while its merge is refused, and is merged when somebody says so', async () => {
    const { release, calls } = await start({ mergePullRequest: refusedOnce() });
    const { waitingFor, state } = await waitsFor(release, obligation);
    const send = [
      { message: 'decide', payload: { choice: 'retry', by: 'your-login' } },
      { message: 'decide', payload: { choice: 'giveUp', by: 'your-login', reason: 'why' } },
    ];
    expect({ state, send: waitingFor?.send }).toEqual({ state: 'held', send });
    expect((await release.query(status)).owes).toMatchObject([{ what: 'the merge of #7' }]);
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: ['schemas/v5.3.4444.json'] });
    expect((await release.query(status)).owes).toBeUndefined();
    expect(calls).not.toContain('withdrawArchive');
  });

  it('ends without its merge when somebody who may gives that up, and says why', async () => {
    const { release, calls } = await start({ mergePullRequest: async () => ({ kind: 'refused', reason: 'a review is missing' }) });
    await waitsFor(release, obligation);
    const giveUp = (given: object) => release.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by: 'alice', ...given }] });
    await expect(giveUp({})).rejects.toMatchObject({ cause: { message: 'giveUp needs a "reason"' } });
    await expect(giveUp({ by: 'mallory', reason: 'why not' })).rejects.toMatchObject({ cause: { message: 'only alice, bob may decide on the merge of #7' } });
    await giveUp({ reason: 'released in another way' });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', unmerged: { by: 'alice', reason: 'released in another way' } });
    expect((await release.query(status)).outcome).toContain('its merge was given up by alice: released in another way');
    expect(calls).not.toContain('withdrawArchive');
  });

  describe('and whose pull request lacks a review', () => {
    const question = '#7 is not merged: it lacks a review';
    const unreviewed = async () => ({ kind: 'unreviewed', reason: 'a review is missing' }) as const;
    const awaited: Activities['releaseBuild'] = async ({ known }) => {
      if (known?.kind === 'unreviewed') throw ApplicationFailure.create({ type: 'NotYet', message: 'no review' });
      return { kind: 'green' };
    };

    it('tells people, and ends without its merge when somebody who may gives that up', async () => {
      const { release, lines } = await start({ mergePullRequest: unreviewed, releaseBuild: awaited });
      expect(await waitsFor(release, question)).toMatchObject({ owes: [{ what: 'the merge of #7' }] });
      expect(lines).toContain(`${question}: waits for somebody to decide (retry, giveUp)`);
      const giveUp = (by: string) => release.executeUpdate(decide.update, { args: [{ choice: 'giveUp', by, reason: 'nobody reviews it' }] });
      await expect(giveUp('mallory')).rejects.toMatchObject({ cause: { message: 'only alice, bob may decide on it' } });
      await giveUp('alice');
      expect(await release.result()).toMatchObject({ kind: 'schemasReleased', unmerged: { by: 'alice', reason: 'nobody reviews it' } });
    });

    it('is merged once it has one, or when somebody says that it may be', async () => {
      let reviewed = false;
      const script: Partial<Activities> = {
        mergePullRequest: async () => (reviewed ? { kind: 'merged', sha: shaOf('f') } : unreviewed()),
        releaseBuild: async (asked) => (reviewed ? { kind: 'green' } : awaited(asked)),
      };
      const one = await start(script);
      await waitsFor(one.release, question);
      reviewed = true;
      expect(await one.release.result()).not.toHaveProperty('unmerged');

      reviewed = false;
      const other = await start({ ...script, releaseBuild: awaited });
      await waitsFor(other.release, question);
      reviewed = true;
      await other.release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'bob', reason: 'the rule is gone' }] });
      expect(await other.release.result()).not.toHaveProperty('unmerged');
    });
  });

  it('ends when somebody has merged it by hand', async () => {
    let merged = false;
    const { release } = await start({
      mergePullRequest: async () => ({ kind: 'refused', reason: 'a review is missing' }),
      mergedBySomebody: async () => {
        if (!merged) throw ApplicationFailure.create({ type: 'NotYet', message: 'open' });
      },
    });
    await waitsFor(release, obligation);
    merged = true;
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect((await release.query(status)).stays).toContain('#7 is merged, by hand');
  });

  it('can neither be aborted nor cancelled any more', async () => {
    const { release, calls } = await start({ mergePullRequest: refusedOnce() });
    await waitsFor(release, obligation);
    await expect(release.executeUpdate(abort.update, { args: [{ by: 'alice', reason: 'because' }] })).rejects.toMatchObject({ cause: { message: expect.stringContaining('it can only go on') } });
    await release.cancel();
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(calls).not.toContain('withdrawArchive');
  });

  it('goes on when it is cancelled while they are being uploaded', async () => {
    let finish = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const { release, calls } = await start({ uploadSchemas: () => finished.then(() => ({ kind: 'uploaded', names: ['a.json'] })) });
    await until(() => calls.includes('uploadSchemas'));
    await release.cancel();
    finish();
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: ['a.json'] });
    expect(calls).not.toContain('withdrawArchive');
    expect(calls).not.toContain('withdrawSchemaPullRequest');
  });

  it('goes on when it is cancelled while their upload is held', async () => {
    const { release, calls } = await start({ uploadSchemas: forbiddenOnce() });
    await waitsFor(release, 'the upload of v5.3.4444: GCS answered 403');
    await release.cancel();
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: ['a.json'] });
    expect(calls).not.toContain('withdrawArchive');
  });

  it('forgets what it overwrote, although it was cancelled while its merge was held', async () => {
    const { release, calls } = await start(
      { mergePullRequest: refusedOnce(), makeArchive: async ({ replaces }) => (replaces === '77' ? made() : occupied) },
      { ...inject, overwrite: 'OVERWRITE' },
    );
    await waitsFor(release, obligation);
    await release.cancel();
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(calls.at(-1)).toBe('forgetPrevious');
  });

  it('still takes a decision when it may not look whether somebody has merged it', async () => {
    const { release } = await start({ mergePullRequest: refusedOnce(), mergedBySomebody: never('GitHub answered 403') });
    await waitsFor(release, obligation);
    await until(async () => (await release.query(status)).next === 'the merge of #7 is not noticed when it is done by hand: GitHub answered 403');
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased' });
  });

  it('goes on with an upload that was forbidden half-way, once it is allowed', async () => {
    const { release, calls } = await start({ uploadSchemas: forbiddenOnce() });
    await waitsFor(release, 'the upload of v5.3.4444: GCS answered 403');
    await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] });
    expect(await release.result()).toMatchObject({ kind: 'schemasReleased', published: ['a.json'] });
    expect(calls).not.toContain('withdrawArchive');
  });

  it('keeps the release open when it was built again with what came meanwhile, and that is red', async () => {
    let builds = 0;
    const world = await start({
      uploadSchemas: async () => ((world.bucket.push('v5.2.1')), { kind: 'uploaded', names: ['a.json'] }),
      releaseBuild: async () => ((builds += 1) === 2 ? { kind: 'red', failed: [{ name: 'bazel' }] } : { kind: 'green' }),
    });
    await waitsFor(world.release, 'the merge of #7: stopped: the build failed (bazel)');
    await world.release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'bob' }] });
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased' });
    expect(world.calls).not.toContain('withdrawArchive');
  });

  const redOnceAmended: Partial<Activities> = { releaseBuild: async ({ sha }) => (sha.startsWith('e') ? { kind: 'red', failed: [{ name: 'bazel' }] } : { kind: 'green' }) };
  const failedBuild = 'the merge of #7: stopped: the build failed (bazel)';

  it('is built again from where its branch is, when the bucket gains more while its second build is red', async () => {
    const world = await start({
      ...redOnceAmended,
      uploadSchemas: async () => ((world.bucket.push('v5.2.1')), { kind: 'uploaded', names: ['a.json'] }),
      amendSchemaPullRequest: amendments(),
    });
    await waitsFor(world.release, failedBuild);
    world.bucket.push('v5.2.2');
    await world.release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'bob' }] });
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v5.1.0', 'v5.2.0', 'v5.2.1', 'v5.2.2']) } });
    expect(world.calls.slice(-7)).toEqual(['takeStock', 'makeArchive', 'amendSchemaPullRequest', 'releaseBuild fff', 'takeStock', 'mergePullRequest fff', 'forgetPrevious']);
  });

  it('is not merged while its second build is red, however often somebody says so', async () => {
    const world = await start({ ...redOnceAmended, uploadSchemas: async () => ((world.bucket.push('v5.2.1')), { kind: 'uploaded', names: ['a.json'] }) });
    for (const looks of [1, 2, 3]) {
      await until(() => world.calls.filter((call) => call === 'releaseBuild eee').length === looks);
      await waitsFor(world.release, failedBuild);
      if (looks < 3) await world.release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'bob' }] });
    }
    expect(world.calls).not.toContain('mergePullRequest eee');
  });

  it('names the tarball that was built last when somebody merges it by hand', async () => {
    let merged = false;
    const world = await start({
      ...redOnceAmended,
      uploadSchemas: async () => ((world.bucket.push('v5.2.1')), { kind: 'uploaded', names: ['a.json'] }),
      mergedBySomebody: async () => {
        if (!merged) throw ApplicationFailure.create({ type: 'NotYet', message: 'open' });
      },
    });
    await waitsFor(world.release, failedBuild);
    merged = true;
    expect(await world.release.result()).toMatchObject({ kind: 'schemasReleased', archive: { sha256: sha256Of(['v5.1.0', 'v5.2.0', 'v5.2.1']) } });
  });
});

describe('an upload of the current schemas', () => {
  const upload = { component: 'migrator', version: 'v5.3.4444' } as const;

  it('uploads a version that was released in another way', async () => {
    const { release, calls } = await start({}, upload, { type: 'uploadCurrentSchemas' });
    expect(await release.result()).toEqual({ kind: 'schemasUploaded', version: 'v5.3.4444', published: ['schemas/v5.3.4444.json'] });
    expect(calls).toEqual(['planSchemas', 'takeStock', 'uploadSchemas']);
  });

  it('is refused when the version has schemas', async () => {
    const { release, calls } = await start({ takeStock: async () => ({ kind: 'refused', reason: 'there', names: ['a.json'] }) }, upload, { type: 'uploadCurrentSchemas' });
    expect(await release.result()).toMatchObject({ kind: 'schemasRefused', names: ['a.json'] });
    expect(calls).not.toContain('uploadSchemas');
  });

  it('does not run beside the release of its version', async () => {
    const { release, client, taskQueue, id } = await start({ releaseBuild: pending });
    await waitsFor(release, 'the build of #7');
    const second = await client.workflow.start('uploadCurrentSchemas', { workflowId: `beside ${taskQueue}`, taskQueue, args: [upload] });
    expect(await second.result()).toEqual({ kind: 'handedOver', to: id });
    await release.signal(abort.signal, { by: 'alice', reason: 'enough' });
    await release.result();
  });
});

/** Moves the branch on by one commit, if it is where the release believes it to be: ddd, eee, fff. */
function amendments(): Activities['amendSchemaPullRequest'] {
  let head = shaOf('d');
  return async ({ pull }) => {
    if (pull.head !== head) throw ApplicationFailure.nonRetryable('somebody else has moved the branch', 'Conflict');
    head = shaOf(head.startsWith('d') ? 'e' : 'f');
    return { kind: 'opened', number: 7, url: 'https://forge/org/product/pull/7', head };
  };
}

function made(): MadeArchive {
  return { kind: 'made', generation: '78', sha256: sha256Of([]), size: 1, entries: 1, stock: stockOf(['v5.1.0', 'v5.2.0']) };
}

/** What the operator reads in the Temporal UI. */
async function details(release: Pick<WorkflowHandle, 'query'>): Promise<string> {
  const { currentDetails } = await release.query<{ currentDetails: string }>('__temporal_workflow_metadata');
  expect(currentDetails.length).toBeLessThan(4_000);
  return currentDetails;
}

interface Begun {
  readonly type?: 'schemaRelease' | 'uploadCurrentSchemas';
  readonly typedId?: string;
  readonly rules?: Partial<SchemaRules>;
  readonly cut?: Partial<SchemaCut>;
}

async function start(script: Partial<Activities> = {}, request: SchemaRequest | { component: string; version: SchemaRequest['version'] } = inject, { type = 'schemaRelease', typedId, rules, cut }: Begun = {}) {
  const taskQueue = `schemas-${queues++}`;
  const id = `schemas/migrator/${taskQueue}`;
  const { activities, ...world } = scriptedSchemas({ ...planOf({ ...inject, ...request }, rules, cut), id }, script);
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const { client } = server();
  const release: WorkflowHandle<() => Promise<Outcome>> = await client.workflow.start(type, { workflowId: typedId ?? id, taskQueue, args: [request] });
  return { release, client, taskQueue, id, ...world };
}

async function waitsFor(release: Pick<WorkflowHandle, 'query'>, what: string): Promise<ReleaseStatus> {
  let seen: ReleaseStatus | undefined;
  await until(async () => {
    seen = await release.query(status);
    return seen.waitingFor?.what === what;
  });
  return seen!;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(holds, { timeout: 10_000, interval: 20 }).toBe(true);
}
