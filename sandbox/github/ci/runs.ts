import { readCommit } from '../../git/history.ts';
import { isoSeconds } from '../../world/clock.ts';
import { notFound } from '../refusal.ts';
import { apiUrl, htmlUrl, renderMinimalRepository } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { Conclusion, Job, Progress, Repository, Run, Workflow } from '../state.ts';
import type { World } from '../../world/state.ts';

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
    turn: 1,
    createdAt: at,
    updatedAt: at,
    status: 'queued',
    conclusion: undefined,
    jobs: run.jobs.map((name) => newJob(world, name, 1)),
  };
  repository.runs.push(added);
  return added;
}

/** Sets down what a person wants a commit's CI to look like: a run of a workflow, made anew or as it goes on. */
export function setRun(world: World, repository: Repository, wanted: SetRun): { readonly id: number } {
  const { workflow: file, event, branch = repository.defaultBranch, sha, attempt = 1, status, conclusion, reviewers, checks, at = world.clock.now() } = wanted;
  const run = repository.runs.find(({ id }) => id === wanted.run)
    ?? addRun(world, repository, { workflow: workflowOf(world, repository, file), event, title: file, branch, sha, actor: 'ci[bot]', inputs: {}, jobs: [] });
  Object.assign(run, { attempt, status, conclusion, reviewers, updatedAt: at, turn: run.turn + 1 });
  setJobs(world, run.jobs, { checks, attempt, at });
  return { id: run.id };
}

interface SetRun {
  /** The one that goes on; another one, if none is named. */
  readonly run?: number | undefined;
  readonly workflow: string;
  readonly event: string;
  readonly branch?: string | undefined;
  readonly sha: string;
  readonly attempt?: number | undefined;
  readonly status: Progress;
  readonly reviewers?: readonly string[] | undefined;
  readonly conclusion?: Conclusion | undefined;
  readonly checks: readonly SetCheck[];
  readonly at?: string | undefined;
}

export interface SetCheck {
  readonly name: string;
  readonly status: Progress;
  readonly conclusion?: Conclusion | undefined;
}

/** Jobs of this attempt that are there already go on; the others are added. */
export function setJobs(world: World, jobs: Job[], { checks, attempt, at }: { readonly checks: readonly SetCheck[]; readonly attempt: number; readonly at: string }): void {
  for (const { name, status, conclusion } of checks) {
    const ended = status === 'completed' ? at : undefined;
    const known = jobs.find((job) => job.name === name && job.attempt === attempt);
    if (known) Object.assign(known, { status, conclusion, completedAt: ended });
    else jobs.push({ id: world.nextId(), name, attempt, status, conclusion, startedAt: at, completedAt: ended });
  }
}

function workflowOf(world: World, repository: Repository, file: string): Workflow {
  const known = repository.workflows.find((one) => one.file === file);
  if (known) return known;
  const added = { id: world.nextId(), name: file, file, inputs: {}, runNameInput: undefined, createdAt: world.clock.now() };
  repository.workflows.push(added);
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
  // On a busy machine it may have ended by then.
  if (run.status !== 'queued') return;
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

/** Starts a new attempt: what failed runs again, what passed is taken over. */
export function retry(world: World, run: Run, follow: (run: Run) => void): void {
  const before = currentJobs(run);
  Object.assign(run, { attempt: run.attempt + 1, turn: run.turn + 1, status: 'queued', conclusion: undefined, updatedAt: world.clock.now() });
  for (const job of before) {
    const passed = job.conclusion === 'success';
    const again = newJob(world, job.name, run.attempt);
    run.jobs.push(passed ? { ...job, id: again.id, attempt: run.attempt } : again);
  }
  follow(run);
}

export function workflowNamed({ workflows }: Repository, name: string | undefined): Workflow {
  const workflow = workflows.find(({ file, id }) => file === name?.replace('.github/workflows/', '') || String(id) === name);
  if (workflow === undefined) throw notFound();
  return workflow;
}

export function runUrl(world: World, repository: Repository, run: Run): string {
  return `${apiUrl(world, repository)}/actions/runs/${run.id}`;
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
