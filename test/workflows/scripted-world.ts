import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../activities/index.ts';
import type { ReleasePlan } from '../../domain/component/plan.ts';
import { shaOf } from '../shas.ts';

export const candidate = shaOf('c');
export const pinned = shaOf('a');
export const head = shaOf('d');
export const mergeSha = shaOf('e');

export const plan: ReleasePlan = {
  kind: 'release',
  id: 'release/gitaly/from-aaaaaaaaaaaa',
  component: 'gitaly',
  candidate,
  date: '2026-01-01T00:00:00Z',
  pinned,
  base: shaOf('b'),
  mirror: 'org/gitaly-mirror',
  mirrorBranch: 'master',
  mirrorChecks: [],
  pin: {
    repository: 'org/product',
    branch: 'master',
    versionFile: 'GITALY_SERVER_VERSION',
    head: 'release/gitaly',
    title: 'Update Gitaly version',
    labels: [],
    merge: 'merge',
    autoMerge: false,
    whenFixed: 'amend',
    whenLeft: 'wait',
    stale: { notice: 86_400_000, escalate: 86_400_000 },
    requiredChecks: [],
    ignoredChecks: [],
  },
  stages: [
    { name: 'staging', environment: 'staging', promote: { kind: 'deployment' }, health: [] },
    {
      name: 'production',
      environment: 'production',
      promote: { kind: 'workflow', workflow: 'deploy.yml', inputs: { key: '{key}', sha: '{sha}' } },
      approval: { approvers: ['alice', 'bob'], required: 1 },
      soak: 3_600_000,
      health: [],
    },
  ],
  chat: { progress: '#progress', team: '#team' },
  pace: { poll: 30_000, patience: 900_000, sample: 15_000, attempt: 60_000, heartbeat: 10_000, retry: 2_000 },
};

export interface ScriptedWorld {
  readonly activities: Activities;
  /** Every activity that was run, with the one thing that tells it apart: "promote staging". */
  readonly calls: string[];
}

/** Activities that do as the script says, and well where it says nothing. Their effects are tested elsewhere, against real parts. */
export function scriptedWorld(script: Partial<Activities> = {}): ScriptedWorld {
  const calls: string[] = [];
  const well = {
    plan: async () => plan,
    offer: async () => undefined,
    surveyComponent: async () => ({ channel: '#team' }),
    tellObjections: async () => undefined,
    object: async () => undefined,
    openPullRequest: async () => ({ number: 7, url: 'https://forge/org/product/pull/7', head, carries: candidate }),
    judgeCandidate: async () => undefined,
    amendPullRequest: async () => ({ kind: 'amended', head: shaOf('f'), date: '2026-01-02T00:00:00Z' }),
    describePullRequest: async () => undefined,
    adoptPullRequest: async () => ({ kind: 'edited', head, candidate: shaOf('e'), date: '2026-01-01T12:00:00Z' }),
    approvePullRequest: async () => 'nobody',
    letMerge: async () => 'waits',
    keepFromMerging: async () => 'kept',
    enqueuePullRequest: async () => ({ kind: 'queued' }),
    updatePullRequest: async () => ({ kind: 'updated', head: shaOf('b') }),
    rerunFailed: async () => 'rerun',
    base: async () => 'sound',
    headOf: async () => head,
    withdrawPullRequest: async () => ({ kind: 'withdrawn', number: 7 }),
    pipeline: async () => ({ kind: 'green' }),
    mergePullRequest: async () => ({ kind: 'merged', sha: mergeSha }),
    clearGate: async () => ({}),
    compareContents: async () => ({ kind: 'free' }),
    confirmContents: async () => ({ isThere: true }),
    compareRollback: async () => ({ kind: 'mayGo' }),
    newestPinning: async ({ sha }) => sha,
    promote: async ({ environment }) => ({ id: 1, url: `https://forge/runs/${environment}` }),
    deployed: async () => 'succeeded',
    soak: async () => ({}),
    report: async () => undefined,
    announce: async () => undefined,
    raiseAlarm: async () => undefined,
    commentOnPullRequest: async () => undefined,
    keepRecord: async () => undefined,
    openFlakyTestIssue: async () => undefined,
    authors: async () => ['Dana Kim', 'dana'],
    claimEnvironment: async () => ({ kind: 'granted', fence: 1, standing: { kind: 'free' } }),
    leaveEnvironment: async () => 'left',
    holderGone: async () => 'none',
    surveyEnvironment: async () => ({ deployed: {}, windows: [] }),
    observedSoFar: async () => undefined,
  } satisfies Partial<Activities>;
  const activities = Object.fromEntries(
    Object.entries({ ...well, ...script }).map(([name, run]) => [
      name,
      async (input: object) => {
        calls.push(`${name}${told(input)}`);
        return (run as (input: object) => Promise<unknown>)(input);
      },
    ]),
  ) as unknown as Activities;
  return { activities, calls };
}

/** A remote system that will not do it, however often it is asked. */
export function never(message: string): () => Promise<never> {
  return async () => {
    throw ApplicationFailure.nonRetryable(message, 'PermissionDenied');
  };
}

/** Nothing yet, for as long as the test lasts. */
export async function pending(): Promise<never> {
  throw ApplicationFailure.create({ type: 'NotYet', message: 'still running' });
}

function told(input: object): string {
  const named = input as { environment?: string; line?: string; claim?: { environment: string } } | undefined;
  const detail = named?.line ?? named?.environment ?? named?.claim?.environment;
  return detail === undefined ? '' : ` ${detail}`;
}
