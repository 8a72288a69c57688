import { json } from '../../http/exchange.ts';
import { effect } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { notifyRun } from './checks.ts';
import { rerunCi } from './ci.ts';
import { followDeployRun } from './controller.ts';
import { resolveCommit } from '../code/refs.ts';
import { Refusal, notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from '../code/repository.ts';
import { addRun, currentJobs, endRun, renderRun, retry, runUrl, workflowNamed } from './runs.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { Call, Handlers } from '../call.ts';
import type { Job, Repository, Run, Workflow } from '../state.ts';
import type { World } from '../../world/state.ts';

export const actionHandlers = {
  'actions/get-workflow': ({ world, repository, params }) => json(200, renderWorkflow(world, repository, workflowNamed(repository, params['workflow_id']))),
  'actions/create-workflow-dispatch': dispatch,
  'actions/list-workflow-runs': (call) => listRuns(call, workflowNamed(call.repository, call.params['workflow_id'])),
  'actions/list-workflow-runs-for-repo': (call) => listRuns(call),
  'actions/get-workflow-run': async (call) => json(200, await renderRun(call.world, call.repository, runOf(call))),
  'actions/get-pending-deployments-for-run': (call) => json(200, pendingDeployments(call)),
  'actions/list-jobs-for-workflow-run': listJobs,
  'actions/re-run-workflow-failed-jobs': rerunFailedJobs,
  'actions/cancel-workflow-run': cancelRun,
} satisfies Handlers<
  | 'actions/get-workflow' | 'actions/create-workflow-dispatch' | 'actions/list-workflow-runs' | 'actions/list-workflow-runs-for-repo'
  | 'actions/get-workflow-run' | 'actions/get-pending-deployments-for-run' | 'actions/list-jobs-for-workflow-run' | 'actions/re-run-workflow-failed-jobs' | 'actions/cancel-workflow-run'
>;

async function dispatch(call: Call<'actions/create-workflow-dispatch'>) {
  const { world, repository, user, body } = call;
  const workflow = workflowNamed(repository, call.params['workflow_id']);
  if (workflow.onTags && Object.keys(workflow.inputs).length === 0) throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger");
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

async function cancelRun(call: Call<'actions/cancel-workflow-run'>) {
  const { world, repository } = call;
  await perform(call, () => {
    const run = runOf(call);
    if (run.status === 'completed') throw new Refusal(409, 'Cannot cancel a workflow run that is completed.');
    return effect(`cancel ${repository.fullName} ${run.workflow.file} ${run.title}`, async () => {
      run.turn += 1;
      endRun(world, run, () => 'cancelled');
      await notifyRun(world, repository, run);
    });
  });
  return json(202, {});
}

/** What a run waits for whose environment wants reviewers: people by their logins, teams as "org/team". */
function pendingDeployments(call: Call<'actions/get-pending-deployments-for-run'>) {
  const { world, repository } = call;
  const { status, reviewers = [], inputs } = runOf(call);
  if (status !== 'waiting') return [];
  const name = inputs['environment'] ?? 'production';
  const [url, html] = [`${apiUrl(world, repository)}/environments/${name}`, `${htmlUrl(world, repository)}/deployments/activity_log?environments_filter=${name}`];
  const shown = reviewers.map((reviewer) => {
    const [org, slug] = reviewer.split('/');
    if (slug === undefined) return { type: 'User', reviewer: renderUser(world, userNamed(world, reviewer)) };
    const id = reviewer.length;
    const team = `${apiUrl(world, repository)}/teams/${id}`;
    const links = { url: team, html_url: `${htmlUrl(world, repository)}/teams/${slug}`, members_url: `${team}/members{/member}`, repositories_url: `${team}/repos` };
    return { type: 'Team', reviewer: { id, node_id: nodeId('T', id), type: 'organization', name: slug, slug, description: org ?? null, privacy: 'closed', notification_setting: 'notifications_enabled', permission: 'pull', parent: null, ...links } };
  });
  return [{ environment: { id: 1, node_id: nodeId('EN', 1), name, url, html_url: html }, wait_timer: 0, wait_timer_started_at: null, current_user_can_approve: false, reviewers: shown }];
}

function runOf(call: Call): Run {
  const id = numberParam(call, 'run_id');
  const run = call.repository.runs.find((one) => one.id === id);
  if (run === undefined) throw notFound();
  return run;
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
