import { beforeEach, describe, expect, test } from 'vitest';
import type { Sha } from '../../../domain/code/commit.ts';
import type { Forge } from '../../../ports/forge/forge.ts';
import { openWorld } from '../../worlds.ts';
import type { World } from '../../worlds.ts';
import { forgeIn, useSandbox } from '../stand.ts';

const repository = 'gitlab-org/gitaly';
const downstream = 'gitlab-org/gitlab';

const sandbox = useSandbox();
let world: World;
let forge: Forge;

beforeEach(async () => {
  world = await openWorld(sandbox.url());
  forge = forgeIn(world);
  return async () => {
    expect(await world.control('violations')).toEqual([]);
    await world.close();
  };
});

const open = (title: string, labels: readonly string[] = ['feature flag']) => forge.issues.open({ repository, title, body: 'Why', labels });

describe('issues', () => {
  test('are opened, read, rewritten and closed', async () => {
    const { number, url } = await open('Roll out');
    expect(await forge.issues.get(repository, number)).toEqual({ number, url, state: 'open', title: 'Roll out', body: 'Why', labels: ['feature flag'], assignees: [] });
    await forge.discussions.rewrite(repository, number, 'Because');
    await forge.issues.close(repository, number);
    expect(await forge.issues.get(repository, number)).toMatchObject({ state: 'closed', body: 'Because', title: 'Roll out', labels: ['feature flag'] });
    expect(await forge.issues.get(repository, 99)).toBeUndefined();
  });

  test('are listed while they are open, by all their labels, newest first, without pull requests', async () => {
    for (const [title, labels] of [['one', ['a', 'b']], ['two', ['a']], ['three', ['a', 'b']]] as const) await open(title, labels);
    const closed = await open('four', ['a', 'b']);
    await forge.issues.close(repository, closed.number);
    expect((await forge.issues.list(repository, ['a', 'b'])).map(({ title }) => title)).toEqual(['three', 'one']);
    expect((await forge.issues.list(repository, [])).map(({ title }) => title)).toEqual(['three', 'two', 'one']);
  });

  test('are all listed, also those of later pages', async () => {
    for (let index = 0; index < 105; index += 1) await open(`issue ${index}`);
    expect(await forge.issues.list(repository, ['feature flag'])).toHaveLength(105);
  }, 120_000);

  test('longer than GitHub takes them are cut, and keep the marker at their end', async () => {
    const end = '\n<!-- slipway: flag/gitaly/x -->';
    const long = `${'x'.repeat(105_603)}${end}`;
    const { number, title, body } = await forge.issues.open({ repository, title: 't'.repeat(300), body: long, labels: [] });
    expect([title.length, body.length, body.endsWith(end)]).toEqual([256, 65_536, true]);
    await forge.discussions.rewrite(repository, number, long);
    await forge.discussions.comment(repository, number, long);
    expect(await forge.discussions.hasComment(repository, number, end.trim())).toBe(true);
    const raw = person('POST', `repos/${repository}/issues`, { title: 't'.repeat(257) });
    await expect(raw).rejects.toThrow('422');
  });

  test('change the label of a family, and keep the others', async () => {
    const { number } = await open('Roll out', ['feature flag', 'rollout::staging']);
    await forge.discussions.label(repository, number, 'rollout::production', 'rollout::');
    expect((await forge.issues.get(repository, number))?.labels).toEqual(['feature flag', 'rollout::production']);
  });

  test('get the milestone of that title, where there is one', async () => {
    const { issues } = forge;
    await person('POST', `repos/${repository}/milestones`, { title: '16.1' });
    const given = await issues.open({ repository, title: 'Remove', body: '', labels: [], milestone: '16.1' });
    const none = await issues.open({ repository, title: 'Remove too', body: '', labels: [], milestone: '99.9' });
    expect(await person('GET', `repos/${repository}/issues/${given.number}`)).toMatchObject({ milestone: { title: '16.1' } });
    expect(await person('GET', `repos/${repository}/issues/${none.number}`)).toMatchObject({ milestone: null });
  });
});

describe('what is deployed', () => {
  test('is the newest deployment that succeeded, whoever made it', async () => {
    const head = (await forge.branches.find(downstream, 'master'))!;
    const { parents } = await person<{ parents: readonly { sha: Sha }[] }>('GET', `repos/${downstream}/git/commits/${head}`);
    expect(await forge.deployments.current(downstream, 'production')).toBeUndefined();
    await forge.deployments.create(downstream, { environment: 'production', sha: parents[0]!.sha, key: 'first', payload: {} });
    await expect.poll(() => forge.deployments.current(downstream, 'production')).toEqual({ sha: parents[0]!.sha, at: expect.stringMatching(/Z$/) });
    await world.control('deployments', { environment: 'production', outcome: 'failure' });
    await forge.deployments.create(downstream, { environment: 'production', sha: head, key: 'second', payload: {} });
    await expect.poll(async () => (await forge.deployments.carrying(downstream, 'production', head, 'second'))[0]?.state).toBe('failed');
    expect(await forge.deployments.current(downstream, 'production')).toMatchObject({ sha: parents[0]!.sha });
  });
});

describe('the newest run of a workflow', () => {
  test('is one that was started since then, and tells how it ended', async () => {
    const since = new Date(Date.now() - 1_000).toISOString();
    expect(await forge.workflowRuns.newest(downstream, 'smoke.yml', since)).toBeUndefined();
    await world.control('runs', { workflow: 'smoke.yml', conclusion: 'failure', times: 1 });
    await person('POST', `repos/${downstream}/actions/workflows/smoke.yml/dispatches`, { ref: 'master' });
    const newest = () => forge.workflowRuns.newest(downstream, 'smoke.yml', since).then((run) => run?.state);
    await expect.poll(newest).toBe('failed');
    await person('POST', `repos/${downstream}/actions/workflows/smoke.yml/dispatches`, { ref: 'master' });
    await expect.poll(newest).toBe('succeeded');
    expect(await forge.workflowRuns.newest(downstream, 'smoke.yml', new Date(Date.now() + 60_000).toISOString())).toBeUndefined();
  });
});

async function person<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${world.url}/api/v3/${path}`, {
    method,
    headers: { authorization: 'Bearer person:ann', 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
