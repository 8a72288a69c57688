import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { startProcess } from '../../sandbox/demonstrations/processes.ts';

test('npm start leaves nothing running when it is stopped in the middle of a release', async () => {
  const started = await startProcess({
    program: process.execPath,
    args: [join(project, 'sandbox/parts/run.mjs'), 'start'],
    ready: (line) => (line.startsWith('A release of gitaly') ? true : undefined),
    readyWithinMs: 50_000,
  });
  const family = descendants(started.pid);
  expect(family.map(({ command }) => command)).toEqual(
    expect.arrayContaining([
      expect.stringContaining('dist/sandbox/main.js'),
      expect.stringContaining('temporal server start-dev'),
      expect.stringContaining('dist/sandbox/serve.js'),
      expect.stringContaining('dist/worker/main.js'),
    ]),
  );

  await started.stop();

  const alive = new Set(processes().map(({ pid }) => pid));
  expect(family.filter(({ pid }) => alive.has(pid))).toEqual([]);
});

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

function descendants(pid: number): readonly Process[] {
  const all = processes();
  const below = (parent: number): readonly Process[] => all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

function processes(): readonly Process[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}
