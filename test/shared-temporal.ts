import type {} from 'vitest'; // without it the module below is unknown to the compiler
import type { TestProject } from 'vitest/node';
import { startTemporal } from './servers.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The Temporal server that all files of a project share: `inject('temporal')`. Keep task queues and workflow ids apart. */
    readonly temporal: { readonly address: string; readonly namespace: string };
  }
}

export async function setup(tests: TestProject): Promise<() => Promise<void>> {
  const { address, namespace, stop } = await startTemporal();
  tests.provide('temporal', { address, namespace });
  return stop;
}
