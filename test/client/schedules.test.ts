import { writeFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { runCommand } from '../../client/command.ts';
import { startTemporal } from '../servers.ts';
import type { TemporalServer } from '../servers.ts';
import { openFolder } from './folder.ts';

// A server of its own: schedules are looked at all together.
let temporal: TemporalServer;
let client: Client;

beforeAll(async () => {
  temporal = await startTemporal();
  client = new Client({ connection: await Connection.connect({ address: temporal.address }) });
});
afterAll(async () => {
  await client?.connection.close();
  await temporal?.stop();
});

it('makes a schedule for each component, and changes only what differs', async () => {
  const folder = await openFolder();
  onTestFinished(folder.remove);
  const catalog = folder.path('slipway.yaml');
  await writeFile(catalog, catalogText('1h'));

  expect(await apply(catalog, '--dry-run')).toMatchObject({ changes: [{ schedule: 'update/gitaly', kind: 'create' }], dryRun: true });
  await expect(client.schedule.getHandle('update/gitaly').describe()).rejects.toThrow();

  expect(await apply(catalog)).toMatchObject({ changes: [{ kind: 'create', lines: expect.arrayContaining(['every: 1 h', 'overlap: SKIP', 'catch-up window: 10 min']) }] });
  expect(await apply(catalog)).toMatchObject({ changes: [{ kind: 'same', lines: [] }] });
  expect((await client.schedule.getHandle('update/gitaly').describe()).action).toMatchObject({ workflowType: 'updateComponent', args: [{ component: 'gitaly' }] });

  await client.schedule.getHandle('update/gitaly').pause('a quiet week');
  await writeFile(catalog, catalogText('30m'));
  expect(await apply(catalog)).toMatchObject({ changes: [{ kind: 'update', lines: ['every: 1 h → 30 min'] }] });
  expect(await client.schedule.getHandle('update/gitaly').describe()).toMatchObject({ state: { paused: true, note: 'a quiet week' }, spec: { intervals: [{ every: 1_800_000 }] } });

  await client.schedule.create({
    scheduleId: 'update/gone',
    spec: { intervals: [{ every: '1d' }] },
    action: { type: 'startWorkflow', workflowType: 'updateComponent', taskQueue: 'slipway', args: [{ component: 'gone' }] },
  });
  await expect.poll(async () => apply(catalog)).toMatchObject({ changes: [{ kind: 'same' }, { schedule: 'update/gone', kind: 'foreign' }] });
});

it('makes a schedule for the daily pre-releases of what is promoted, from Monday to Friday by the clocks of its zone, and changes only what differs', async () => {
  const folder = await openFolder();
  onTestFinished(folder.remove);
  const catalog = folder.path('slipway.yaml');
  await writeFile(catalog, promotedAt('05:00'));
  const wanted = { schedule: 'pre-release/monitor', kind: 'create', lines: expect.arrayContaining(['every: 05:00, Monday to Friday, in America/Los_Angeles']) };
  expect(await apply(catalog)).toMatchObject({ changes: expect.arrayContaining([expect.objectContaining(wanted)]) });

  const { spec, action, info } = await client.schedule.getHandle('pre-release/monitor').describe();
  expect(action).toMatchObject({ workflowType: 'dailyPreRelease', args: [{ component: 'monitor' }] });
  expect(spec.timezone).toBe('America/Los_Angeles');
  const local = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const shown = info.nextActionTimes.map((at) => local.format(at));
  expect(shown.length).toBeGreaterThan(5);
  expect(shown.every((text) => /^(Mon|Tue|Wed|Thu|Fri),? 05:00$/.test(text))).toBe(true);

  expect(await apply(catalog)).toMatchObject({ changes: expect.arrayContaining([{ schedule: 'pre-release/monitor', kind: 'same', lines: [] }]) });
  await writeFile(catalog, promotedAt('06:30'));
  expect(await apply(catalog)).toMatchObject({
    changes: expect.arrayContaining([{ schedule: 'pre-release/monitor', kind: 'update', lines: ['every: 05:00, Monday to Friday, in America/Los_Angeles → 06:30, Monday to Friday, in America/Los_Angeles'] }]),
  });
});

function promotedAt(at: string): string {
  return `
version: 1
environments: {}
components:
  monitor:
    promotion:
      repository: org/monitor
      timeZone: America/Los_Angeles
      preRelease: { at: '${at}' }
      chat: { progress: '#progress' }
`;
}

async function apply(catalog: string, ...options: string[]): Promise<unknown> {
  let said = '';
  const terminal = { stdout: { write: (text: string) => (said += text) }, stderr: { write: () => true }, env: {} };
  expect(await runCommand(['--json', '--address', temporal.address, 'schedules', 'apply', '--catalog', catalog, ...options], terminal)).toBe(0);
  return JSON.parse(said);
}

function catalogText(schedule: string): string {
  return `
version: 1
environments: { staging: {} }
components:
  gitaly:
    code: { canonical: org/gitaly, mirror: org/mirror, schedule: ${schedule} }
    pin: { repository: org/product, versionFile: VERSION, head: release/gitaly, title: Update }
    stages: [{ name: staging, environment: staging, promote: { kind: deployment } }]
    chat: { progress: '#progress', team: '#team' }
`;
}

it('has backports looked for where the catalog names their label', async () => {
  const folder = await openFolder();
  onTestFinished(folder.remove);
  const catalog = folder.path('slipway.yaml');
  const text = catalogText('1h').replace("    chat:", "    versions: { production: { environment: staging }, backports: { label: Pick, schedule: 3m } }\n    chat:");
  await writeFile(catalog, text.replace('gitaly:', 'picked:'));
  expect(await apply(catalog)).toMatchObject({
    changes: expect.arrayContaining([{ schedule: 'backport/picked', kind: 'create', lines: expect.arrayContaining(['every: 3 min', expect.stringMatching(/^starts: backport \{"component":"picked"\}/)]) }]),
  });
});
