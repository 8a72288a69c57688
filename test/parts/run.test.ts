import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-report-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('an unknown command is answered with those that there are', async () => {
  expect(await node('sandbox/parts/run.mjs', 'tset')).toEqual({
    code: 1,
    stdout: '',
    stderr: 'usage: node sandbox/parts/run.mjs <start|slipway|bench|test|test:ui|test:crash|test:chaos|test:mutation|test:live|typecheck|lint|test:cluster> [arguments]\n',
  });
});

test('without git it says so', async () => {
  expect(await node('sandbox/parts/run.mjs', 'test')).toMatchObject({ code: 1, stderr: 'Slipway needs git, which is not on the PATH.\n' });
});

test('an unknown part is answered with those that there are', async () => {
  const { code, stderr } = await node('sandbox/parts/get.mjs', 'temporal', 'lighthouse');

  expect(code).toBe(2);
  expect(stderr).toMatch(/^There is no part lighthouse\.\nusage: .*\nparts: temporal, time-skipping-server, /);
});

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((status) => ({ status })) });

test.each([
  ['counts tests', [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')], 1, '3 1'],
  ['counts a file that cannot be loaded, or set up, as one failure', [file('failed'), file('failed', 'skipped', 'skipped')], 1, '0 2'],
  ['counts an error outside of tests as one failure', [file('passed', 'passed')], 1, '1 1'],
])('the report of a run %s', async (_, testResults, exitCode, counts) => {
  const ended = (status: string) => testResults.flatMap((file) => file.assertionResults).filter((test) => test.status === status).length;
  await writeFile(join(folder, 'report.json'), JSON.stringify({ numPassedTests: ended('passed'), numFailedTests: ended('failed'), testResults }));

  expect(await node('.ci/count.mjs', join(folder, 'report.json'), String(exitCode))).toMatchObject({ stdout: `${counts}\n` });
});

test('a run that never came to a report is one failure', async () => {
  expect(await node('.ci/count.mjs', join(folder, 'none.json'), '1')).toMatchObject({ stdout: '0 1\n' });
});

/** Runs one of the project's scripts on a machine that has Node and nothing else. */
function node(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { cwd: project, env: { PATH: folder } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
