import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planOf, scriptedSchemas } from '../workflows/schemas/scripted-schemas.ts';
import { pending } from '../workflows/scripted-world.ts';
import { idOf, openStand } from './stand.ts';

let stand: Awaited<ReturnType<typeof openStand>>;
beforeAll(async () => {
  stand = await openStand('kinds');
});
afterAll(() => stand?.close());

/** A worker whose bucket has another tarball already, so that a release of schemas asks. */
async function schemas(component: string, script: Parameters<typeof scriptedSchemas>[1] = {}) {
  const version = 'v5.3.4444';
  const plan = { ...planOf({ component: 'migrator', version, action: 'inject-current-schemas' }), component, id: `schemas/${component}/${version}` };
  const { activities } = scriptedSchemas(plan, script);
  const queue = await stand.worker(activities);
  const start = (type: string, input: object) => stand.slipway('start', type, component, '--input', JSON.stringify({ version, ...input }), '--task-queue', queue, '--catalog', 'none');
  return { id: plan.id, start };
}

describe('a schema release', () => {
  it('is found by its component, and by its version', async () => {
    const { id, start } = await schemas('migrator', { makeArchive: async () => ({ kind: 'occupied', generation: '77', size: 12, crc32c: 'AAAAAA==' }) });
    expect(await start('schemaRelease', { action: 'inject-current-schemas' })).toMatchObject({ exit: 0 });
    await expect.poll(() => stand.slipway('status', 'migrator', '--json')).toMatchObject({ exit: 0, stdout: expect.stringContaining('"confirmation"') });
    expect(await stand.slipway('status', 'v5.3.4444', '--json')).toMatchObject({ stdout: expect.stringContaining(id) });
    expect(await stand.slipway('confirm', 'migrator', '--item', 'overwrite', '--text', 'no', '--by', 'alice')).toEqual({ exit: 0, stdout: `confirm accepted by ${id}\n`, stderr: '' });
  });
});

it('an upload of schemas is on the board', async () => {
  const { id, start } = await schemas('frontend', { uploadSchemas: pending });
  expect(await start('uploadCurrentSchemas', {})).toMatchObject({ exit: 0 });
  await expect.poll(async () => JSON.parse((await stand.slipway('board', '--json')).stdout)).toMatchObject({ moving: expect.arrayContaining([{ id, status: expect.objectContaining({ state: 'publishing' }) }]) });
});

it('what passes an id on is not on the board', async () => {
  const queue = await stand.worker({ pipeline: pending });
  await stand.slipway('start', 'componentRelease', 'passed', '--task-queue', queue, '--catalog', 'none');
  const { moving } = JSON.parse((await stand.slipway('board', '--json')).stdout) as { moving: readonly { id: string }[] };
  expect(moving.map(({ id }) => id)).toContain(idOf('passed'));
  expect(moving.filter(({ id }) => id.startsWith('start/'))).toEqual([]);
});

it('the command completes the types of all kinds', async () => {
  const { stdout } = await stand.slipway('completion', 'bash');
  for (const type of ['componentRelease', 'featureFlagRollout', 'schemaRelease', 'uploadCurrentSchemas']) expect(stdout).toContain(type);
});
