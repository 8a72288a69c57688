import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FlagBackend } from '../../../ports/flags/backend.ts';
import { connectGitLab } from '../../../ports/flags/gitlab.ts';
import { createRollouts } from '../../../activities/flags/flag.ts';
import type { RolloutPorts } from '../../../activities/flags/flag.ts';
import { startSandbox } from '../../servers.ts';
import type { SandboxServer } from '../../servers.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { describeFlagBackend } from './contract.ts';
import type { FlagService } from './contract.ts';
import { oneAttempt } from '../stand.ts';

const tokens = { admin: 'gitlab-admin', reader: 'gitlab-user', nobody: 'token-of-nobody' } as const;

/** The sandbox's GitLab, as it was or as it is: once 100 was a percentage, later it means `true`. */
async function open(hundred: 'percentage' | 'boolean'): Promise<FlagService> {
  const sandbox = await startSandbox({ validated: false });
  const post = async (path: string, body: object) => {
    const response = await fetch(sandbox.url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  };
  await post('/worlds', { name: 'flags', scenario: 'gitaly' });
  await post('/w/flags/control/gitlab', { hundred });
  return {
    url: `${sandbox.url}/w/flags/gitlab/production`,
    connect: ({ url, as }) => connectGitLab({ url, token: tokens[as] }),
    turnOnForUser: (name) => post('/w/flags/control/flags', { instance: 'production', name, value: true, user: 'jane' }),
    close: () => sandbox.stop(),
  };
}

describeFlagBackend('GitLab, where 100 is a percentage', () => open('percentage'), { hundredBecomes: 100, unsetBecomes: 'unset' });
describeFlagBackend('GitLab, where 100 means true', () => open('boolean'), { hundredBecomes: true, unsetBecomes: 'unset' });

describe('a read of GitLab that lags behind a write', () => {
  let sandbox: SandboxServer;
  let world: World;
  let flags: FlagBackend;

  beforeAll(async () => {
    sandbox = await startSandbox({ validated: false });
  });
  beforeEach(async () => {
    world = await openWorld(sandbox.url);
    flags = connectGitLab({ url: `${world.url}/gitlab/production`, token: tokens.admin });
  });
  afterAll(() => sandbox?.stop());

  /** A flag with this history, of which reads don't show the last write. */
  async function written(flag: string, ...settings: readonly number[]): Promise<void> {
    await world.control('faults', { match: { key: `flag production ${flag} ${settings.at(-1)}` }, action: { kind: 'staleReads', seconds: 60 } });
    for (const [index, to] of settings.entries()) await flags.set({ flag, from: settings[index - 1] ?? 'unset', to });
  }

  async function restored(flag: string, ours: readonly number[]): Promise<unknown> {
    const { restoreFlag } = createRollouts({ flags: () => flags, forge: {} } as unknown as RolloutPorts);
    return oneAttempt({ scheduledTimestampMs: Date.now() }).run(restoreFlag, { environment: 'production', flag, ours, to: 'unset' as const });
  }

  const gates = async (flag: string) => (await world.snapshot()).flags['production']?.[flag as never];

  it('is not believed when it says that the flag was lowered already', async () => {
    await written('gitaly_lowered', 5, 25);
    expect(await flags.read('gitaly_lowered')).toEqual({ kind: 'plain', setting: 5 });
    expect(await flags.set({ flag: 'gitaly_lowered', from: 25, to: 5 })).toBe(5);
    expect(await gates('gitaly_lowered')).toMatchObject({ percentageOfActors: 5 });
  });

  it('is not believed when it says that the flag is as it was before the rollout', async () => {
    await written('gitaly_begun', 5);
    expect(await restored('gitaly_begun', [5])).toEqual({});
    expect(await gates('gitaly_begun')).toBeUndefined();
  });

  it('is not taken for somebody else’s doing when it says what the rollout wrote before', async () => {
    await written('gitaly_raised', 5, 25);
    await expect(restored('gitaly_raised', [25])).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false });
    expect(await gates('gitaly_raised')).toMatchObject({ percentageOfActors: 25 });
  });
});
