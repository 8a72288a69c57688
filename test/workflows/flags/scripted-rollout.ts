import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../../activities/index.ts';
import { catalogSchema } from '../../../domain/catalog.ts';
import type { FlagSetting } from '../../../domain/flags/setting.ts';
import type { WatchEnd } from '../../../domain/flags/watch.ts';
import type { ReleaseRecord } from '../../../domain/release/record.ts';
import { flagRules } from '../../../domain/flags/rules.ts';
import type { RolloutPlan } from '../../../domain/flags/plan.ts';
import { agreeOnRollout } from '../../../domain/flags/plan.ts';
import { shaOf } from '../../shas.ts';

export const commit = shaOf('c');
export const flag = 'gitaly_x';

const rules = flagRules.parse({
  prefix: 'gitaly_',
  operators: ['olga'],
  staging: { environment: 'staging', testers: ['tina'] },
  production: { environment: 'production' },
  issues: { repository: 'org/gitaly', labels: ['feature flag'] },
  incidents: { repository: 'org/production', label: 'incident' },
});

const catalog = catalogSchema.parse({
  version: 1,
  // Time is skipped only while somebody waits for a result.
  pace: { poll: '100ms', sample: '100ms', retry: '50ms' },
  environments: { staging: {}, production: {} },
  components: {
    gitaly: {
      code: { canonical: 'org/gitaly', mirror: 'org/gitaly-mirror' },
      pin: { repository: 'org/product', versionFile: 'GITALY_SERVER_VERSION', head: 'release/gitaly', title: 'Update' },
      stages: [{ name: 'production', environment: 'production', promote: { kind: 'deployment' } }],
      chat: { progress: '#progress', team: '#team' },
    },
  },
});

/** A plan like the catalog's, but for what the test is about. */
export function planOf(changes: Partial<RolloutPlan['rules']> = {}, production: Partial<RolloutPlan['rules']['production']> = {}): RolloutPlan {
  const changed = { ...rules, ...changes, production: { ...rules.production, ...production } };
  const { code, ...gitaly } = catalog.components.gitaly!;
  return agreeOnRollout(catalog.pace, { code: code!, ...gitaly, flags: changed }, { component: 'gitaly', flag, commit });
}

export interface ScriptedRollout {
  readonly activities: Activities;
  /** What was written to flags and issues, in order: "production 5", "removal". */
  readonly effects: string[];
  /** What the rollout's thread was told, and what the team's channel. */
  readonly lines: string[];
  readonly announced: string[];
  readonly records: ReleaseRecord[];
  /** The labels that the rollout issue was given, in order. */
  readonly labels: string[];
  /** What the flag services have. */
  readonly settings: Map<string, FlagSetting>;
  /** What the next watches find, by environment and setting ("production 25"); passed, where nothing is scripted. */
  find(where: string, ...findings: readonly (WatchEnd | 'nothing yet')[]): void;
  /** How the rollout issue's checklist was last written. */
  checklist(): string;
}

/** Flag services and issues in memory, which do well where the script says nothing. Their real ones are tested elsewhere. */
export function scriptedRollout(plan: RolloutPlan, script: Partial<Activities> = {}): ScriptedRollout {
  const effects: string[] = [];
  const lines: string[] = [];
  const announced: string[] = [];
  const records: ReleaseRecord[] = [];
  const labels: string[] = [];
  const settings = new Map<string, FlagSetting>([
    ['staging', 'unset'],
    ['production', 'unset'],
  ]);
  const findings = new Map<string, (WatchEnd | 'nothing yet')[]>();
  let checklist = '';

  const well = {
    planRollout: async () => plan,
    followEnvironment: async () => undefined,
    deployedCode: async () => ({ kind: 'deployed', at: commit }),
    codeDeployed: async () => undefined,
    hindrance: async () => undefined,
    unhindered: async () => undefined,
    readFlag: async ({ environment }) => settings.get(environment)!,
    async setFlag({ environment, from, to }) {
      const found = settings.get(environment)!;
      if (found !== from && found !== to) throw ApplicationFailure.nonRetryable(`${environment} is ${String(found)}: somebody else has set it`, 'Conflict');
      settings.set(environment, to);
      effects.push(`${environment} ${String(to)}`);
      return to;
    },
    async restoreFlag({ environment, ours, to }) {
      const found = settings.get(environment)!;
      if (found !== to && !ours.includes(found)) return { left: String(found) };
      settings.set(environment, to);
      effects.push(`${environment} back to ${String(to)}`);
      return {};
    },
    async watchFlag({ environment, expected, soakMs }) {
      const where = `${environment} ${String(expected)}`;
      const finding = findings.get(where)?.[0] ?? { kind: 'passed' };
      const neverPasses = finding !== 'nothing yet' && finding.kind === 'passed' && soakMs === undefined;
      if (finding === 'nothing yet' || neverPasses) throw ApplicationFailure.create({ type: 'NotYet', message: 'not yet' });
      findings.get(where)?.shift();
      return finding;
    },
    openRolloutIssue: async () => ({ number: 3, url: 'https://forge/org/gitaly/issues/3' }),
    async followRolloutIssue({ section, label }) {
      checklist = section;
      if (label) labels.push(label);
    },
    async askForRemoval() {
      effects.push('removal');
      return { number: 4, url: 'https://forge/org/gitaly/issues/4' };
    },
    report: async ({ line }) => void lines.push(line),
    announce: async ({ text }) => void announced.push(text),
    keepRecord: async (record) => void records.push(record),
  } satisfies Partial<Activities>;

  return {
    activities: { ...well, ...script } as Activities,
    effects,
    lines,
    announced,
    records,
    labels,
    settings,
    find(where, ...list) {
      findings.set(where, [...list]);
    },
    checklist: () => checklist,
  };
}
