import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findProgram, systemPart } from '../../sandbox/parts/sources/system-part.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-system-'));
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`);
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

const lighthouse = systemPart({
  title: 'Lighthouse',
  debianPackage: 'lighthouse-server',
  find: () => findProgram(['lighthouse', 'lighthoused']),
});

test('is found under any of its names on the PATH', async () => {
  await program('lighthoused', 'true');

  expect(await lighthouse.get()).toBe(join(folder, 'lighthoused'));
});

test('is found in a folder of its own when the PATH has none', async () => {
  await program('lighthouse', 'true');
  vi.stubEnv('PATH', '/nowhere');

  expect(await findProgram(['lighthouse'], ['/nowhere/else', folder])).toBe(join(folder, 'lighthouse'));
});

test('is not a file that nobody may execute', async () => {
  await writeFile(join(folder, 'lighthouse'), '');

  expect(await findProgram(['lighthouse'])).toBeUndefined();
});

test("is installed from Debian's package by root", async () => {
  vi.spyOn(process, 'getuid').mockReturnValue(0);
  await program('apt-get', `case "$*" in *"install -y --no-install-recommends lighthouse-server") cp "$0" ${folder}/lighthouse;; esac`);

  expect(await lighthouse.get()).toBe(join(folder, 'lighthouse'));
});

test('tells anybody else which command installs it', async () => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000);

  await expect(lighthouse.get()).rejects.toThrow(
    'Lighthouse is not on this machine.\n  only root can install it\nInstall it (Debian: sudo apt-get install lighthouse-server), and try again.',
  );
});

async function program(name: string, script: string) {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}
