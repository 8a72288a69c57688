import type { Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll } from 'vitest';
import type { Forge } from '../../ports/forge/forge.ts';
import { connectGitHub } from '../../ports/forge/github/github.ts';
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

/** Runs an activity as one attempt. `asked` stands for the server, which is asked whether that is the current one: as a rule it is. */
export function oneAttempt(info: ConstructorParameters<typeof MockActivityEnvironment>[0] = {}, asked: (request: object) => Promise<object> = async () => ({})): MockActivityEnvironment {
  const client = {
    options: { namespace: 'default', loadedDataConverter: defaultDataConverter },
    workflowService: { recordActivityTaskHeartbeat: asked },
    withAbortSignal: (_signal: AbortSignal, act: () => unknown) => act(),
  };
  return new MockActivityEnvironment({ currentAttemptScheduledTimestampMs: Date.now(), ...info }, { client: client as unknown as Client });
}
