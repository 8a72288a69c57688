import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { part } from '../../sandbox/parts/parts.mjs';
import { startSandbox, startTemporal, startWorker } from '../servers.ts';
import type { SandboxServer, TemporalServer } from '../servers.ts';
import type { RunningProcess } from '../../sandbox/demonstrations/processes.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { World } from '../worlds.ts';

let temporal: TemporalServer;
let sandbox: SandboxServer;
let world: World;
let worker: RunningProcess;
let browser: Browser;
let page: Page;
let removeCatalog: () => Promise<void>;

const taskQueue = 'slipway';

beforeAll(async () => {
  [temporal, sandbox] = await Promise.all([startTemporal({ ui: true }), startSandbox({ validated: false })]);
  world = await openWorld(sandbox.url);
  const catalog = await writeCatalog(world);
  removeCatalog = catalog.remove;
  worker = await startWorker(workerEnvironment(world, { address: temporal.address, taskQueue, catalog: catalog.file }));
  browser = await chromium.launch({
    executablePath: await part('chromium'),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.setDefaultTimeout(30_000);
});
afterAll(async () => {
  await browser?.close();
  await worker?.stop();
  await removeCatalog?.();
  await Promise.all([temporal?.stop(), sandbox?.stop()]);
});

it('lets an operator carry a release to production with nothing but the Temporal UI', async () => {
  await startFromTheForm({ id: 'whatever-an-operator-types', input: '{"component":"gitaly"}' });
  const release = await openRelease();

  await read(release, /Waiting for approval of production by alice, bob/);
  const details = await read(release, /Send approve with/);
  const template = /\{"stage":"production","by":"alice","sha":"[0-9a-f]{40}"\}/.exec(details)?.[0];
  expect(template).toBeDefined();

  await sendSignal(release, 'approve', template!);
  await read(release, /Ended: released through staging, canary, production/);
  await page.goto(`${release}/history`);
  await page.getByText('Completed', { exact: true }).first().waitFor();
});

it('tells an operator what was wrong with an input, instead of hanging', async () => {
  await startFromTheForm({ id: 'mistyped', input: '{"component":"gitlay"}' });
  await page.goto(`${temporal.uiUrl}/namespaces/default/workflows/mistyped`);
  await page.getByText('Failed', { exact: true }).first().waitFor();
  await page.getByText(/did you mean \\?"gitaly\\?"/).first().waitFor();
});

async function startFromTheForm({ id, input }: { id: string; input: string }): Promise<void> {
  await page.goto(`${temporal.uiUrl}/namespaces/default/workflows/start-workflow?taskQueue=${taskQueue}&workflowType=componentRelease&workflowId=${id}`);
  const workflowType = page.getByRole('textbox', { name: 'Workflow Type' });
  await expect.poll(() => workflowType.inputValue()).toBe('componentRelease');
  await page.locator('.cm-content').first().click();
  await page.keyboard.insertText(input);
  // Leaving the editor reformats it, which moves the button: leave it before clicking there.
  await workflowType.click();
  await page.getByRole('button', { name: 'Start Workflow' }).click();
  await page.getByText('Workflow started successfully').waitFor();
}

/** The address of the release that the form's one handed over to. */
async function openRelease(): Promise<string> {
  await expect
    .poll(
      async () => {
        await page.goto(`${temporal.uiUrl}/namespaces/default/workflows`);
        return page.getByRole('link', { name: /^release\/gitaly\/from-/ }).first().waitFor({ timeout: 3_000 }).then(() => true, () => false);
      },
      { timeout: 60_000, interval: 500 },
    )
    .toBe(true);
  await page.getByRole('link', { name: /^release\/gitaly\/from-/ }).first().click();
  await page.waitForURL(/\/workflows\/release%2F.*\//);
  return page.url().replace(/\/(history|timeline).*$/, '');
}

/** Reads the Current Details until they say what is looked for. */
async function read(release: string, wanted: RegExp): Promise<string> {
  let seen = '';
  await expect
    .poll(
      async () => {
        await page.goto(`${release}/user-metadata`);
        await page.getByText('Current Details').waitFor();
        const frame = page.frameLocator('iframe').last().locator('body');
        seen = await frame.innerText({ timeout: 5_000 }).catch(() => '');
        return seen.replaceAll(/\s+/g, ' ');
      },
      { timeout: 60_000, interval: 1_000 },
    )
    .toMatch(wanted);
  return seen;
}

async function sendSignal(release: string, name: string, payload: string): Promise<void> {
  await page.goto(`${release}/user-metadata`);
  await page.getByRole('button', { name: 'More Actions' }).click();
  await page.getByRole('menuitem', { name: /Send a Signal/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Send a Signal' });
  await dialog.getByRole('button', { name: 'Select a signal' }).click();
  await dialog.getByRole('option', { name: new RegExp(`^${name}`) }).click();
  await dialog.locator('.cm-content').first().click();
  await page.keyboard.insertText(payload);
  await dialog.getByRole('heading', { name: 'Input' }).click();
  await dialog.getByRole('button', { name: 'Submit' }).click();
  await dialog.waitFor({ state: 'hidden' });
}
