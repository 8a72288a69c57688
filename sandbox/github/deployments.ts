import { countCommits, mergeTrees } from '../git/history.ts';
import { json } from '../exchange.ts';
import { effect } from '../world.ts';
import { numberParam, paginate, perform } from './call.ts';
import { checkNames, stateOfCheck } from './ci.ts';
import { followDeployment } from './controller.ts';
import { writeMerge } from './merging.ts';
import { moveRef, refKey, resolveCommit } from './refs.ts';
import { Refusal, notFound } from './refusal.ts';
import { apiUrl } from './repository.ts';
import { nodeId, renderUser, userNamed } from './users.ts';
import { notify } from './webhooks.ts';
import type { Call, Handlers } from './call.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';

export interface DeploymentStatus {
  readonly id: number;
  readonly state: 'error' | 'failure' | 'inactive' | 'in_progress' | 'queued' | 'pending' | 'success';
  readonly creator: string;
  readonly description: string;
  readonly url: string;
  readonly environmentUrl: string;
  readonly at: string;
}

export interface Deployment {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: unknown;
  readonly description: string | null;
  readonly isProduction: boolean;
  readonly isTransient: boolean;
  readonly creator: string;
  readonly at: string;
  /** Oldest first. */
  readonly statuses: DeploymentStatus[];
}

export const deploymentHandlers = {
  'repos/create-deployment': create,
  'repos/list-deployments': list,
  'repos/get-deployment': (call) => json(200, renderDeployment(call.world, call.repository, deploymentOf(call))),
  'repos/create-deployment-status': createStatus,
  'repos/list-deployment-statuses': listStatuses,
} satisfies Handlers<
  'repos/create-deployment' | 'repos/list-deployments' | 'repos/get-deployment' | 'repos/create-deployment-status' | 'repos/list-deployment-statuses'
>;

/** Appends a status; a success retires the environment's earlier deployments that are neither transient nor production. */
export function addDeploymentStatus(
  world: World,
  repository: Repository,
  deployment: Deployment,
  status: Pick<DeploymentStatus, 'state' | 'creator'> & Partial<DeploymentStatus> & { autoInactive?: boolean },
): DeploymentStatus {
  const { autoInactive = true, ...given } = status;
  const added = { description: '', url: '', environmentUrl: '', ...given, id: world.nextId(), at: world.clock.now() };
  deployment.statuses.push(added);
  if (added.state === 'success' && autoInactive) retireEarlier(world, repository, deployment);
  notify(world, repository, 'deployment_status', {
    action: 'created',
    deployment: renderDeployment(world, repository, deployment),
    deployment_status: renderStatus(world, repository, deployment, added),
    sender: userNamed(world, added.creator, 'Bot'),
  });
  return added;
}

function retireEarlier(world: World, { deployments }: Repository, current: Deployment): void {
  const retired = deployments.filter(
    (one) => one.id < current.id && one.environment === current.environment && !one.isTransient && !one.isProduction && one.statuses.at(-1)?.state === 'success',
  );
  for (const one of retired) {
    one.statuses.push({ id: world.nextId(), state: 'inactive', creator: 'argocd[bot]', description: '', url: '', environmentUrl: '', at: world.clock.now() });
  }
}

async function create(call: Call<'repos/create-deployment'>) {
  const { world, repository, user, body } = call;
  const { task = 'deploy', environment = 'production', auto_merge: autoMerge = true } = body;
  const sha = await resolveCommit(repository, body.ref);
  if (sha === undefined) throw new Refusal(422, `No ref found for: ${body.ref}`);
  if (autoMerge) {
    const merged = await mergeDefaultBranchInto(call, body.ref);
    if (merged) return json(202, { message: merged });
  }
  assertContexts(repository, sha, { ref: body.ref, required: body.required_contexts ?? undefined });

  const deployment = await perform(call, () =>
    effect(`deployment ${repository.fullName} ${environment} ${task}`, () => {
      const added: Deployment = {
        id: world.nextId(), sha, ref: body.ref, task, environment, payload: body.payload ?? {}, description: body.description ?? null,
        isProduction: body.production_environment ?? environment === 'production',
        isTransient: body.transient_environment ?? false,
        creator: user.login, at: world.clock.now(), statuses: [],
      };
      repository.deployments.push(added);
      followDeployment(world, repository, added);
      return added;
    }),
  );
  return json(201, renderDeployment(world, repository, deployment));
}

/** GitHub's trap: unless told otherwise, it first brings a deployed branch up to date, and then deploys nothing. */
async function mergeDefaultBranchInto(call: Call, ref: string): Promise<string | undefined> {
  const { world, repository, user } = call;
  const branch = repository.refs.get(`refs/heads/${ref}`);
  const base = repository.refs.get(`refs/heads/${repository.defaultBranch}`);
  if (branch === undefined || base === undefined) return undefined;
  if ((await countCommits(repository.gitDir, { from: base, excluding: branch })) === 0) return undefined;

  await perform(call, async () => {
    const merged = await mergeTrees(repository.gitDir, branch, base);
    if (merged.kind === 'conflict') throw new Refusal(409, `Conflict merging ${repository.defaultBranch} into ${ref}.`);
    return effect(refKey(repository, `refs/heads/${ref}`), async () => {
      const message = `Merge ${repository.defaultBranch} into ${ref}`;
      const to = await writeMerge(repository, { tree: merged.tree, parents: [branch, base], author: user, message });
      await moveRef(world, repository, { ref: `refs/heads/${ref}`, to, by: user });
    });
  });
  return `Auto-merged ${repository.defaultBranch} into ${ref} on deployment.`;
}

function assertContexts(repository: Repository, sha: string, { ref, required }: { ref: string; required: readonly string[] | undefined }): void {
  const contexts = (required ?? checkNames(repository, sha)).map((context) => ({ context, state: stateOfCheck(repository, sha, context) }));
  if (contexts.every(({ state }) => state === 'success')) return;
  throw new Refusal(409, `Conflict: Commit status checks failed for ${ref}.`, [
    { resource: 'Deployment', field: 'required_contexts', code: 'invalid', contexts },
  ]);
}

function list(call: Call<'repos/list-deployments'>) {
  const { world, repository, query } = call;
  const filters = ['sha', 'ref', 'task', 'environment'] as const;
  const wanted = repository.deployments
    .filter((one) => filters.every((name) => [null, 'none', one[name]].includes(query.get(name))))
    .toReversed();
  const { page, headers } = paginate(call, wanted);
  return { ...json(200, page.map((one) => renderDeployment(world, repository, one))), headers };
}

async function createStatus(call: Call<'repos/create-deployment-status'>) {
  const { world, repository, user, body } = call;
  const { environment, task } = deploymentOf(call);
  const status = await perform(call, () =>
    effect(`deployment-status ${repository.fullName} ${environment} ${task} ${body.state}`, () =>
      addDeploymentStatus(world, repository, deploymentOf(call), {
        state: body.state,
        creator: user.login,
        description: body.description ?? '',
        url: body.log_url ?? body.target_url ?? '',
        environmentUrl: body.environment_url ?? '',
        autoInactive: body.auto_inactive ?? true,
      }),
    ),
  );
  return json(201, renderStatus(world, repository, deploymentOf(call), status));
}

function listStatuses(call: Call<'repos/list-deployment-statuses'>) {
  const deployment = deploymentOf(call);
  const { page, headers } = paginate(call, deployment.statuses.toReversed());
  return { ...json(200, page.map((status) => renderStatus(call.world, call.repository, deployment, status))), headers };
}

function deploymentOf(call: Call): Deployment {
  const id = numberParam(call, 'deployment_id');
  const deployment = call.repository.deployments.find((one) => one.id === id);
  if (deployment === undefined) throw notFound();
  return deployment;
}

function renderDeployment(world: World, repository: Repository, deployment: Deployment) {
  const url = `${apiUrl(world, repository)}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: renderUser(world, userNamed(world, deployment.creator)),
    created_at: deployment.at,
    updated_at: deployment.statuses.at(-1)?.at ?? deployment.at,
    statuses_url: `${url}/statuses`,
    repository_url: apiUrl(world, repository),
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
  };
}

function renderStatus(world: World, repository: Repository, deployment: Deployment, status: DeploymentStatus) {
  const url = `${apiUrl(world, repository)}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DES', status.id),
    state: status.state,
    creator: renderUser(world, userNamed(world, status.creator)),
    description: status.description,
    environment: deployment.environment,
    target_url: status.url || url,
    ...(status.url === '' ? {} : { log_url: status.url }),
    ...(status.environmentUrl === '' ? {} : { environment_url: status.environmentUrl }),
    created_at: status.at,
    updated_at: status.at,
    deployment_url: url,
    repository_url: apiUrl(world, repository),
  };
}
