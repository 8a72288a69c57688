import { notifyRun, notifyStatus } from './checks.ts';
import { addRun, beginRun, currentJobs, endRun, newJob, retry, workflowNamed } from './runs.ts';
import type { CiScript, Conclusion, Repository, Run, Status } from '../state.ts';
import type { World } from '../../world/state.ts';

const slowMs = 60_000;

/** Starts CI for a commit that a branch has come to; once for each commit. */
export function launchCi(world: World, repository: Repository, { sha, branch }: { sha: string; branch: string | undefined }): void {
  const { ci, ciScripts } = repository;
  if (ci === undefined || ciRun(repository, sha)) return;
  const script = ciScripts.get(sha) ?? ciScripts.get(branchScript(branch ?? '')) ?? { verdict: 'green' };
  if (script.verdict === 'none') return;
  if (script.registersAfterMs === undefined) return register(world, repository, { sha, branch, script });
  world.clock.after(script.registersAfterMs, () =>
    world.exclusively(async () => {
      if (!ciRun(repository, sha)) register(world, repository, { sha, branch, script });
    }),
  );
}

function register(world: World, repository: Repository, { sha, branch, script }: { sha: string; branch: string | undefined; script: CiScript }): void {
  const ci = repository.ci!;
  const workflow = workflowNamed(repository, ci.workflow);
  const run = addRun(world, repository, { workflow, event: 'push', title: workflow.name, branch, sha, actor: 'ci[bot]', inputs: {}, jobs: ci.checks });
  follow(world, repository, run, { script, isRerun: false });
}

/** Scripts CI for one commit, at once if it is there already, or for all coming commits of a branch. */
export async function scriptCi(world: World, repository: Repository, { sha, branch, script }: { sha?: string; branch?: string; script: CiScript }): Promise<void> {
  if (sha === undefined) {
    repository.ciScripts.set(branchScript(branch ?? repository.defaultBranch), script);
    return;
  }
  repository.ciScripts.set(sha, script);
  const run = ciRun(repository, sha);
  if (script.verdict === 'none') return forget(repository, sha);
  if (run === undefined) {
    if ([...repository.refs.values()].includes(sha)) launchCi(world, repository, { sha, branch });
    return;
  }
  startOver(world, run);
  if (script.afterMs === undefined && script.verdict !== 'slow') return finish(world, repository, run, { script, isRerun: false });
  follow(world, repository, run, { script, isRerun: false });
}

/** Runs the failed jobs of a CI run again; flaky ones pass now. */
export function rerunCi(world: World, repository: Repository, run: Run): void {
  const script = repository.ciScripts.get(run.sha) ?? repository.ciScripts.get(branchScript(run.branch ?? '')) ?? { verdict: 'green' };
  retry(world, run, () => follow(world, repository, run, { script, isRerun: true }));
}

/** CI that has ended long ago, for the history that a scenario starts with. */
export function addPassedCi(world: World, repository: Repository, { sha, branch }: { sha: string; branch: string }): void {
  const { ci } = repository;
  if (ci === undefined) return;
  const workflow = workflowNamed(repository, ci.workflow);
  const run = addRun(world, repository, { workflow, event: 'push', title: workflow.name, branch, sha, actor: 'ci[bot]', inputs: {}, jobs: ci.checks });
  endRun(world, run, () => 'success');
  for (const context of ci.contexts) addStatus(world, repository, { sha, context, state: 'success' });
}

interface Course {
  readonly script: CiScript;
  readonly isRerun: boolean;
}

/** Queued now, in progress halfway, then finished; a newer attempt takes over. */
function follow(world: World, repository: Repository, run: Run, course: Course): void {
  const { turn } = run;
  const { verdict, afterMs } = course.script;
  const duration = afterMs ?? (verdict === 'slow' ? slowMs : world.latencyMs.ci);
  for (const context of reportedContexts(repository, course.script)) addStatus(world, repository, { sha: run.sha, context, state: 'pending' });
  world.clock.after(Math.min(duration / 2, 1000), () => {
    if (run.turn === turn && run.status === 'queued') beginRun(world, run);
  });
  world.clock.after(duration, () =>
    world.exclusively(async () => {
      if (run.turn === turn) await finish(world, repository, run, course);
    }),
  );
}

async function finish(world: World, repository: Repository, run: Run, course: Course): Promise<void> {
  const failing = failingNames(repository, course);
  const { verdict } = course.script;
  const passed: Conclusion = verdict === 'cancelled' || verdict === 'neutral' || verdict === 'skipped' ? verdict : 'success';
  endRun(world, run, (job) => (failing.has(job.name) ? 'failure' : passed));
  for (const context of reportedContexts(repository, course.script)) {
    const status = addStatus(world, repository, { sha: run.sha, context, state: failing.has(context) ? 'failure' : 'success' });
    notifyStatus(world, repository, status);
  }
  await notifyRun(world, repository, run);
  await world.consequences.ciFinished(world, repository);
}

function failingNames({ ci }: Repository, { script, isRerun }: Course): ReadonlySet<string> {
  const fails = script.verdict === 'red' || (script.verdict === 'flaky' && !isRerun);
  return new Set(fails ? (script.failing ?? ci?.checks.slice(0, 1)) : []);
}

/** Pipelines that did not really run report no commit status either. */
function reportedContexts({ ci }: Repository, { verdict }: CiScript): readonly string[] {
  return verdict === 'cancelled' || verdict === 'neutral' || verdict === 'skipped' ? [] : (ci?.contexts ?? []);
}

/** What has ended begins anew as another attempt; what is under way just takes another turn. */
function startOver(world: World, run: Run): void {
  run.turn += 1;
  if (run.status !== 'completed') return;
  const names = currentJobs(run).map((job) => job.name);
  Object.assign(run, { attempt: run.attempt + 1, status: 'queued', conclusion: undefined });
  run.jobs.push(...names.map((name) => newJob(world, name, run.attempt)));
}

function forget({ runs, statuses }: Repository, sha: string): void {
  removeWhere(runs, (run) => run.sha === sha && run.event === 'push');
  removeWhere(statuses, (status) => status.sha === sha);
}

function removeWhere<T>(items: T[], unwanted: (item: T) => boolean): void {
  items.splice(0, items.length, ...items.filter((item) => !unwanted(item)));
}

function addStatus(world: World, { statuses }: Repository, status: Pick<Status, 'sha' | 'context' | 'state'>): Status {
  const added = { ...status, id: world.nextId(), at: world.clock.now() };
  statuses.push(added);
  return added;
}

function ciRun({ runs }: Repository, sha: string): Run | undefined {
  return runs.find((run) => run.sha === sha && run.event === 'push');
}

function branchScript(branch: string): string {
  return `branch ${branch}`;
}
