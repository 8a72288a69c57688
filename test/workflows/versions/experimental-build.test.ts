import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createVersions } from '../../../activities/versions/index.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import { decide } from '../../../workflows/people/messages.ts';
import { status } from '../../../workflows/release/messages.ts';
import { name, versionStand } from '../../activities/versions/stand.ts';
import type { VersionStand } from '../../activities/versions/stand.ts';
import { gitOf, newRepository } from '../../ports/git/repositories.ts';
import type { TestRepository } from '../../ports/git/repositories.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const server = useTimeSkipping();
let queues = 0;

let stand: VersionStand;
let builds: TestRepository;

beforeEach(() => {
  stand = versionStand({ versions: '{ production: { environment: production }, experimental: { repository: dev/gitaly, package: "https://packages.example/unstable/gitaly_{version}.deb" } }' });
  stand.gitaly.commit('C', { VERSION: '12.9.0-rc4\n' });
  stand.gitaly.git('tag', '-a', '-m', 'Version v12.9.0-rc4', 'v12.9.0-rc4');
  builds = newRepository();
  builds.commit('Elsewhere');
});

async function start(version = '12.9.0-rc4'): Promise<WorkflowHandle> {
  const taskQueue = `experimental-${queues++}`;
  const ports = { ...stand.ports, git: gitOf({ [name]: stand.gitaly, 'dev/gitaly': builds }) };
  const rerunFailed = async () => {
    stand.checks.splice(0, stand.checks.length, { name: 'test', state: 'green' });
    return 'rerun';
  };
  const worker = await Worker.create({ connection: server().nativeConnection, taskQueue, workflowBundle, activities: { ...createVersions(ports), rerunFailed, report: async () => undefined, announce: async () => undefined, keepRecord: async () => undefined } });
  const running = worker.run();
  const run = await server().client.workflow.start('experimentalBuild', { taskQueue, workflowId: `experimental/gitaly/${version}`, args: [{ component: 'gitaly', version }] });
  onTestFinished(async () => {
    await run.terminate().catch(() => undefined);
    worker.shutdown();
    await running;
  });
  return run;
}

const result = async (run: WorkflowHandle) => (await run.result()) as Outcome;

it('pushes the very tag, once, follows its tests, and says where the package is', async () => {
  const built = { kind: 'experimentallyBuilt', tag: 'v12.9.0-rc4', package: 'https://packages.example/unstable/gitaly_12.9.0-rc4.deb', tests: 'passed' };
  expect(await result(await start())).toEqual(built);
  expect(builds.at('refs/tags/v12.9.0-rc4')).toBe(stand.gitaly.at('refs/tags/v12.9.0-rc4'));
  expect(await result(await start())).toEqual(built);
});

it('asks about red tests, and runs them again when somebody says so', async () => {
  stand.checks.splice(0, 1, { name: 'test', state: 'red' });
  const run = await start();
  await expect.poll(async () => (await run.query(status)).waitingFor?.what ?? '', { timeout: 40_000 }).toMatch(/the pipeline of v12\.9\.0-rc4, which is red/);
  await run.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'ann' }] });
  expect(await result(run)).toMatchObject({ tests: 'passed' });
});

it.each<[string, () => void, string, RegExp]>([
  ['a version that is not tagged', () => undefined, '12.9.0-rc5', /gitlab-org\/gitaly has no tag v12\.9\.0-rc5: release it first/],
  ['a tag that stands elsewhere there', () => void builds.git('tag', 'v12.9.0-rc4'), '12.9.0-rc4', /the tag v12\.9\.0-rc4 of dev\/gitaly stands on [0-9a-f]{12}, .*tags are never moved/],
  ['what is no version', () => undefined, '--upload-pack=x', /version: must be X\.Y\.Z/],
])('is refused for %s', async (_, change, version, reason) => {
  change();
  expect(await result(await start(version))).toEqual({ kind: 'experimentalRefused', reason: expect.stringMatching(reason) });
});
