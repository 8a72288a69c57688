import { expect, it } from 'vitest';
import { asSha } from '../../domain/code/commit.ts';
import { approve, decide, reject } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { openProduct, product, reached } from './product.ts';
import { useServers } from './stand.ts';

const servers = useServers();

it('releases a fix for real after a person has taken the version back, and says "up to date" from then on', async () => {
  const { release, through, fix, pin, pinned, runs, pulls, hourly, start, world } = await openProduct(servers);
  const before = await pinned();
  const first = await release();
  expect(await through(first)).toMatchObject({ kind: 'released' });
  await pin(before, 'Revert "Update Gitaly version"');
  const sha = await fix('catfile');

  const second = await release();
  expect(second.workflowId).not.toBe(first.workflowId);
  expect(await through(second)).toMatchObject({ kind: 'released', candidate: sha });
  expect(await pinned()).toBe(sha);
  expect((await pulls()).map(({ merged_at }) => merged_at !== null)).toEqual([true, true]);
  for (const environment of ['staging', 'canary', 'production']) expect(await runs(environment)).toMatchObject({ version: sha });

  const { length } = await world.journal();
  for (let hour = 0; hour < 3; hour++) expect(await hourly()).toMatchObject({ kind: 'upToDate', pinned: sha });
  expect(await start()).toMatchObject({ kind: 'upToDate', pinned: sha });
  expect(await world.journal()).toHaveLength(length);
});

it('offers the same commit again, by a pull request of its own, when a person has taken it back and nothing is newer', async () => {
  const { release, through, pin, pinned, runs, pulls } = await openProduct(servers);
  const before = await pinned();
  expect(await through(await release())).toMatchObject({ kind: 'released' });
  const sha = await pinned();
  await pin(before);
  expect(await through(await release())).toMatchObject({ kind: 'released', candidate: sha });
  expect(await pinned()).toBe(sha);
  expect(await pulls()).toHaveLength(2);
  expect(await runs('production')).toMatchObject({ version: sha });
});

it('adopts the pull request that a terminated release has left, makes it carry the newest commit, and releases that', async () => {
  const { release, fix, world, client, pulls, pinned, runs } = await openProduct(servers);
  await world.control('ci', { repository: product, branch: 'release/gitaly', verdict: 'slow', afterMs: 86_400_000 });
  const first = await release();
  await reached(first, 'the pipeline of #1');
  await client.workflow.getHandle(first.workflowId).terminate('by hand');
  const sha = await fix('catfile');
  await world.control('ci', { repository: product, branch: 'release/gitaly', verdict: 'green' });

  const second = await release();
  await reached(second, 'approval of production');
  // Whoever has seen what was adopted may have meant that.
  await expect(second.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] })).rejects.toMatchObject({ cause: { message: `this release has carried another commit before: the vote has to say that it is for ${sha}` } });
  await second.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice', sha: asSha(sha) }] });
  expect(await second.result()).toMatchObject({ kind: 'released', candidate: sha });
  expect(await pinned()).toBe(sha);
  expect(await pulls()).toHaveLength(1);
  expect(await runs('production')).toMatchObject({ version: sha });
});

it('carries on what was merged and rejected, where somebody starts it, and as often as it is taken back', async () => {
  const { release, through, hourly, runs, pinned, client, start, lift } = await openProduct(servers);
  const first = await release();
  await reached(first, 'approval of production');
  await first.executeUpdate(reject.update, { args: [{ stage: 'production', by: 'alice', reason: 'the incident' }] });
  expect(await first.result()).toMatchObject({ kind: 'rejected' });
  const halted = { kind: 'halted', halt: { by: 'alice', reason: expect.stringContaining('was rejected at production: the incident') } };
  expect(await hourly()).toMatchObject(halted);
  expect(await start()).toMatchObject(halted);
  await lift();
  expect(await hourly()).toMatchObject({ kind: 'upToDate' });

  const second = await release();
  expect(second.workflowId).toMatch(/^release\/gitaly\/at-[0-9a-f]{12}-\d+$/);
  await reached(second, 'approval of production');
  expect(await start()).toMatchObject({ kind: 'upToDate' });
  await client.workflow.getHandle(second.workflowId).terminate();
  const third = await release();
  expect(await through(third)).toMatchObject({ kind: 'released', stages: ['production'] });
  expect(await runs('production')).toMatchObject({ version: await pinned() });
  expect(await hourly()).toMatchObject({ kind: 'upToDate' });
});

it('releases anew what was rolled back by a decision: the occasion is another one, and so are its keys', async () => {
  const { release, through, runs, pinned, world, hourly, lift } = await openProduct(servers);
  expect(await through(await release({}))).toMatchObject({ kind: 'released' });
  const before = await runs('production');
  await world.control('commit', { repository: 'gitlab-org/gitaly', branch: 'master', files: { 'internal/catfile.go': 'package catfile\n' }, message: 'Mend catfile' });
  await world.control('runs', { workflow: 'deploy.yml', conclusion: 'failure', times: 1 });
  const bad = await release();
  await reached(bad, 'how to go on after staging, which failed');
  await bad.executeUpdate(decide.update, { args: [{ choice: 'rollback', stage: 'staging', by: 'olga', reason: 'it failed' }] });
  expect(await bad.result()).toMatchObject({ kind: 'rolledBack', stage: 'staging' });
  expect(await runs('staging')).toMatchObject({ version: before.version });
  expect(await pinned()).not.toBe(before.version);
  expect(await hourly()).toMatchObject({ kind: 'halted', halt: { by: 'olga' } });
  await lift();
  expect(await hourly()).toMatchObject({ kind: 'upToDate' });

  const again = await release();
  expect(again.workflowId).not.toBe(bad.workflowId);
  await reached(again, 'approval of production');
  await expect.poll(async () => (await again.query(status)).waitingFor?.brings).toContain('was rolled back by olga at staging: it failed');
  await again.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] });
  expect(await again.result()).toMatchObject({ kind: 'released', stages: ['staging', 'canary', 'production'], candidate: await pinned() });
  for (const environment of ['staging', 'canary', 'production']) expect(await runs(environment)).toMatchObject({ version: await pinned() });
});

it('tells whoever approves all that the environment would get, and what of it was rejected before', async () => {
  const { release, through, fix, runs, pinned, pulls, world, lift } = await openProduct(servers);
  await through(await release());
  const { version: running } = await runs('production');
  const bad = await fix('catfile');
  const rejected = await release();
  await reached(rejected, 'approval of production');
  await rejected.executeUpdate(reject.update, { args: [{ stage: 'production', by: 'alice', reason: 'it loses data @bob' }] });
  await rejected.result();
  await lift();
  const good = await fix('hooks');
  const next = await release();
  const { waitingFor } = await reached(next, 'approval of production');
  await expect.poll(async () => (await next.query(status)).waitingFor?.brings).toBeDefined();
  const brings = `2 commits since ${running.slice(0, 12)}, which production runs; of them ${bad.slice(0, 12)} was rejected at production by alice: it loses data @bob`;
  expect((await next.query(status)).waitingFor).toMatchObject({ what: waitingFor!.what, brings });
  expect(await pinned()).toBe(good);
  const [newest] = await pulls();
  expect(newest!.body).toContain(`**production** would get 2 commits since ${running.slice(0, 12)}, which production runs; of them ${bad.slice(0, 12)} was rejected at production by alice: it loses data`);
  expect(newest!.body).not.toContain('@bob');
  expect(newest!.body).not.toContain('**staging** would get');
  await expect.poll(async () => (await world.snapshot()).chat.g_gitaly?.map(({ text }) => text)).toContainEqual(expect.stringContaining(`production waits for approval of ${brings.slice(0, 60)}`));
  await next.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] });
  expect(await next.result()).toMatchObject({ kind: 'released', candidate: good });
});

it('lets the hourly task carry it on where the catalog wants that', async () => {
  const { release, hourly, client, runs, pinned } = await openProduct(servers, { pin: { whenLeft: 'carryOn' } });
  const first = await release();
  await reached(first, 'approval of production');
  await first.terminate();
  const outcome = await hourly();
  if (outcome.kind !== 'handedOver') return expect.unreachable(JSON.stringify(outcome));
  const again = client.workflow.getHandle(outcome.to);
  await reached(again, 'approval of production');
  expect(await hourly()).toMatchObject({ kind: 'upToDate' });
  await again.executeUpdate(approve.update, { args: [{ stage: 'production', by: 'alice' }] });
  expect(await again.result()).toMatchObject({ kind: 'released' });
  expect(await runs('production')).toMatchObject({ version: await pinned() });
});

it('lets the newest of those that wait at a gate wait alone, and says of the others what is true', async () => {
  const { release, through, fix, runs } = await openProduct(servers);
  const first = await release();
  await reached(first, 'approval of production');
  await fix('catfile');
  const second = await release();
  await reached(second, 'approval of production');
  expect(await first.result()).toMatchObject({ kind: 'superseded', stage: 'production', by: second.workflowId, stays: ['#1 is merged'] });
  const sha = await fix('hooks');
  const third = await release();
  expect(await through(third)).toMatchObject({ kind: 'released', candidate: sha });
  expect(await second.result()).toMatchObject({ kind: 'superseded', by: third.workflowId, stays: ['#2 is merged'] });
  expect(await runs('production')).toMatchObject({ version: sha });
});
