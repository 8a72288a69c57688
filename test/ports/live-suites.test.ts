import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { openWorld } from '../worlds.ts';
import type { World } from '../worlds.ts';
import { useSandbox } from './stand.ts';

const sandbox = useSandbox({ gcs: true });
let world: World;
beforeAll(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'scratch' });
});

/** As `npm run test:live` does it, with the sandbox for GitHub and GCS. */
async function live(changes: Readonly<Record<string, string | undefined>> = {}, args: readonly string[] = []) {
  const given = {
    SLIPWAY_LIVE_GITHUB_REPOSITORY: 'slipway/scratch',
    GITHUB_TOKEN: 'bot-token',
    GITHUB_API_URL: `${world.url}/api/v3`,
    GITHUB_WRITE_INTERVAL_MS: '0',
    SLIPWAY_LIVE_BUCKET: 'slipway-scratch',
    GCS_ENDPOINT: `${world.url}/gcs`,
    GCS_TOKEN: 'gcs-token',
    SLIPWAY_LIVE_GITLAB_URL: `${world.url}/gitlab/production`,
    SLIPWAY_LIVE_GITLAB_TOKEN: 'gitlab-admin',
    SLIPWAY_LIVE_GITLAB_READER_TOKEN: 'gitlab-user',
    SLIPWAY_LIVE_GITLAB_USER: 'jane',
    ...changes,
  };
  const { PATH, HOME } = process.env;
  const env = Object.fromEntries(Object.entries({ PATH, HOME, NO_COLOR: '1', ...given }).filter((entry): entry is [string, string] => entry[1] !== undefined));
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'live', ...args], { cwd: project, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, exit] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.once('close', resolve))]);
  return { exit, said: out + err };
}

describe('the live suites, with the sandbox for the real services', () => {
  it('pass, and leave no branch, open pull request, object or flag behind', async () => {
    const { exit, said } = await live();
    expect(said).toMatch(/Test Files +3 passed/);
    expect(exit).toBe(0);
    const { repositories, objects, flags } = await world.snapshot();
    const { refs, pulls } = repositories['slipway/scratch']!;
    expect(Object.keys(refs)).toEqual(['refs/heads/main']);
    expect(pulls.length).toBeGreaterThan(10);
    expect(pulls.filter((pull) => (pull as { state: string }).state === 'open')).toEqual([]);
    expect(objects).toEqual({});
    expect(Object.values(flags)).toEqual([{}]);
    expect(await world.control('violations')).toEqual([]);
  }, 400_000);

  it('fail by a word about the variable that is missing, and go on with the other half', async () => {
    const { exit, said } = await live({ SLIPWAY_LIVE_GITHUB_REPOSITORY: undefined, SLIPWAY_LIVE_GITLAB_URL: undefined });
    expect(said).toContain('SLIPWAY_LIVE_GITHUB_REPOSITORY is missing');
    expect(said).toContain('npm run test:live -- test/live/gcs.test.ts');
    expect(said).toMatch(/Test Files +1 failed \| 1 passed \| 1 skipped/);
    expect(exit).toBe(1);
  });

  it('touch nothing that is not marked as a place for tests', async () => {
    const before = await world.journal();
    const elsewhere = await openWorld(sandbox.url());
    const { exit, said } = await live({ SLIPWAY_LIVE_GITHUB_REPOSITORY: 'gitlab-org/gitlab', GITHUB_API_URL: `${elsewhere.url}/api/v3`, SLIPWAY_LIVE_BUCKET: 'schemas-migrations', SLIPWAY_LIVE_GITLAB_URL: undefined });
    expect(said).toContain('gitlab-org/gitlab is not marked as a place for tests');
    expect(said).toContain('gs://schemas-migrations is not marked as a place for tests');
    expect(exit).toBe(1);
    expect(await elsewhere.journal()).toEqual([]);
    expect(await world.journal()).toEqual(before);
  });
});
