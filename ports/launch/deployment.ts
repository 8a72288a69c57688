import type { Mechanism } from '../../domain/stages/rules.ts';
import type { Forge } from '../forge/forge.ts';
import type { Launch } from './launch.ts';

/** A deployment of the forge's, which somebody else carries out and reports on. */
export function deploymentLaunch({ deployments }: Pick<Forge, 'deployments'>): Launch<Extract<Mechanism, { kind: 'deployment' }>> {
  return {
    find: (_mechanism, { repository, environment, sha, key }) => deployments.carrying(repository, environment, sha, key),
    start: (_mechanism, { repository, environment, sha, key }, fences) => deployments.create(repository, { environment, sha, key, payload: { ...fences } }),
    cancel: (repository, id) => deployments.retire(repository, id, 'created twice: the one before counts'),
    look: (repository, id) => deployments.get(repository, id),
    succeeded: (_mechanism, { repository, environment }) => deployments.succeeded(repository, environment),
    requires: () => [],
  };
}
