import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Real processes share two cores with each other: CI tries a test that failed once more, and the report says so. */
const retry = process.env.CI ? 1 : 0;

const cores = Math.max(2, availableParallelism());

/** For how long, in ms, a poll waits for what real processes will do sooner or later. */
const patient = { poll: { timeout: 45_000 } };

/**
 * A project is a kind of company that tests need: none, real servers, a server that skips time, a browser,
 * a worker that gets killed, a production server that gets killed, and the real GitHub and GCS. The last four run on their own commands,
 * and `npm test` names the first three.
 */
export default defineConfig({
  test: {
    reporters: ['default'],
    // What these tests wait for, mostly, are servers: with a worker for each core a third of the machine idled.
    maxWorkers: cores + 1,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{activities,ports,client,sandbox,e2e,replay,workflows,ui,crash,compose,cluster,live}/**'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'servers',
          expect: patient,
          include: ['test/{activities,ports,client,sandbox,e2e,replay,compose}/**/*.test.ts'],
          globalSetup: ['test/global-setup.ts', 'test/shared-temporal.ts'],
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'time-skipping',
          expect: patient,
          include: ['test/workflows/**/*.test.ts'],
          globalSetup: ['test/global-setup.ts'],
          // These use a core each: they come when the others are done.
          maxWorkers: cores,
          sequence: { groupOrder: 1 },
          retry,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'ui',
          expect: patient,
          include: ['test/ui/**/*.test.ts'],
          globalSetup: ['test/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'crash',
          expect: patient,
          include: ['test/crash/**/*.test.ts'],
          exclude: process.env.SLIPWAY_QUICK === '1' ? ['test/crash/http-faults.test.ts'] : [],
          globalSetup: ['test/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 1_800_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'cluster',
          expect: patient,
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/global-setup.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'live',
          include: ['test/live/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
