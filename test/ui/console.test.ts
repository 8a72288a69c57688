import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { part } from '../../sandbox/parts/parts.mjs';
import { freePort, startProcess } from '../../sandbox/demonstrations/processes.ts';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { slipway } from '../../sandbox/demonstrations/slipway.ts';
import { startLoginServer } from '../../sandbox/login/login-server.ts';
import type { LoginServer } from '../../sandbox/login/login-server.ts';
import { startSandbox, startTemporal, startWorker } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';

let temporal: TemporalServer;
let sandbox: SandboxServer;
let worker: RunningProcess;
let pages: RunningProcess;
let login: LoginServer;
let browser: Browser;
let page: Page;
let url: string;
let release: string;
let folder: string;
let env: Record<string, string>;
let removeCatalog: () => Promise<void>;
const errors: string[] = [];

const taskQueue = 'slipway';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Where pictures of the pages are put, to be looked at. */
const pictures = process.env.SLIPWAY_PICTURES;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-console-'));
  [temporal, sandbox] = await Promise.all([startTemporal({ ui: true }), startSandbox({ validated: false })]);
  const world = await openWorld(sandbox.url);
  const catalog = await writeCatalog(world);
  removeCatalog = catalog.remove;
  await writeFile(catalog.file, `${readFileSync(catalog.file, 'utf8')}\naccounts:\n  logins:\n    alice: account-1\n`);

  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const key = join(folder, 'console.jwk');
  await writeFile(key, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'console' }));
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'console' }] });
  worker = await startWorker({ ...workerEnvironment(world, { address: temporal.address, taskQueue, catalog: catalog.file }), SLIPWAY_APPROVAL_KEYS: keys });

  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  login = await startLoginServer(url);
  env = { TEMPORAL_ADDRESS: temporal.address, SLIPWAY_CATALOG: catalog.file, SLIPWAY_TASK_QUEUE: taskQueue, SLIPWAY_UI: temporal.uiUrl! };
  pages = await startProcess({
    program: process.execPath,
    args: [join(project, 'dist/client/slipway.js'), 'console', '--port', String(port)],
    env: { ...env, SLIPWAY_CONSOLE_URL: url, SLIPWAY_CONSOLE_ISSUER: login.issuer, SLIPWAY_CONSOLE_CLIENT_ID: login.clientId, SLIPWAY_CONSOLE_CLIENT_SECRET: login.clientSecret, SLIPWAY_CONSOLE_KEY: key },
    ready: (line) => (line.startsWith('the console is at') ? true : undefined),
  });
  release = ((await slipway(['start', 'componentRelease', 'gitaly'], env)) as { release: string }).release;
  browser = await chromium.launch({ executablePath: await part('chromium'), args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'] });
  page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
  page.setDefaultTimeout(60_000);
  // The login server's page is not ours.
  const isOurs = (address: string) => address.startsWith(url);
  page.on('console', (message) => message.type() === 'error' && isOurs(message.location().url) && errors.push(message.text()));
  page.on('pageerror', (error) => isOurs(page.url()) && errors.push(String(error)));
});
afterAll(async () => {
  await browser?.close();
  await pages?.stop();
  await worker?.stop();
  await login?.stop();
  await removeCatalog?.();
  await Promise.all([temporal?.stop(), sandbox?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

it('shows on the board what waits, and lets whoever is asked approve it by two clicks', async () => {
  await page.goto(url);
  await page.getByText('approval of production').first().waitFor();
  await look('board');
  await page.getByRole('link', { name: 'Log in to decide' }).click();
  await page.locator('input[name=login]').fill('account-1');
  await page.locator('input[name=password]').fill('x');
  await page.getByRole('button', { name: /sign-in/i }).click();
  await page.getByRole('button', { name: /continue/i }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();

  await page.goto(`${url}/r/${release}`);
  await look('release');
  await Promise.all([page.waitForResponse((response) => response.url().includes('/say/') && response.status() === 303), page.getByRole('button', { name: 'approve production' }).click()]);
  await page.getByText(/released through staging, canary, production/).waitFor();
  await page.getByText(/signed with console for account-1 at/).waitFor();
  await look('released');
  expect(errors).toEqual([]);
});

it('tells what has changed without being loaded anew, and is whole without scripts', async () => {
  const watching = await browser.newPage();
  await watching.goto(url);
  await watching.getByText('nothing that is known').or(watching.getByText('for ')).first().waitFor();
  await slipway(['freeze', 'production', '--by', 'kim', '--reason', 'an incident'], env);
  await watching.getByText('frozen by kim: an incident').waitFor();
  await watching.close();

  const plain = await browser.newPage({ javaScriptEnabled: false });
  await plain.goto(url);
  expect(await plain.textContent('main')).toContain('frozen by kim: an incident');
  expect(await plain.locator('noscript').count()).toBe(1);
  await plain.close();
});

it.each([
  ['on a phone', { width: 390, height: 844 }],
  ['at 200 %', { width: 640, height: 450 }],
])('cuts nothing off %s', async (_, viewport) => {
  await page.setViewportSize(viewport);
  for (const path of ['/', `/r/${release}`, '/r/release/nothing/from-1']) {
    await page.goto(`${url}${path}`);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    await look(`${viewport.width}${path.replaceAll('/', '-')}`);
  }
  await page.setViewportSize({ width: 1_280, height: 900 });
});

it('can be used by keyboard alone', async () => {
  await page.goto(url);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('main');
});

/** Nothing that hinders anybody is on it; a picture of it is kept where one is wanted. */
async function look(name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]!.html}`));
  expect(found.filter((finding) => /^(serious|critical)/.test(finding))).toEqual([]);
}
