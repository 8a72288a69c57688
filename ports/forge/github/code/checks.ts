import type { Check } from '../../../../domain/code/pipeline.ts';
import type { GitHub } from '../connection/client.ts';

type Rest = GitHub['rest'];
type CheckRun = Awaited<ReturnType<Rest['checks']['listForRef']>>['data']['check_runs'][number];
type Suite = Awaited<ReturnType<Rest['checks']['listSuitesForRef']>>['data']['check_suites'][number];
type WorkflowRun = Awaited<ReturnType<Rest['actions']['listWorkflowRunsForRepo']>>['data']['workflow_runs'][number];
type Job = Awaited<ReturnType<Rest['actions']['listJobsForWorkflowRun']>>['data']['jobs'][number];
type Status = Awaited<ReturnType<Rest['repos']['listCommitStatusesForRef']>>['data'][number];

/** All that GitHub shows of a commit's CI. */
interface CommitChecks {
  readonly suites: readonly Suite[];
  readonly runs: readonly WorkflowRun[];
  readonly checkRuns: readonly CheckRun[];
  readonly statuses: readonly Status[];
  /** Of the newest attempt, by run: only of runs that have more than one. */
  readonly jobs: ReadonlyMap<number, readonly Job[]>;
}

/** Slug of the app whose suites are runs of workflows. */
const actions = 'github-actions';

/**
 * Of each workflow and event the newest run with all its jobs, of each app the newest of each name, of each status context the newest.
 * What is open, and has nothing to show for it, stands for itself.
 */
export function seenChecks({ suites, runs, checkRuns, statuses, jobs }: CommitChecks): readonly Check[] {
  const current = newestRuns(runs);
  const suiteIds = new Set(runs.map(({ check_suite_id }) => check_suite_id));
  const others = checkRuns.filter((check) => !suiteIds.has(check.check_suite?.id) || isPosted(check));
  return [
    ...current.flatMap((run) => ofRun(run, jobs.get(run.id) ?? checkRuns.filter((check) => check.check_suite?.id === run.check_suite_id && !isPosted(check)))),
    ...newest(others, (check) => `${owner(check)} ${check.name}`).map((check) => ofJob(check, check.app?.slug)),
    ...ofApps(suites.filter(({ id }) => !suiteIds.has(id)), checkRuns),
    ...newest(statuses, ({ context }) => context).map(({ context, state, target_url, created_at }): Check => ({
      name: context,
      state: statusState(state),
      since: created_at,
      ...(target_url && { url: target_url }),
    })),
  ];
}

/** A workflow that is started anew, not rerun, makes another run, and only the last one counts. */
export function newestRuns(runs: readonly WorkflowRun[]): readonly WorkflowRun[] {
  return newest(runs, ({ workflow_id, event }) => `${workflow_id} ${event}`);
}

/** Its jobs, and the run itself where it is open or has failed without any of them: jobs that need others appear late, or not at all. */
function ofRun(run: WorkflowRun, jobs: readonly (CheckRun | Job)[]): readonly Check[] {
  const of = run.path.split('@')[0]!.split('/').at(-1)!;
  const state = runState(run.status, run.conclusion);
  const checks = jobs.map((job) => ofJob(job, of));
  const isTold = checks.some((check) => check.state === state) || (checks.length > 0 && state !== 'pending' && state !== 'red');
  return isTold ? checks : [...checks, { name: run.name ?? of, of, state, since: run.updated_at, url: run.html_url }];
}

/** Suites that are open: GitHub makes one for every app that may ever report, so that one without a check shows nothing but that. */
function ofApps(suites: readonly Suite[], checkRuns: readonly CheckRun[]): readonly Check[] {
  const reported = new Set(checkRuns.map(({ app }) => app?.id));
  return suites.flatMap((suite): Check[] => {
    const { app, status, conclusion, created_at, updated_at, latest_check_runs_count: count } = suite;
    const [of, name] = [app?.slug ?? `suite ${suite.id}`, app?.name ?? `suite ${suite.id}`];
    const checks = checkRuns.filter((check) => check.check_suite?.id === suite.id);
    const state = runState(status ?? 'queued', conclusion);
    const isOwnWorkflow = of === actions && checks.length === 0 && status === 'completed' && state === 'red';
    if (isOwnWorkflow) return [{ name, of, state, ...(updated_at && { since: updated_at }) }];
    if (state !== 'pending' || checks.some((check) => check.status !== 'completed')) return [];
    if (checks.length > 0 || count > 0) return [{ name, of, state, ...(updated_at && { since: updated_at }) }];
    return reported.has(app?.id) ? [] : [{ name, of, state, announced: true, ...(created_at && { since: created_at }) }];
  });
}

function ofJob(job: CheckRun | Job, of: string | undefined): Check {
  const { name, status, conclusion, html_url, started_at, completed_at } = job;
  const since = completed_at ?? started_at;
  return { name, ...(of && { of }), state: runState(status, conclusion), ...(since && { since }), ...(html_url && { url: html_url }) };
}

/** Whether a step has posted it: GitHub then shows it in any suite of Actions, and at an address that is no job's. */
function isPosted({ html_url }: CheckRun): boolean {
  return /^https?:\/\/[^/]+\/[^/]+\/[^/]+\/runs\/\d+/.test(html_url ?? '');
}

/** Names are unique within an app, or, of jobs, within one suite of Actions. */
function owner(check: CheckRun): string {
  const { app, check_suite } = check;
  return app && (app.slug !== actions || isPosted(check)) ? `app ${app.slug ?? app.id}` : `suite ${check_suite?.id}`;
}

/** Of each the one with the highest id: GitHub's ids rise, its times can be missing. */
function newest<T extends { readonly id: number }>(attempts: readonly T[], identity: (attempt: T) => string): readonly T[] {
  const found = new Map<string, T>();
  for (const attempt of attempts) {
    const other = found.get(identity(attempt));
    if (!other || other.id < attempt.id) found.set(identity(attempt), attempt);
  }
  return [...found.values()];
}

/** Failed, cancelled, timed out, stale, in need of a person, or anything that GitHub may yet invent: red. */
function runState(status: string | null, conclusion: string | null): Check['state'] {
  if (status !== 'completed') return 'pending';
  if (conclusion === 'success') return 'green';
  return conclusion === 'neutral' || conclusion === 'skipped' ? conclusion : 'red';
}

function statusState(state: string): Check['state'] {
  if (state === 'pending') return 'pending';
  return state === 'success' ? 'green' : 'red';
}
