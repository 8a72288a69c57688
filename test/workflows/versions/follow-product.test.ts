import { Worker } from '@temporalio/worker';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { createVersions } from '../../../activities/versions/index.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { readCatalog } from '../../../domain/catalog-text.ts';
import { versionStand } from '../../activities/versions/stand.ts';
import type { VersionStand } from '../../activities/versions/stand.ts';
import { workflowBundle } from '../../servers.ts';
import { useTimeSkipping } from '../time-skipping.ts';

const server = useTimeSkipping();
let queues = 0;

let stand: VersionStand;
/** A line of its own for each test: the server remembers the releases of those before. */
let major = 12;
let b: Sha;
let c: Sha;

/** B and C have reached production; the product's X.9.0 ships B. Somebody would have to approve what is started by hand. */
beforeEach(() => {
  stand = versionStand({ versions: '{ production: { environment: production }, approval: { approvers: [rm] }, product: { suffix: -ee } }' });
  major++;
  const { gitaly } = stand;
  gitaly.commit('A', { VERSION: `${major}.8.0` });
  git('tag', '-a', '-m', 'x', `v${major}.8.0`);
  b = gitaly.commit('B', { b: '1\n' });
  c = gitaly.commit('C', { c: '1\n' });
  stand.runs(c);
  stand.product.set('master', c);
});

const git = (...args: readonly string[]) => stand.gitaly.git(...args);

async function look(): Promise<{ readonly started: readonly string[]; readonly ended: readonly unknown[]; readonly announced: readonly string[] }> {
  const announced: string[] = [];
  const taskQueue = `products-${queues++}`;
  const worker = await Worker.create({
    connection: server().nativeConnection,
    taskQueue,
    workflowBundle,
    activities: { ...createVersions(stand.ports), report: async () => undefined, announce: async ({ text }: { readonly text: string }) => void announced.push(text), keepRecord: async () => undefined },
  });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const { started } = (await server().client.workflow.execute('followProduct', { taskQueue, workflowId: `product/gitaly/${queues}`, args: [{ component: 'gitaly' }] })) as { readonly started: readonly string[] };
  const ended: unknown[] = [];
  for (const id of started) ended.push(await server().client.workflow.getHandle(id).result());
  return { started, ended, announced };
}

it("the product's tag starts the release of what it ships, which nobody has to approve, once", async () => {
  stand.product.set(`v${major}.9.0-ee`, b);
  const { started, ended } = await look();
  expect(started).toEqual([`version/gitaly/${major}.9.0`]);
  expect(ended).toMatchObject([{ kind: 'versionReleased', version: `${major}.9.0` }]);
  expect(git('log', '-1', '--format=%P', `v${major}.9.0`)).toBe(b);
  expect((await look()).started).toEqual([]);
});

it('a candidate of the product has a number of the product, and is what it ships', async () => {
  stand.product.set(`v${major}.9.0-rc42-ee`, b);
  expect((await look()).ended).toMatchObject([{ kind: 'versionReleased', version: `${major}.9.0-rc42` }]);
  expect([git('log', '-1', '--format=%P', `v${major}.9.0-rc42`), git('rev-parse', `${major}-9-stable`)]).toEqual([b, git('rev-parse', `v${major}.9.0-rc42^{commit}`)]);
});

it('a product that ships a version ships the commit of its tag', async () => {
  git('tag', '-a', '-m', 'x', `v${major}.9.0-rc1`, b);
  stand.product.set(`v${major}.9.1-rc40-ee`, b).set(`v${major}.9.0-ee`, `${major}.9.0-rc1`);
  expect((await look()).ended).toMatchObject([{ kind: 'versionReleased', version: `${major}.9.0` }]);
  expect(git('log', '-1', '--format=%P', `v${major}.9.0`)).toBe(b);
});

it.each<[string, () => void, RegExp]>([
  ['ships what never reached production', () => stand.product.set(`v${major}.9.0-ee`, stand.gitaly.commit('D', { d: '1\n' })), /^gitaly \d+\.9\.0 is not released, though v\d+\.9\.0-ee asks for it: sha: [0-9a-f]{12} never reached production/],
  ['names no commit', () => stand.product.set(`v${major}.9.0-ee`, 'latest'), /GITALY_SERVER_VERSION at v\d+\.9\.0-ee of gitlab-org\/gitlab says "latest", which is neither/],
  ['is older than what the default branch has', () => stand.product.set(`v${major}.9.0-ee`, b).set('master', `${major}.10.0-rc1`), /\d+\.9\.0 is older than \d+\.10\.0-rc1, which master of gitlab-org\/gitlab has/],
])('a tag that %s is refused, told once, and not begun again', async (_, given, told) => {
  given();
  const { ended, announced } = await look();
  expect(ended).toMatchObject([{ kind: 'versionRefused' }]);
  expect(announced).toEqual([expect.stringMatching(told)]);
  expect((await look()).started).toEqual([]);
  expect(git('tag', '--list')).toBe(`v${major}.8.0`);
});

it('nobody gets past the approval by naming a tag that the product does not have, or that asks for another version', async () => {
  const [asked, other] = [`${major}.9.0`, `v${major}.10.0-ee`];
  stand.product.set(other, b);
  expect(await stand.plan(asked, { product: other, asker: 'product' })).toMatchObject({ kind: 'refused', reason: expect.stringContaining(`does not ask for ${asked}`) });
  await expect(stand.plan(asked, { product: `v${asked}-ee`, asker: 'product' })).rejects.toMatchObject({ type: 'Unavailable' });
  expect(await stand.plan(`${major}.10.0`, { product: other, asker: 'product', sha: c })).toMatchObject({ kind: 'refused', reason: expect.stringContaining('sha') });
});

it('the catalog needs a pin for it', () => {
  const read = readCatalog('version: 1\nenvironments: { production: {} }\ncomponents:\n  gitaly:\n    code: { canonical: org/gitaly }\n    versions: { production: { environment: production }, product: {} }\n');
  expect(read).toMatchObject({ kind: 'invalid', problems: [{ path: 'components.gitaly.versions.product', message: expect.stringContaining('needs a "pin"') }] });
});
