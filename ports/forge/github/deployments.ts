import { asSha } from '../../../domain/code/commit.ts';
import { cut } from '../../../domain/text/short-text.ts';
import { missing, neverRetry } from '../../failures.ts';
import type { Deployment, Deployments, Success } from '../deployments.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { unlessMissing } from './connection/failures.ts';

/** Longest description of a deployment's status that GitHub takes, in characters. */
const longestDescription = 140;
/** How far back it is looked for what an environment runs. */
const mostRecent = 30;

export function githubDeployments({ rest, paginate }: GitHub): Deployments {
  async function withState(repository: string, { id, url }: { readonly id: number; readonly url: string }): Promise<Deployment> {
    const statuses = oldestFirst(await paginate(rest.repos.listDeploymentStatuses, { ...at(repository), deployment_id: id, per_page: 100 }));
    // `inactive` says only that something else runs there now: how it ended was said before, or never will be.
    const last = statuses.findLast(({ state }) => state !== 'inactive');
    const state = deploymentState(last?.state);
    const isRetired = statuses.at(-1)?.state === 'inactive';
    // GitHub's description of its API lacks this state, which runs that wait for a review give their deployments.
    const isWaiting = (last?.state as string | undefined) === 'waiting';
    return { id, url: last?.log_url || last?.target_url || url, state: isRetired && state === 'running' ? 'failed' : state, ...(isWaiting && { waitsFor: [] }) };
  }

  return {
    async carrying(repository, environment, sha, key) {
      const deployments = await paginate(rest.repos.listDeployments, { ...at(repository), sha, environment, task: key, per_page: 100 });
      return Promise.all(oldestFirst(deployments.filter(({ task }) => task === key)).map((deployment) => withState(repository, deployment)));
    },

    async create(repository, { environment, sha, key, payload }) {
      // GitHub's defaults would merge the default branch into what is deployed, and wait for checks that were judged already.
      const { data } = await rest.repos.createDeployment({ ...at(repository), ref: sha, environment, task: key, payload: { ...payload }, auto_merge: false, required_contexts: [] });
      if (!('id' in data)) throw neverRetry('Conflict', `GitHub did not deploy ${sha} to ${environment}: ${data.message}`);
      return { id: data.id, url: data.url, state: 'running' };
    },

    async get(repository, id) {
      const found = await unlessMissing(rest.repos.getDeployment({ ...at(repository), deployment_id: id }));
      if (!found) throw missing(`${repository} does not show the deployment ${id}`);
      return withState(repository, found.data);
    },

    async retire(repository, id, why) {
      await rest.repos.createDeploymentStatus({ ...at(repository), deployment_id: id, state: 'error', description: cut(why, longestDescription) });
    },

    async current(repository, environment) {
      for await (const { data } of paginate.iterator(rest.repos.listDeployments, { ...at(repository), environment, per_page: 30 })) {
        for (const deployment of data.toSorted((a, b) => b.id - a.id)) {
          const { data: statuses } = await rest.repos.listDeploymentStatuses({ ...at(repository), deployment_id: deployment.id, per_page: 100 });
          // One that succeeded becomes inactive when the next one does.
          const last = oldestFirst(statuses).at(-1);
          if (last?.state === 'success') return { sha: asSha(deployment.sha), at: last.created_at };
        }
      }
      return undefined;
    },

    async succeeded(repository, environment) {
      const { data } = await rest.repos.listDeployments({ ...at(repository), environment, per_page: mostRecent });
      const successes: Success[] = [];
      for (const { id, task } of oldestFirst(data).toReversed()) {
        const statuses = await paginate(rest.repos.listDeploymentStatuses, { ...at(repository), deployment_id: id, per_page: 100 });
        // One that succeeded becomes inactive when the next one does.
        const success = statuses.find(({ state }) => state === 'success');
        if (success) successes.push({ name: task, at: success.created_at });
      }
      return successes;
    },
  };
}

/** By id: GitHub's ids rise, and two of its times can be the same. */
export function oldestFirst<T extends { readonly id: number }>(list: readonly T[]): readonly T[] {
  return list.toSorted((a, b) => a.id - b.id);
}

function deploymentState(state: string | undefined): Deployment['state'] {
  if (state === 'success') return 'succeeded';
  return state === 'failure' || state === 'error' ? 'failed' : 'running';
}
