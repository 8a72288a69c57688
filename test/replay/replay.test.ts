import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, expect, it } from 'vitest';
import { project } from '../../sandbox/parts/build.mjs';
import { workflowBundle } from '../servers.ts';

const folder = join(project, 'test/replay/histories');
const recorded = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

beforeAll(() => Runtime.install({ logger: new DefaultLogger('ERROR') }));

it('has histories', () => expect(recorded.length).toBeGreaterThan(0));

it.each(recorded)('replays %s on the production bundle', async (file) => {
  const history = read(file);
  await expect(Worker.runReplayHistory({ workflowBundle }, history, workflowId(history))).resolves.toBeUndefined();
});

it('notices a history that this code would not have made', async () => {
  const history = read(recorded.find((file) => file.endsWith('a-straight-release.json'))!);
  const event = history.events.find(({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType.name === 'openPullRequest');
  event!.activityTaskScheduledEventAttributes!.activityType.name = 'mergePullRequest';
  await expect(Worker.runReplayHistory({ workflowBundle }, history, workflowId(history))).rejects.toBeInstanceOf(DeterminismViolationError);
});

interface RecordedHistory {
  readonly events: readonly {
    readonly workflowExecutionStartedEventAttributes?: { readonly workflowId: string };
    readonly activityTaskScheduledEventAttributes?: { readonly activityType: { name: string } };
  }[];
}

function read(file: string): RecordedHistory {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as RecordedHistory;
}

function workflowId({ events }: RecordedHistory): string {
  return events[0]!.workflowExecutionStartedEventAttributes!.workflowId;
}
