import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { installDependencies } from '../../sandbox/parts/dependencies.mjs';

const locked = {
  'node_modules/zod': { version: '4.0.0' },
  'node_modules/fsevents': { version: '2.3.3', optional: true },
};

let project: string;

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'slipway-project-'));
  await mkdir(join(project, 'node_modules'));
  await mkdir(join(project, 'bin'));
  await writeFile(join(project, 'bin/npm'), '#!/bin/sh\necho "$@" > asked-of-npm\n');
  await chmod(join(project, 'bin/npm'), 0o755);
  vi.stubEnv('PATH', `${join(project, 'bin')}:${process.env.PATH}`);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(project, { recursive: true, force: true });
});

test('installs nothing when what is installed is what is locked', async () => {
  expect(await installedInstead({ 'node_modules/zod': { version: '4.0.0' } })).toBe(false);
});

test('installs when there is nothing yet', async () => {
  expect(await installedInstead(undefined)).toBe(true);
});

test('installs when another version is there', async () => {
  expect(await installedInstead({ 'node_modules/zod': { version: '3.9.0' } })).toBe(true);
});

/** Whether npm was asked to install, given what is in `node_modules`. */
async function installedInstead(installed: object | undefined): Promise<boolean> {
  await writeFile(join(project, 'package-lock.json'), JSON.stringify({ packages: { '': { name: 'slipway' }, ...locked } }));
  if (installed) await writeFile(join(project, 'node_modules/.package-lock.json'), JSON.stringify({ packages: installed }));

  await installDependencies(project);

  const asked = await readFile(join(project, 'asked-of-npm'), 'utf8').catch(() => undefined);
  if (asked !== undefined) expect(asked).toMatch(/^ci /);
  return asked !== undefined;
}
