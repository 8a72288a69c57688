import { json } from '../../http/exchange.ts';
import { effect } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { commitNamed } from '../code/commits.ts';
import { notFound } from '../refusal.ts';
import { apiUrl, htmlUrl, renderMinimalRepository } from '../code/repository.ts';
import { currentJobs, renderHeadCommit, renderRun } from './runs.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import { notify } from '../webhooks.ts';
import type { Call, Handlers } from '../call.ts';
import type { AppSuite, Job, Repository, Run, Status } from '../state.ts';
import type { World } from '../../world/state.ts';

/** Check runs, check suites and commit statuses: what GitHub shows of a commit's CI. */
export const checkHandlers = {
  'checks/get': getCheckRun,
  'checks/list-for-ref': listCheckRuns,
  'checks/list-suites-for-ref': listSuites,
  'repos/create-commit-status': createStatus,
  'repos/get-combined-status-for-ref': getCombinedStatus,
  'repos/list-commit-statuses-for-ref': listStatuses,
} satisfies Handlers<
  'checks/get' | 'checks/list-for-ref' | 'checks/list-suites-for-ref' | 'repos/create-commit-status' | 'repos/get-combined-status-for-ref' | 'repos/list-commit-statuses-for-ref'
>;

/** A run that has ended: its check runs, its suite, and the run itself. */
export async function notifyRun(world: World, repository: Repository, run: Run): Promise<void> {
  if (!world.webhooks.isWanted()) return;
  const sender = userNamed(world, run.actor);
  for (const job of currentJobs(run)) {
    notify(world, repository, 'check_run', { action: 'completed', check_run: renderCheckRun(world, repository, run, job), sender });
  }
  notify(world, repository, 'check_suite', { action: 'completed', check_suite: await renderSuite(world, repository, run), sender });
  notify(world, repository, 'workflow_run', { action: 'completed', workflow_run: await renderRun(world, repository, run), sender });
}

export function notifyStatus(world: World, repository: Repository, { id, sha, context, state, at }: Status): void {
  const sender = userNamed(world, 'ci[bot]', 'Bot');
  const branches = [...repository.refs]
    .filter(([ref, to]) => ref.startsWith('refs/heads/') && to === sha)
    .map(([ref]) => ({ name: ref.slice('refs/heads/'.length), commit: { sha } }));
  notify(world, repository, 'status', { id, sha, context, state, branches, name: repository.fullName, created_at: at, updated_at: at, sender });
}

function getCheckRun(call: Call<'checks/get'>) {
  const id = numberParam(call, 'check_run_id');
  for (const run of call.repository.runs) {
    const job = run.jobs.find((one) => one.id === id);
    if (job) return json(200, renderCheckRun(call.world, call.repository, run, job));
  }
  throw notFound();
}

async function listCheckRuns(call: Call<'checks/list-for-ref'>) {
  const { world, repository, query } = call;
  const sha = await commitNamed(repository, call.params['ref'] ?? '');
  const wanted = repository.runs
    .filter((run) => run.sha === sha)
    .flatMap((run) => (query.get('filter') === 'all' ? run.jobs : latestJobs(run)).map((job) => ({ job, render: () => renderCheckRun(world, repository, run, job) })))
    .concat(repository.suites.filter((suite) => suite.sha === sha).flatMap((suite) => suite.jobs.map((job) => ({ job, render: () => renderAppCheck(world, repository, suite, job) }))))
    .filter(({ job }) => !query.has('check_name') || query.get('check_name') === job.name)
    .filter(({ job }) => !query.has('status') || query.get('status') === job.status)
    .toReversed();
  const { page, headers } = paginate(call, wanted);
  return { ...json(200, { total_count: wanted.length, check_runs: page.map(({ render }) => render()) }), headers };
}

async function listSuites(call: Call<'checks/list-suites-for-ref'>) {
  const sha = await commitNamed(call.repository, call.params['ref'] ?? '');
  const runs = call.repository.runs.filter((run) => run.sha === sha);
  const all = [
    ...runs.map((run) => () => renderSuite(call.world, call.repository, run)),
    ...call.repository.suites.filter((suite) => suite.sha === sha).map((suite) => () => renderAppSuite(call.world, call.repository, suite)),
  ];
  const { page, headers } = paginate(call, all);
  return { ...json(200, { total_count: all.length, check_suites: await Promise.all(page.map((render) => render())) }), headers };
}

async function getCombinedStatus(call: Call<'repos/get-combined-status-for-ref'>) {
  const { world, repository } = call;
  const sha = await commitNamed(repository, call.params['ref'] ?? '');
  const latest = new Map(repository.statuses.filter((one) => one.sha === sha).map((one) => [one.context, one]));
  const { page, headers } = paginate(call, [...latest.values()]);
  const url = `${apiUrl(world, repository)}/commits/${sha}`;
  const body = {
    state: combine([...latest.values()]),
    statuses: page.map((status) => renderStatus(world, repository, status)),
    sha,
    total_count: latest.size,
    repository: renderMinimalRepository(world, repository),
    commit_url: url,
    url: `${url}/status`,
  };
  return { ...json(200, body), headers };
}

async function createStatus(call: Call<'repos/create-commit-status'>) {
  const { world, repository, params, body, user } = call;
  const { state, context = 'default' } = body;
  const status = await perform(call, async () => {
    const sha = await commitNamed(repository, params['sha'] ?? '');
    return effect(`status ${repository.fullName} ${sha} ${context} ${state}`, async () => {
      const added: Status = { id: world.nextId(), sha, context, state, at: world.clock.now() };
      repository.statuses.push(added);
      notifyStatus(world, repository, added);
      await world.consequences.ciFinished(world, repository);
      return added;
    });
  });
  return json(201, { ...renderStatus(world, repository, status), creator: renderUser(world, user) });
}

/** GitHub calls a commit without any status `pending`. */
function combine(statuses: readonly Status[]): 'success' | 'pending' | 'failure' {
  if (statuses.some(({ state }) => state === 'failure' || state === 'error')) return 'failure';
  return statuses.length === 0 || statuses.some(({ state }) => state === 'pending') ? 'pending' : 'success';
}

async function listStatuses(call: Call<'repos/list-commit-statuses-for-ref'>) {
  const { world, repository } = call;
  const sha = await commitNamed(repository, call.params['ref'] ?? '');
  const { page, headers } = paginate(call, repository.statuses.filter((one) => one.sha === sha).toReversed());
  const creator = renderUser(world, userNamed(world, 'ci[bot]', 'Bot'));
  return { ...json(200, page.map((status) => ({ ...renderStatus(world, repository, status), creator }))), headers };
}

function renderStatus(world: World, repository: Repository, { id, sha, context, state, at }: Status) {
  return {
    id, state, context, node_id: nodeId('SC', id), created_at: at, updated_at: at,
    url: `${apiUrl(world, repository)}/statuses/${sha}`,
    avatar_url: null,
    description: null,
    target_url: `${htmlUrl(world, repository)}/commit/${sha}`,
  };
}

function renderCheckRun(world: World, repository: Repository, run: Run, job: Job) {
  return renderJobCheck(world, repository, { ...run, page: `${htmlUrl(world, repository)}/actions/runs/${run.id}/job/${job.id}` }, job);
}

function renderJobCheck(world: World, repository: Repository, { sha, suiteId, page }: { readonly sha: string; readonly suiteId: number; readonly page: string }, job: Job) {
  const url = `${apiUrl(world, repository)}/check-runs/${job.id}`;
  return {
    id: job.id,
    name: job.name,
    node_id: nodeId('CR', job.id),
    head_sha: sha,
    external_id: '',
    url,
    html_url: page,
    details_url: page,
    status: job.status,
    conclusion: job.conclusion ?? null,
    started_at: job.startedAt,
    completed_at: job.completedAt ?? null,
    output: { title: null, summary: null, text: null, annotations_count: 0, annotations_url: `${url}/annotations` },
    check_suite: { id: suiteId },
    app: renderApp(world),
    pull_requests: [],
  };
}

function renderSuite(world: World, repository: Repository, run: Run) {
  return renderAnySuite(world, repository, run, latestJobs(run).length);
}

type AnySuite = Pick<Run, 'suiteId' | 'sha' | 'branch' | 'status' | 'conclusion' | 'createdAt' | 'updatedAt'>;

async function renderAnySuite(world: World, repository: Repository, run: AnySuite, count: number) {
  const url = `${apiUrl(world, repository)}/check-suites/${run.suiteId}`;
  return {
    id: run.suiteId,
    node_id: nodeId('CS', run.suiteId),
    head_branch: run.branch ?? null,
    head_sha: run.sha,
    status: run.status,
    conclusion: run.conclusion ?? null,
    url,
    before: null,
    after: run.sha,
    pull_requests: [],
    app: renderApp(world),
    repository: renderMinimalRepository(world, repository),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    head_commit: await renderHeadCommit(repository, run.sha),
    latest_check_runs_count: count,
    check_runs_url: `${url}/check-runs`,
  };
}

/** Of a run's jobs the newest of each name: those that are in no later attempt stay to be seen. */
function latestJobs(run: Run): readonly Job[] {
  return [...new Map(run.jobs.map((job) => [job.name, job])).values()];
}

function renderAppCheck(world: World, repository: Repository, { id, sha, app }: AppSuite, job: Job) {
  const page = `${htmlUrl(world, repository)}/runs/${job.id}`;
  return { ...renderJobCheck(world, repository, { sha, suiteId: id, page }, job), app: renderOtherApp(world, app) };
}

async function renderAppSuite(world: World, repository: Repository, suite: AppSuite) {
  const { id: suiteId, sha, branch, status, conclusion, createdAt, updatedAt, jobs, app } = suite;
  const rendered = await renderAnySuite(world, repository, { suiteId, sha, branch, status, conclusion, createdAt, updatedAt }, jobs.length);
  return { ...rendered, app: renderOtherApp(world, app) };
}

function renderOtherApp(world: World, { id, slug, name }: AppSuite['app']) {
  return { ...renderApp(world), id, slug, name, node_id: nodeId('A', id), html_url: `https://github.com/apps/${slug}` };
}

/** GitHub Actions, which owns every check run here. */
function renderApp(world: World) {
  return {
    id: 15368,
    slug: 'github-actions',
    node_id: nodeId('A', 15368),
    owner: renderUser(world, userNamed(world, 'github', 'Organization')),
    name: 'GitHub Actions',
    description: 'Automate your workflow from idea to production',
    external_url: 'https://help.github.com/en/actions',
    html_url: 'https://github.com/apps/github-actions',
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2018-07-30T09:30:17Z',
    permissions: { checks: 'write', statuses: 'write' },
    events: ['check_run', 'check_suite'],
  };
}
