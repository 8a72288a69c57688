import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../servers.ts';
import { openWorld } from '../worlds.ts';
import { github, gitlab } from './stand.ts';

it('is a process that says where it is, works without a description, and ends when it is asked to', async () => {
  const sandbox = await startSandbox({ validated: false });
  onTestFinished(() => sandbox.stop());
  expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const world = await openWorld(sandbox.url);
  expect((await github(world).repos.get(gitlab)).data.full_name).toBe('gitlab-org/gitlab');

  process.kill(sandbox.pid, 'SIGTERM');
  await sandbox.exited;
  await expect(fetch(sandbox.url)).rejects.toThrow('fetch failed');
});
