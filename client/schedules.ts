import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleOptions } from '@temporalio/client';
import type { Command } from 'commander';
import type { Catalog } from '../domain/catalog.ts';
import { spoken } from '../domain/text/duration.ts';
import type { Answer } from './answer.ts';
import { catalogAt } from './local-catalog.ts';
import { catalogOption, taskQueueOption } from './options.ts';
import type { Answering, Session } from './session.ts';

interface ApplyOptions {
  readonly taskQueue: string;
  readonly catalog: string;
  readonly dryRun?: true;
}

/** What differs of one schedule, a line each. */
interface Change {
  readonly schedule: string;
  readonly kind: 'create' | 'update' | 'same' | 'foreign';
  readonly lines: readonly string[];
}

const prefix = 'update/';
const catchupWindowMs = 10 * 60_000;

export function addSchedules(program: Command, answering: Answering): void {
  program
    .command('schedules')
    .description('the schedules by which each component is looked at for a newer candidate')
    .command('apply')
    .description('make them as the catalog says, and show what differs')
    .option('--dry-run', 'only show what differs')
    .addOption(taskQueueOption())
    .addOption(catalogOption('the catalog'))
    .action((options: ApplyOptions) => answering((session) => apply(session, options)));
}

async function apply({ server }: Session, { taskQueue, catalog: file, dryRun }: ApplyOptions): Promise<Answer> {
  const catalog = await catalogAt(file);
  const { client } = await server();
  const changes: Change[] = [];
  for (const wanted of schedulesOf(catalog, taskQueue)) changes.push(await applied(client, wanted, { dryRun: dryRun ?? false }));
  for await (const { scheduleId } of client.schedule.list()) {
    const foreign = scheduleId.startsWith(prefix) && !changes.some(({ schedule }) => schedule === scheduleId);
    if (foreign) changes.push({ schedule: scheduleId, kind: 'foreign', lines: ['not in the catalog: it stays, delete it in the UI'] });
  }
  const text = changes.map(({ schedule, kind, lines }) => [`${signs[kind]} ${schedule}`, ...lines.map((line) => `    ${line}`)].join('\n'));
  return { exit: 0, text: [...text, ...(dryRun ? ['Nothing was written'] : [])].join('\n'), json: { changes, dryRun: dryRun ?? false } };
}

const signs = { create: '+', update: '~', same: '=', foreign: '?' } as const;

/** One for each component. A tick that comes while the one before still waits is left out. */
function schedulesOf({ components }: Catalog, taskQueue: string) {
  return Object.entries(components).map(([component, { source }]) => ({
    scheduleId: `${prefix}${component}`,
    spec: { intervals: [{ every: source.schedule }] },
    action: { type: 'startWorkflow', workflowType: 'updateComponent', workflowId: `${prefix}${component}`, taskQueue, args: [{ component }] },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupWindowMs },
  })) satisfies ScheduleOptions[];
}

type Wanted = ReturnType<typeof schedulesOf>[number];

async function applied({ schedule }: Client, wanted: Wanted, { dryRun }: { readonly dryRun: boolean }): Promise<Change> {
  const { scheduleId, ...rest } = wanted;
  const handle = schedule.getHandle(scheduleId);
  const there = await handle.describe().catch((error: unknown) => {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  });
  if (!there) {
    if (!dryRun) await schedule.create(wanted);
    return { schedule: scheduleId, kind: 'create', lines: told(wanted).map(([name, value]) => `${name}: ${value}`) };
  }
  const before = new Map(found(there));
  const lines = told(wanted).flatMap(([name, value]) => (before.get(name) === value ? [] : [`${name}: ${before.get(name) ?? 'none'} → ${value}`]));
  // Whether it is paused is the operators' business.
  if (lines.length > 0 && !dryRun) await handle.update(({ state }) => ({ ...rest, state }));
  return { schedule: scheduleId, kind: lines.length > 0 ? 'update' : 'same', lines };
}

function told({ spec, action, policies }: Wanted): [string, string][] {
  return [
    ['every', spec.intervals.map(({ every }) => spoken(every)).join(', ')],
    ['starts', `${action.workflowType} ${JSON.stringify(action.args[0])} on ${action.taskQueue}`],
    ['overlap', policies.overlap],
    ['catch-up window', spoken(policies.catchupWindow)],
  ];
}

function found({ spec, action, policies }: ScheduleDescription): [string, string][] {
  return [
    ['every', (spec.intervals ?? []).map(({ every }) => spoken(every)).join(', ')],
    ['starts', `${action.workflowType} ${JSON.stringify(action.args?.[0])} on ${action.taskQueue}`],
    ['overlap', policies.overlap ?? 'default'],
    ['catch-up window', spoken(policies.catchupWindow)],
  ];
}
