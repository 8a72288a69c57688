import { beforeEach, expect, it } from 'vitest';
import { createRolloutIssues } from '../../../activities/flags/issues.ts';
import { createReports } from '../../../activities/release/reports.ts';
import type { RolloutPlan } from '../../../domain/flags/plan.ts';
import type { Ports } from '../../../ports/ports.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, oneAttempt, useSandbox } from '../../ports/stand.ts';

const repository = 'gitlab-org/gitaly';
const sandbox = useSandbox();
let world: World;
let forge: Ports['forge'];
beforeEach(async () => {
  world = await openWorld(sandbox.url());
  forge = forgeIn(world);
  return () => world.close();
});

function within<T>(activity: () => Promise<T>): Promise<T> {
  return oneAttempt({ startToCloseTimeoutMs: 60_000, currentAttemptScheduledTimestampMs: Date.now() }).run(activity);
}

async function milestone(title: string): Promise<void> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/milestones`, { method: 'POST', headers: { authorization: 'Bearer person:ann' }, body: JSON.stringify({ title }) });
  expect(response.status).toBe(201);
}

async function issues(): Promise<readonly { readonly number: number; readonly title: string; readonly body: string; readonly milestone: { readonly title: string } | null }[]> {
  const response = await fetch(`${world.url}/api/v3/repos/${repository}/issues`, { headers: { authorization: 'Bearer person:ann' } });
  return (await response.json()) as Awaited<ReturnType<typeof issues>>;
}

function planWith(more: object): RolloutPlan {
  return { id: 'flag/gitaly/gitaly_x', flag: 'gitaly_x', component: 'gitaly', rules: { issues: { repository, labels: ['feature flag'], ...more } } } as unknown as RolloutPlan;
}

it('asks for a flag to be on by default, and then for its removal, each for its own milestone, and once', async () => {
  for (const title of ['18.1', '18.2']) await milestone(title);
  const { askForRemoval } = createRolloutIssues({ forge, readLagMs: 0 });
  const plan = planWith({ milestone: '18.2', defaultEnable: { milestone: '18.1' } });
  const asked = await within(() => askForRemoval({ plan, rollout: 'https://forge/1' }));
  expect(await within(() => askForRemoval({ plan, rollout: 'https://forge/1' }))).toEqual(asked);
  const [removal, first, ...others] = await issues();
  expect(others).toEqual([]);
  expect(first).toMatchObject({ title: 'Enable feature flag gitaly_x by default', milestone: { title: '18.1' } });
  expect(removal).toMatchObject({ number: asked.number, title: 'Remove feature flag gitaly_x', milestone: { title: '18.2' }, body: expect.stringMatching(new RegExp(`release that: .*/issues/${first!.number}\\n`)) });
});

it('asks for both in one issue where the catalog wants no other', async () => {
  const { askForRemoval } = createRolloutIssues({ forge, readLagMs: 0 });
  await within(() => askForRemoval({ plan: planWith({}), rollout: 'https://forge/1' }));
  expect(await issues()).toMatchObject([{ title: 'Remove feature flag gitaly_x', body: expect.stringContaining('- [ ] Turn it on by default in the code, and release that\n') }]);
});

it.each([
  ['names what it has failed by', '---\nname: Flaky Test\n---\n\n## What\n\n{checks}\n\n## Where\n\n{pullRequest}\n', /^## What\n\n- \[rspec\]\(https:\/\/ci\/1\)\n\n## Where\n\nhttps:\/\/forge\/7\n/],
  ['names nothing', '## To do\n\n- [ ] quarantine it\r\n', /^## To do\n\n- \[ \] quarantine it\n\nIn https:\/\/forge\/7 this failed, .*\n\n- \[rspec\]/],
  ['is not there', undefined, /^In https:\/\/forge\/7 this failed/],
])('opens the issue about a flaky test by a template that %s', async (_, text, body) => {
  const template = '.github/ISSUE_TEMPLATE/flaky.md';
  if (text !== undefined) await world.control('commit', { repository, branch: 'master', files: { [template]: text }, message: 'Add a template' });
  const { openFlakyTestIssue } = createReports({ forge, readLagMs: 0 } as unknown as Ports);
  const issue = { repository, labels: ['Flaky Test'], template, failed: [{ name: 'rspec', url: 'https://ci/1' }], pullRequest: 'https://forge/7', key: 'release/gitaly/from-1#7/flake' };
  await within(() => openFlakyTestIssue(issue));
  expect(await issues()).toMatchObject([{ title: 'Flaky Test: rspec', body: expect.stringMatching(body) }]);
});
