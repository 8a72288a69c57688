import { apiUrl } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import { notify } from '../webhooks.ts';
import type { Deployment, DeploymentStatus, Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

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
    deployment_status: renderDeploymentStatus(world, repository, deployment, added),
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

export function renderDeployment(world: World, repository: Repository, deployment: Deployment) {
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

export function renderDeploymentStatus(world: World, repository: Repository, deployment: Deployment, status: DeploymentStatus) {
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
