import { ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleDescription, ScheduleOptions } from '@temporalio/client';
import type { Command } from 'commander';
import type { Catalog } from '../../domain/catalog.ts';
import { productSchedule, productSchedules } from '../../domain/versions/product/tags.ts';
import { kinds } from '../../domain/release/kinds.ts';
import { spoken } from '../../domain/text/spoken.ts';
import type { Answer } from '../terminal/answer.ts';
import { catalogAt } from '../terminal/local-catalog.ts';
import { catalogOption, taskQueueOption } from '../terminal/options.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

interface ApplyOptions {
  readonly taskQueue: string;
  readonly catalog: string;
  readonly dryRun?: true;
}

/** What differs of one schedule, a line each. */
interface ScheduleChange {
  readonly schedule: string;
  readonly kind: 'create' | 'update' | 'same' | 'foreign';
  readonly lines: readonly string[];
}

/** What the ids of schedules begin with, by what they start. */
const prefixes = { update: 'update/', preRelease: kinds.preRelease.prefix, backports: kinds.backports.prefix, product: productSchedules } as const;
const catchupWindowMs = 10 * 60_000;

export function addSchedules(program: Command, answering: Answering): void {
  program
    .command('schedules')
    .description('the schedules by which components are looked at for a newer candidate, and get their daily pre-releases, their backports, and the versions that their product tags')
    .command('apply')
    .description('make them as the catalog says, and show what differs')
    .option('--dry-run', 'only show what differs')
    .addOption(taskQueueOption())
    .addOption(catalogOption('the catalog'))
    .action((options: ApplyOptions) => answering((session) => apply(session, options)));
}

async function apply({ server }: CommandSession, { taskQueue, catalog: file, dryRun }: ApplyOptions): Promise<Answer> {
  const catalog = await catalogAt(file);
  const { client } = await server();
  const changes: ScheduleChange[] = [];
  for (const wanted of schedulesOf(catalog, taskQueue)) changes.push(await applied(client, wanted, { dryRun: dryRun ?? false }));
  for await (const { scheduleId } of client.schedule.list()) {
    const foreign = Object.values(prefixes).some((prefix) => scheduleId.startsWith(prefix)) && !changes.some(({ schedule }) => schedule === scheduleId);
    if (foreign) changes.push({ schedule: scheduleId, kind: 'foreign', lines: ['not in the catalog: it stays, delete it in the UI'] });
  }
  const text = changes.map(({ schedule, kind, lines }) => [`${signs[kind]} ${schedule}`, ...lines.map((line) => `    ${line}`)].join('\n'));
  return { exit: 0, text: [...text, ...(dryRun ? ['Nothing was written'] : [])].join('\n'), json: { changes, dryRun: dryRun ?? false } };
}

const signs = { create: '+', update: '~', same: '=', foreign: '?' } as const;

/** A schedule as the catalog wants it. A tick that comes while the one before still waits is left out. */
type WantedSchedule = ScheduleOptions & { readonly scheduleId: string; readonly when: string };

function schedulesOf({ components }: Catalog, taskQueue: string): readonly WantedSchedule[] {
  const policies = { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchupWindowMs };
  const start = (workflowType: string, workflowId: string, component: string) => ({ type: 'startWorkflow', workflowType, workflowId, taskQueue, args: [{ component }] }) as const;
  const updates = Object.entries(components).flatMap(([component, { code, pin, stages }]) => (code && (pin || stages.length > 0) ? [{ component, code }] : [])).map(({ component, code }) => ({
    scheduleId: `${prefixes.update}${component}`,
    when: spoken(code.schedule),
    spec: { intervals: [{ every: code.schedule }] },
    action: start('updateComponent', `${prefixes.update}${component}`, component),
    policies,
  }));
  const promoted = Object.entries(components).flatMap(([component, { promotion }]) => (promotion ? [{ component, ...promotion }] : []));
  const preReleases = promoted.map(({ component, timeZone, preRelease }): WantedSchedule => {
    const [hour = 0, minute = 0] = preRelease.at.split(':').map(Number);
    return {
      scheduleId: `${prefixes.preRelease}${component}`,
      when: weekly(preRelease.at, timeZone),
      spec: { calendars: [{ dayOfWeek: { start: 'MONDAY', end: 'FRIDAY' }, hour, minute }], timezone: timeZone },
      // The workflow hands over to the day's own, so that none waits for the one before. Its id is not the day's: that is not known yet.
      action: start(kinds.preRelease.workflow, `daily/${component}`, component),
      policies,
    };
  });
  const backports = Object.entries(components).flatMap(([component, { versions }]): readonly WantedSchedule[] => {
    if (!versions?.backports) return [];
    const { schedule } = versions.backports;
    // Hands over to the component's queue, which may run for long.
    return [{ scheduleId: `${prefixes.backports}${component}`, when: spoken(schedule), spec: { intervals: [{ every: schedule }] }, action: start(kinds.backports.workflow, `picking/${component}`, component), policies }];
  });
  const products = Object.entries(components).flatMap(([component, { versions }]): readonly WantedSchedule[] => {
    if (!versions?.product) return [];
    const { schedule } = versions.product;
    const scheduleId = productSchedule(component);
    return [{ scheduleId, when: spoken(schedule), spec: { intervals: [{ every: schedule }] }, action: start('followProduct', scheduleId, component), policies }];
  });
  return [...updates, ...preReleases, ...backports, ...products];
}

function weekly(at: string, zone: string): string {
  return `${at}, Monday to Friday, in ${zone}`;
}

async function applied({ schedule }: Client, wanted: WantedSchedule, { dryRun }: { readonly dryRun: boolean }): Promise<ScheduleChange> {
  const { scheduleId, when: _, ...rest } = wanted;
  const handle = schedule.getHandle(scheduleId);
  const there = await handle.describe().catch((error: unknown) => {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  });
  if (!there) {
    if (!dryRun) await schedule.create({ scheduleId, ...rest });
    return { schedule: scheduleId, kind: 'create', lines: told(wanted).map(([name, value]) => `${name}: ${value}`) };
  }
  const before = new Map(found(there));
  const lines = told(wanted).flatMap(([name, value]) => (before.get(name) === value ? [] : [`${name}: ${before.get(name) ?? 'none'} → ${value}`]));
  // Whether it is paused is the operators' business.
  if (lines.length > 0 && !dryRun) await handle.update(({ state }) => ({ ...rest, state }));
  return { schedule: scheduleId, kind: lines.length > 0 ? 'update' : 'same', lines };
}

function told({ when, action, policies }: WantedSchedule): [string, string][] {
  return [
    ['every', when],
    ['starts', `${String(action.workflowType)} ${JSON.stringify(action.args?.[0])} on ${action.taskQueue}`],
    ['overlap', policies?.overlap ?? 'default'],
    ['catch-up window', spoken(Number(policies?.catchupWindow))],
  ];
}

function found({ spec, action, policies }: ScheduleDescription): [string, string][] {
  return [
    ['every', timesOf(spec)],
    ['starts', `${action.workflowType} ${JSON.stringify(action.args?.[0])} on ${action.taskQueue}`],
    ['overlap', policies.overlap ?? 'default'],
    ['catch-up window', spoken(policies.catchupWindow)],
  ];
}

/** What the server says of a schedule's times; of those that Slipway would not make, that they differ. */
function timesOf({ intervals = [], calendars = [], timezone = 'UTC' }: ScheduleDescription['spec']): string {
  const every = intervals.map((interval) => spoken(interval.every));
  const weekdays = calendars.map(({ dayOfWeek, hour, minute }) => {
    const [days, at] = [dayOfWeek?.[0], [hour?.[0]?.start, minute?.[0]?.start].map((part) => String(part ?? 0).padStart(2, '0')).join(':')];
    return days?.start === 'MONDAY' && days.end === 'FRIDAY' ? weekly(at, timezone) : 'other days';
  });
  return [...every, ...weekdays].join('; ');
}
