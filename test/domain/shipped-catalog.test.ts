import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readCatalog } from '../../domain/catalog-text.ts';

const reading = readCatalog(readFileSync('slipway.yaml', 'utf8'));
const { environments, components } = reading.kind === 'valid' ? reading.catalog : expect.unreachable(JSON.stringify(reading));
const { code, pin, stages, chat, flags } = components.gitaly!;

// What seeds/gitaly-release.md and seeds/gitaly-process.md say, which slipway.yaml as shipped has to do.

it('releases the newest green commit of the mirror, and tells those who own that when it is red', () => {
  expect(code).toMatchObject({ canonical: 'gitlab-org/gitaly', mirror: 'gitlab-org-security/gitaly', whenRed: 'hold' });
  expect(code!.owners).toMatch(/^#/);
  expect(code!.owners).not.toBe(chat!.team);
});

it('moves the version file, merges by itself, and tags the team in the pull request when its pipeline fails', () => {
  expect(pin).toMatchObject({ repository: 'gitlab-org/gitlab', versionFile: 'GITALY_SERVER_VERSION', title: 'Update Gitaly version', autoMerge: true, mention: '@gitlab-org/gitaly' });
  expect(pin!.flakyTest).toMatchObject({ repository: 'gitlab-org/gitaly', template: expect.stringContaining('Flaky Test.md') });
  expect(chat).toEqual({ progress: '#gitaly_alerts', team: '#g_gitaly' });
});

it('lets no soak pass by time alone', () => {
  expect(stages.map(({ environment }) => environment)).toEqual(Object.keys(environments));
  const soaking = stages.filter(({ soak }) => soak !== undefined);
  expect(soaking.map(({ name }) => name)).toEqual(['canary', 'production']);
  expect(soaking.filter(({ health }) => health.length === 0)).toEqual([]);
  for (const place of [flags!.staging!, flags!.production]) expect(place.health).not.toEqual([]);
});

it('turns a flag on in staging for a day and its smoke tests, then step by step, and asks for both steps of its removal', () => {
  expect(flags).toMatchObject({ prefix: 'gitaly_', staging: { soak: 86_400_000, smoke: { repository: 'gitlab-org/gitaly' } }, production: { steps: [5, 25, 50] }, deployed: { kind: 'url' } });
  expect(flags!.issues).toMatchObject({ labels: ['feature flag'], defaultEnable: {}, template: expect.stringContaining('Feature Flag Roll Out.md') });
});
