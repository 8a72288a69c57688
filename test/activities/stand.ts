import { afterAll, beforeAll } from 'vitest';
import type { Forge } from '../../activities/forge/forge.ts';
import { connectGitHub } from '../../activities/forge/github.ts';
import { startSandbox } from '../servers.ts';
import type { SandboxServer } from '../servers.ts';
import type { World } from '../worlds.ts';

/** A sandbox for the tests of a file. */
export function useSandbox(options: Parameters<typeof startSandbox>[0] = {}) {
  let sandbox: SandboxServer;
  beforeAll(async () => {
    sandbox = await startSandbox(options);
  });
  afterAll(() => sandbox?.stop());
  return { url: () => sandbox.url };
}

/** A world's GitHub, whose writes need no pause between them. */
export function forgeIn({ url }: World, settings: Partial<Parameters<typeof connectGitHub>[0]> = {}): Forge {
  return connectGitHub({ baseUrl: `${url}/api/v3`, token: 'bot-token', writeIntervalMs: 0, ...settings });
}
