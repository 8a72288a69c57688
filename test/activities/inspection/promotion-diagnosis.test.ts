import { beforeEach, expect, it } from 'vitest';
import { diagnosePromotion } from '../../../activities/inspection/diagnosis/promotion.ts';
import type { DiagnosisPorts } from '../../../activities/inspection/diagnosis/finding.ts';
import { connectArgoCd } from '../../../ports/cluster/argocd.ts';
import { connectSlack } from '../../../ports/chat/slack.ts';
import { connectJira } from '../../../ports/issues/jira.ts';
import { monitorCatalog, monitorOf, repository } from '../promotion/monitor.ts';
import { forgeIn, useSandbox } from '../../ports/stand.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';

const sandbox = useSandbox();
let world: World;

beforeEach(async () => {
  world = await openWorld(sandbox.url(), { scenario: 'monitor' });
  return () => world.close();
});

const checks = ['npm-lint', 'npm-build', 'unit-tests', 'functional-tests'];

async function ails(more: object = {}, ports: Partial<DiagnosisPorts> = {}) {
  const promote = { kind: 'workflow', workflow: 'production_deploy.yml', inputs: { environment: 'prod', tag: '{version}', release_key: '{key}' } };
  const catalog = monitorCatalog(
    {
      stage: 'stage', requiredChecks: checks, image: { name: 'monitor', tags: { production: 'prod-{version}' } }, production: { name: 'production', environment: 'production', promote },
      qa: { projects: ['MNTOR'], approved: ['QA Approved'], promoted: { from: ['Merged to main'], to: ['Promoted to Prod'] } }, ...more,
    },
    { stage: { report: `${world.url}/deployed/stage` }, production: { report: `${world.url}/deployed/production` } },
  );
  const findings = await diagnosePromotion(
    {
      forge: forgeIn(world), chat: connectSlack({ token: 'xoxb-slipway', baseUrl: `${world.url}/slack/api/` }), registry: { digestOf: async () => 'sha256:1' },
      issues: connectJira({ url: `${world.url}/jira`, email: 'slipway@example.com', token: 'jira-token' }), releases: { isRunning: async () => true }, ...ports,
    } as Partial<DiagnosisPorts> as DiagnosisPorts,
    'monitor', catalog.components['monitor']!.promotion!, catalog,
  );
  return Object.fromEntries(findings.filter(({ state }) => state !== 'ok').map(({ about, state, what }) => [about.replace('monitor: ', ''), `${state}: ${what}`]));
}

it('finds nothing amiss where all is there, and else says what is missing', async () => {
  expect(await ails()).toMatchObject({ [`protection of main of ${repository}`]: expect.stringContaining('asks for nothing'), [`the latest release of ${repository}`]: 'warning: there is none', 'tickets of MNTOR': expect.stringContaining('none is "Merged to main"') });

  await world.control('protection', { repository, branch: 'main', requiredChecks: checks.slice(0, 3), requiredReviews: 0 });
  expect(await ails()).toMatchObject({ [`protection of main of ${repository}`]: 'missing: does not ask for functional-tests' });

  await world.control('protection', { repository, branch: 'main', requiredChecks: checks, requiredReviews: 1 });
  await world.control('tickets', { key: 'MNTOR-1', status: 'Merged to main' });
  for (const environment of ['stage', 'production']) await world.control('deployed', { environment, repository });
  await forgeIn(world).releases.create({ repository, tag: '2024.08.29', title: '', body: '', prerelease: false, latest: true });
  expect(await ails()).toEqual({ [`protection of main of ${repository}`]: 'warning: asks for no review, or the token may not see that it does' });
  expect(await monitorOf(world).tags()).toEqual(['2024.08.29']);
});

it('says what the worker lacks, what is not built, and what the account may not', async () => {
  await world.control('tickets', { key: 'MNTOR-1', status: 'Merged to main', closed: true });
  expect(await ails({}, { registry: { digestOf: async () => undefined } })).toMatchObject({ 'image monitor': expect.stringMatching(/^warning: has no tag \w{7}/), 'tickets of MNTOR': 'missing: MNTOR-1 can be moved to nothing only' });
  expect(await ails({}, { registry: undefined, issues: undefined })).toMatchObject({ 'image monitor': 'missing: the worker has no registry', 'tickets of MNTOR': 'missing: the worker has no issue tracker' });
  const idle = { releases: { isRunning: async () => false } as Partial<DiagnosisPorts['releases']> as DiagnosisPorts['releases'] };
  expect(await ails({ sync: 'monitor' }, idle)).toMatchObject({ 'the following of stage': 'warning: does not run', 'the application monitor': 'missing: the worker has no cluster' });
  const cluster = connectArgoCd({ url: `${world.url}/argocd`, token: 'argocd-token' });
  expect(await ails({ sync: 'monitor' }, { cluster })).toMatchObject({ 'the application monitor': 'missing: does not exist, or may not be read' });
  await world.control('applications', { name: 'monitor', synced: true, health: 'Healthy' });
  expect(Object.keys(await ails({ sync: 'monitor' }, { cluster }))).not.toContain('the application monitor');
  expect(await ails({ onTag: ['nothing.yml'] })).toMatchObject({ [`nothing.yml of ${repository}`]: 'missing: does not exist' });
});
