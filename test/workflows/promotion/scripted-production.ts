import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { expect, onTestFinished } from 'vitest';
import type { Activities } from '../../../activities/index.ts';
import type { QaFound } from '../../../activities/promotion/production/qa.ts';
import type { TicketMove } from '../../../activities/promotion/production/tickets.ts';
import type { Report } from '../../../activities/release/reports.ts';
import { stepsTo } from '../../../domain/promotion/production/plan.ts';
import type { ProductionPlan } from '../../../domain/promotion/production/plan.ts';
import { promotionRules } from '../../../domain/promotion/rules.ts';
import type { ProductionRequest } from '../../../domain/promotion/request.ts';
import type { ReleaseStatus } from '../../../domain/release/status.ts';
import { workerDataConverter } from '../../../temporal/data-converter.ts';
import { status } from '../../../workflows/release/messages.ts';
import { workflowBundle } from '../../servers.ts';
import { shaOf } from '../../shas.ts';
import { scriptedWorld } from '../scripted-world.ts';

let queues = 0;

export const name = '2024.09.02';
export const digest = `sha256:${'1'.repeat(64)}`;

export const rules = promotionRules.parse({
  repository: 'mozilla/blurts-server',
  stage: 'stage',
  onTag: ['retag.yml'],
  image: { name: 'monitor', tags: { production: 'prod-{version}', dev: 'dev-{version}' } },
  production: { name: 'production', environment: 'production', promote: { kind: 'workflow', workflow: 'deploy.yml', inputs: { environment: 'prod', tag: '{version}', key: '{key}' } } },
  previews: [{ name: 'dev', environment: 'dev', promote: { kind: 'workflow', workflow: 'deploy.yml', inputs: { environment: 'dev', tag: '{version}', key: '{key}' } } }],
  qa: { projects: ['MNTOR'], approved: ['QA Approved'], promoted: { from: ['Merged to main', 'QA Approved'], to: ['Promoted to Prod', 'Done'] } },
  gates: [{ name: 'e2e', workflow: 'e2e.yml', inputs: { key: '{key}' } }],
  checklist: [{ name: 'secret', about: 'a new version in Secret Manager' }],
  sanity: [{ name: 'spot-check', ask: 'open the site' }],
  chat: { progress: '#monitor' },
});

const item = (number: number, key: string) => ({ item: { name: `#${number}`, title: `${key}: a change`, url: `https://forge/pull/${number}`, author: 'ann' }, found: { kind: 'keyed', keys: [key] } as const });

export const plan: ProductionPlan = {
  kind: 'production', id: '', component: 'monitor', repository: rules.repository, name, candidate: shaOf('c'), isNew: false, before: { name: '2024.08.29', candidate: shaOf('a') },
  items: [item(1, 'MNTOR-1'), item(2, 'MNTOR-2')], reverted: [], older: 0, names: { [shaOf('c')]: name, [shaOf('a')]: '2024.08.29' },
  target: rules.production!, stages: stepsTo(rules.production!, { stageName: 'stage', isPreview: false }), isPreview: false, rules,
  pace: { poll: 100, sample: 100, retry: 50, attempt: 10_000, heartbeat: 5_000, patience: 60_000 },
};

/** Those that are named are not approved. */
export function qaOf(...open: readonly string[]): QaFound {
  const rows = plan.items.map(({ item: one, found }) => ({
    item: one, keys: found.kind === 'keyed' ? found.keys : [],
    verdict: open.includes(one.name) ? ({ kind: 'untested', why: 'it is "Ready for QA"' } as const) : ({ kind: 'approved', by: 'QA' } as const),
  }));
  return { rows, mark: open.join() };
}

/** Starts a production release in skipped time, in a world that does as the script says. */
export async function beginProduction(server: TestWorkflowEnvironment, { script = {}, changes = {}, request = {}, wrap = (same) => same }: { script?: Partial<Activities>; changes?: Partial<ProductionPlan>; request?: Partial<ProductionRequest>; wrap?: (activities: Activities) => Activities } = {}) {
  const taskQueue = `production-${queues++}`;
  const agreed: ProductionPlan = { ...plan, ...changes, id: `production/monitor/${taskQueue}` };
  const lines: string[] = [];
  const told: string[] = [];
  const well: Partial<Activities> = {
    planProduction: async () => agreed,
    verifyOrigin: async () => ({ kind: 'sound', digest, told: 'stage has reported it' }),
    makePreRelease: async () => 'https://forge/releases/new',
    tagRuns: async ({ workflows }) => workflows.map((workflow) => ({ workflow, state: 'succeeded', url: 'https://forge/run', id: 1 })),
    recordDigest: async () => digest,
    askAboutQa: async () => qaOf(),
    askAuthors: async () => undefined,
    hotfixUnderWay: async () => undefined,
    makeLatest: async ({ name: which }) => `https://forge/releases/${which}`,
    giveLatestBack: async () => ({ kind: 'givenBack' }),
    commitVerdict: async () => ({ kind: 'green' }),
    startGate: async () => ({ id: 5, url: 'https://forge/run/5' }),
    gateRun: async () => 'succeeded',
    lookAtHealth: async () => undefined,
    taggedImage: async () => digest,
    whyUnfit: async () => undefined,
    moveTicket: async ({ key }: TicketMove) => ({ kind: 'moved', key, status: 'Promoted to Prod' }),
    askAssignee: async () => undefined,
    report: async ({ line }: Report) => {
      lines.push(line);
      return { root: '1' };
    },
    announce: async ({ text }) => void told.push(text),
  };
  const { activities, calls } = scriptedWorld({ ...well, ...script });
  const worker = await Worker.create({ connection: server.nativeConnection, taskQueue, workflowBundle, activities: wrap(activities), dataConverter: workerDataConverter({}, 'default') });
  const running = worker.run();
  onTestFinished(async () => {
    worker.shutdown();
    await running;
  });
  const handle = await server.client.workflow.start('productionRelease', { workflowId: agreed.id, taskQueue, args: [{ component: 'monitor', release: name, ...request }] });
  const update = (message: string, payload: object) => handle.executeUpdate(message, { args: [payload] });
  return {
    handle, calls, lines, told, taskQueue, plan: agreed,
    confirm: (which: string, by = 'bob') => update('confirm', { item: which, by }),
    decide: (choice: string, more: object = {}) => update('decide', { choice, by: 'bob', reason: 'because', ...more }),
    abort: () => update('abort', { by: 'bob', reason: 'not today' }),
    marks: async () => Object.fromEntries(((await handle.query(status)) as ReleaseStatus).stages.map((stage) => [stage.name, stage.mark])),
    /** Waits, in real time, until it waits for this. */
    async waits(what: string | RegExp): Promise<ReleaseStatus> {
      let seen: ReleaseStatus | undefined;
      await expect.poll(async () => {
        seen = await handle.query(status);
        return seen.waitingFor?.what ?? seen.outcome ?? '';
      }, { timeout: 10_000, interval: 20 }).toMatch(what);
      return seen!;
    },
  };
}
