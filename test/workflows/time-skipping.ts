import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll } from 'vitest';
import { startTimeSkipping } from '../servers.ts';

/** A server for the tests of a file, in which time skips whenever one of them waits for a result. */
export function useTimeSkipping(): () => TestWorkflowEnvironment {
  let server: TestWorkflowEnvironment | undefined;
  beforeAll(async () => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
    server = await startTimeSkipping();
  });
  afterAll(() => server?.teardown());
  return () => server!;
}
