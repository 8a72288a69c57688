import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { cacheFolder } from '../../sandbox/parts/sources/cached-part.mjs';

/** What `npm start -- <demonstration> --exit` says, and its exit code. */
async function shown(demonstration: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [join(project, 'dist/sandbox/main.js'), demonstration, '--exit'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || !child.kill('SIGTERM')) return;
    await once(child, 'exit');
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
  return { code, said };
}

it('npm start -- schemas takes a release back whose build fails, and publishes the same version when it passes', async () => {
  const { code, said } = await shown('schemas');
  const story = [
    'The bucket holds 290 files',
    'schemas/migrator/v5.3.4444: stopped: the build failed (bazel)',
    'taken back: the pull request on schemas/v5.3.4444',
    'taken back: the tarball dist/schemas-v5.3.4444.tar.gz',
    'The bucket holds what it held before: yes',
    'schemas/migrator/v5.3.4444: released v5.3.4444 with 3 schema files',
    'schemas-migrations/dist/schemas-v5.3.4444.tar.gz',
    'schemas-migrations/schemas/v5.3.4444-internal_database_schema.json',
    'Stopping',
  ];
  expect(inTurn(said, story)).toEqual(story);
  expect(said).not.toContain('still to do by hand');
  expect(code).toBe(0);
});

it('npm start -- flag takes a rollout one step back, and then to everybody', async () => {
  const { code, said } = await shown('flag');
  const story = ['A rollout of the flag gitaly_go_user_delete_tag', 'is on in production (unset → 5 % → 25 % → 5 % → 25 % → 50 % → 100 % → on)', 'gitaly_go_user_delete_tag  on', 'Stopping'];
  expect(inTurn(said, story)).toEqual(story);
  expect(code).toBe(0);
});

it('npm start says what there is to see, where it is asked for something else', async () => {
  expect(await shown('nothing')).toEqual({ code: 2, said: '' });
});

it('npm start -- schemas says what to install, and starts nothing, where it can not get the emulator', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'slipway-cache-'));
  onTestFinished(() => rm(cache, { recursive: true }));
  await symlink(join(cacheFolder(), 'temporal'), join(cache, 'temporal'));
  // Nothing to download, and no Go on the PATH.
  const offline = 'data:text/javascript,globalThis.fetch = async () => { throw new Error("offline"); }';
  const child = spawn(process.execPath, ['--import', offline, join(project, 'dist/sandbox/main.js'), 'schemas', '--exit'], { env: { PATH: cache, SLIPWAY_CACHE: cache } });
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close') as Promise<[number | null]>]);
  expect({ said, code }).toEqual({ said: '', code: 1 });
  expect(complained).toContain('Install Go 1.26 or later (https://go.dev/dl), and try again.');
  expect(complained).not.toMatch(/^ {4}at /m);
});

/** Those of the lines that come in this order. */
function inTurn(said: string, story: readonly string[]): readonly string[] {
  let at = 0;
  return story.filter((line) => {
    const found = said.indexOf(line, at);
    if (found >= 0) at = found + line.length;
    return found >= 0;
  });
}
