import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Forge } from '../../activities/forge/forge.ts';
import { createPlanning } from '../../activities/planning.ts';
import { readCatalog } from '../../domain/catalog-text.ts';

const { plan } = createPlanning({
  catalog: {
    async read() {
      const reading = readCatalog(readFileSync('slipway.yaml', 'utf8'));
      return reading.kind === 'valid' ? reading.catalog : expect.unreachable();
    },
  },
  releases: { offer: async () => expect.unreachable(), isRunning: async () => false, running: async () => [] },
  forge: new Proxy({} as Forge, { get: () => expect.unreachable('an unknown component has no repository to look at') }),
});

it.each(['gitlay', 'constructor', '__proto__'])('ends with the known names for the component %s, which the catalog has not', async (component) => {
  await expect(plan({ component })).rejects.toMatchObject({
    type: 'InvalidInput',
    nonRetryable: true,
    message: expect.stringMatching(new RegExp(`^unknown component "${component}".*Known: gitaly$`)),
  });
});
