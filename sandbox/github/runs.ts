import { readCommit } from '../git/history.ts';
import { isoSeconds } from '../clock.ts';
import { json } from '../exchange.ts';
import { effect } from '../world.ts';
import { paginate, numberParam, perform } from './call.ts';
import { rerunCi } from './ci.ts';
import { followDeployRun } from './controller.ts';
import { resolveCommit } from './refs.ts';
import { Refusal, notFound } from './refusal.ts';
import { apiUrl, htmlUrl, renderMinimalRepository } from './repository.ts';
import { nodeId, renderUser, userNamed } from './users.ts';
import type { Call, Handlers } from './call.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';

export type Conclusion = 'success' | 'failure' | 'cancelled' | 'neutral' | 'skipped';

export type Progress = 'queued' | 'in_progress' | 'completed';

export interface Workflow {
  readonly id: number;
  readonly name: string;
  /** File name below `.github/workflows/`. */
  readonly file: string;
  readonly inputs: Readonly<Record<string, { readonly required: boolean }>>;
  /** The input that the run's name is made of. */
  readonly runNameInput: string | undefined;
  readonly createdAt: string;
}

/** A job of a run is also a check run of its commit, with the same id. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly attempt: number;
  status: Progress;
  conclusion: Conclusion | undefined;
  startedAt: string;
  completedAt: string | undefined;
}

export interface Run {
  readonly id: number;
  readonly suiteId: number;
  readonly workflow: Workflow;
  readonly number: number;
  readonly event: 'push' | 'workflow_dispatch';
  readonly title: string;
  readonly branch: string | undefined;
  readonly sha: string;
  readonly actor: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly createdAt: string;
  attempt: number;
  updatedAt: string;
  status: Progress;
  conclusion: Conclusion | undefined;
  /** Of every attempt, oldest first. */
  readonly jobs: Job[];
}

export const runHandlers = {
  'actions/get-workflow': ({ world, repository, params }) => json(200, renderWorkflow(world, repository, workflowNamed(repository, params['workflow_id']))),
  'actions/create-workflow-dispatch': dispatch,
  'actions/list-workflow-runs': (call) => listRuns(call, workflowNamed(call.repository, call.params['workflow_id'])),
  'actions/list-workflow-runs-for-repo': (call) => listRuns(call),
  'actions/get-workflow-run': async (call) => json(200, await renderRun(call.world, call.repository, runOf(call))),
  'actions/list-jobs-for-workflow-run': listJobs,
  'actions/re-run-workflow-failed-jobs': rerunFailedJobs,
} satisfies Handlers<
  | 'actions/get-workflow' | 'actions/create-workflow-dispatch' | 'actions/list-workflow-runs' | 'actions/list-workflow-runs-for-repo'
  | 'actions/get-workflow-run' | 'actions/list-jobs-for-workflow-run' | 'actions/re-run-workflow-failed-jobs'
>;

export function addRun(
  world: World,
  repository: Repository,
  run: Pick<Run, 'workflow' | 'event' | 'title' | 'branch' | 'sha' | 'actor' | 'inputs'> & { jobs: readonly string[] },
): Run {
  const at = world.clock.now();
  const added: Run = {
    ...run,
    id: world.nextId(),
    suiteId: world.nextId(),
    number: repository.runs.filter(({ workflow }) => workflow.id === run.workflow.id).length + 1,
    attempt: 1,
    createdAt: at,
    updatedAt: at,
    status: 'queued',
    conclusion: undefined,
    jobs: run.jobs.map((name) => newJob(world, name, 1)),
  };
  repository.runs.push(added);
  return added;
}

export function newJob(world: World, name: string, attempt: number): Job {
  return { id: world.nextId(), name, attempt, status: 'queued', conclusion: undefined, startedAt: world.clock.now(), completedAt: undefined };
}

/** The jobs of the newest attempt. */
export function currentJobs(run: Run): Job[] {
  return run.jobs.filter((job) => job.attempt === run.attempt);
}

export function beginRun(world: World, run: Run): void {
  run.status = 'in_progress';
  run.updatedAt = world.clock.now();
  for (const job of currentJobs(run)) {
    if (job.status === 'queued') job.status = 'in_progress';
  }
}

/** Ends all jobs that have not ended yet, and the run with the worst of the conclusions. */
export function endRun(world: World, run: Run, conclude: (job: Job) => Conclusion): void {
  const at = world.clock.now();
  for (const job of currentJobs(run).filter(({ status }) => status !== 'completed')) {
    Object.assign(job, { status: 'completed', conclusion: conclude(job), completedAt: at });
  }
  const conclusions = new Set(currentJobs(run).map((job) => job.conclusion));
  const worst = (['failure', 'cancelled', 'success', 'neutral', 'skipped'] as const).find((one) => conclusions.has(one));
  Object.assign(run, { status: 'completed', conclusion: worst, updatedAt: at });
}

async function dispatch(call: Call<'actions/create-workflow-dispatch'>) {
  const { world, repository, user, body } = call;
  const workflow = workflowNamed(repository, call.params['workflow_id']);
  const inputs = checkedInputs(workflow, (body.inputs ?? {}) as Record<string, unknown>);
  const branch = body.ref.replace(/^refs\/(heads|tags)\//, '');
  const sha = await resolveCommit(repository, branch);
  if (sha === undefined || /^[0-9a-f]{40}$/.test(branch)) throw new Refusal(422, `No ref found for: ${body.ref}`);

  const title = (workflow.runNameInput && inputs[workflow.runNameInput]) || workflow.name;
  const run = await perform(call, () =>
    effect(`dispatch ${repository.fullName} ${workflow.file} ${title}`, () => {
      const added = addRun(world, repository, { workflow, event: 'workflow_dispatch', title, branch, sha, actor: user.login, inputs, jobs: ['deploy'] });
      followDeployRun(world, repository, added);
      return added;
    }),
  );
  if (!body.return_run_details) return { status: 204 };
  return json(200, { workflow_run_id: run.id, run_url: runUrl(world, repository, run), html_url: `${htmlUrl(world, repository)}/actions/runs/${run.id}` });
}

function checkedInputs(workflow: Workflow, given: Record<string, unknown>): Record<string, string> {
  const unexpected = Object.keys(given).filter((name) => !(name in workflow.inputs));
  if (unexpected.length > 0) throw new Refusal(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
  for (const [name, { required }] of Object.entries(workflow.inputs)) {
    if (required && !given[name]) throw new Refusal(422, `Required input '${name}' not provided`);
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}

async function listRuns(call: Call, workflow?: Workflow) {
  const { query, repository } = call;
  const runs = repository.runs
    .filter((run) => workflow === undefined || run.workflow.id === workflow.id)
    .filter((run) => meets(query.get('actor'), run.actor) && meets(query.get('branch'), run.branch) && meets(query.get('event'), run.event))
    .filter((run) => meets(query.get('head_sha'), run.sha))
    .filter((run) => !query.has('status') || query.get('status') === run.status || query.get('status') === run.conclusion)
    .filter((run) => isCreated(run.createdAt, query.get('created')))
    .toReversed();
  const { page, headers } = paginate(call, runs);
  const rendered = await Promise.all(page.map((run) => renderRun(call.world, repository, run)));
  return { ...json(200, { total_count: runs.length, workflow_runs: rendered }), headers };
}

function meets(wanted: string | null, actual: string | undefined): boolean {
  return wanted === null || wanted === actual;
}

/** GitHub's search syntax for times: `>=t`, `<t`, `t..t`, or a day. */
function isCreated(at: string, wanted: string | null): boolean {
  if (wanted === null) return true;
  const time = Date.parse(at);
  const [from, to] = wanted.split('..');
  if (to !== undefined) return (from === '*' || time >= Date.parse(from ?? '')) && (to === '*' || time <= Date.parse(to));
  const [, operator = '', date = ''] = /^([<>]=?)?(.*)$/.exec(wanted) ?? [];
  const bound = Date.parse(date);
  if (operator === '') return at.startsWith(date);
  return { '>': time > bound, '>=': time >= bound, '<': time < bound, '<=': time <= bound }[operator] ?? true;
}

function listJobs(call: Call<'actions/list-jobs-for-workflow-run'>) {
  const run = runOf(call);
  const jobs = call.query.get('filter') === 'all' ? run.jobs : currentJobs(run);
  const { page, headers } = paginate(call, jobs);
  return { ...json(200, { total_count: jobs.length, jobs: page.map((job) => renderJob(call.world, call.repository, run, job)) }), headers };
}

async function rerunFailedJobs(call: Call<'actions/re-run-workflow-failed-jobs'>) {
  const { world, repository } = call;
  await perform(call, () => {
    const run = runOf(call);
    if (run.status !== 'completed') throw new Refusal(403, 'This workflow is already running');
    if (run.conclusion !== 'failure' && run.conclusion !== 'cancelled') throw new Refusal(403, 'The workflow run was successful and has no failed jobs to rerun');
    return effect(`rerun ${repository.fullName} ${run.workflow.file} ${run.sha}`, () => {
      if (run.event === 'push') rerunCi(world, repository, run);
      else retry(world, run, (again) => followDeployRun(world, repository, again));
    });
  });
  return json(201, {});
}

/** Starts a new attempt: what failed runs again, what passed is taken over. */
export function retry(world: World, run: Run, follow: (run: Run) => void): void {
  const before = currentJobs(run);
  Object.assign(run, { attempt: run.attempt + 1, status: 'queued', conclusion: undefined, updatedAt: world.clock.now() });
  for (const job of before) {
    const passed = job.conclusion === 'success';
    const again = newJob(world, job.name, run.attempt);
    run.jobs.push(passed ? { ...job, id: again.id, attempt: run.attempt } : again);
  }
  follow(run);
}

function runOf(call: Call): Run {
  const id = numberParam(call, 'run_id');
  const run = call.repository.runs.find((one) => one.id === id);
  if (run === undefined) throw notFound();
  return run;
}

export function workflowNamed({ workflows }: Repository, name: string | undefined): Workflow {
  const workflow = workflows.find(({ file, id }) => file === name?.replace('.github/workflows/', '') || String(id) === name);
  if (workflow === undefined) throw notFound();
  return workflow;
}

function runUrl(world: World, repository: Repository, run: Run): string {
  return `${apiUrl(world, repository)}/actions/runs/${run.id}`;
}

function renderWorkflow(world: World, repository: Repository, { id, name, file, createdAt }: Workflow) {
  const path = `.github/workflows/${file}`;
  return {
    id, node_id: nodeId('W', id), name, path, state: 'active', created_at: createdAt, updated_at: createdAt,
    url: `${apiUrl(world, repository)}/actions/workflows/${id}`,
    html_url: `${htmlUrl(world, repository)}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${htmlUrl(world, repository)}/workflows/${name}/badge.svg`,
  };
}

/** GitHub's `simple-commit`. */
export async function renderHeadCommit(repository: Repository, sha: string) {
  const { tree, message, committer, author } = await readCommit(repository.gitDir, sha);
  return {
    id: sha, tree_id: tree, message, timestamp: isoSeconds(committer.time),
    author: { name: author.name, email: author.email },
    committer: { name: committer.name, email: committer.email },
  };
}

export async function renderRun(world: World, repository: Repository, run: Run) {
  const url = runUrl(world, repository, run);
  const actor = renderUser(world, userNamed(world, run.actor));
  return {
    id: run.id,
    // A workflow with a `run-name` shows it in both fields.
    name: run.workflow.runNameInput === undefined ? run.workflow.name : run.title,
    display_title: run.title,
    node_id: nodeId('WFR', run.id),
    check_suite_id: run.suiteId,
    check_suite_node_id: nodeId('CS', run.suiteId),
    head_branch: run.branch ?? null,
    head_sha: run.sha,
    path: `.github/workflows/${run.workflow.file}`,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion ?? null,
    workflow_id: run.workflow.id,
    url,
    html_url: `${htmlUrl(world, repository)}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.createdAt,
    actor,
    triggering_actor: actor,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${apiUrl(world, repository)}/check-suites/${run.suiteId}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt > 1 ? `${url}/attempts/${run.attempt - 1}` : null,
    workflow_url: `${apiUrl(world, repository)}/actions/workflows/${run.workflow.id}`,
    head_commit: await renderHeadCommit(repository, run.sha),
    repository: renderMinimalRepository(world, repository),
    head_repository: renderMinimalRepository(world, repository),
  };
}

function renderJob(world: World, repository: Repository, run: Run, job: Job) {
  return {
    id: job.id,
    run_id: run.id,
    run_url: runUrl(world, repository, run),
    run_attempt: job.attempt,
    node_id: nodeId('CR', job.id),
    head_sha: run.sha,
    url: `${apiUrl(world, repository)}/actions/jobs/${job.id}`,
    html_url: `${htmlUrl(world, repository)}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion ?? null,
    created_at: job.startedAt,
    started_at: job.startedAt,
    completed_at: job.completedAt ?? null,
    name: job.name,
    steps: [],
    check_run_url: `${apiUrl(world, repository)}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'sandbox',
    runner_group_id: 1,
    runner_group_name: 'Default',
    workflow_name: run.workflow.name,
    head_branch: run.branch ?? null,
  };
}
