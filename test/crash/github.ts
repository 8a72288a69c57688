import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../worlds.ts';

/** What the forge shows a person of a repository. */
export async function github<T>(world: World, path: string): Promise<T> {
  const response = await fetch(`${world.url}/api/v3/repos/${path}`, { headers: { authorization: 'Bearer person:dev' } });
  return (await response.json()) as T;
}

/** The head of the one pull request that is open. */
export async function openHead(world: World, repository: string): Promise<string> {
  const [pull] = await github<{ head: { sha: string } }[]>(world, `${repository}/pulls`);
  return pull!.head.sha;
}

export interface Check {
  readonly status: string;
  readonly conclusion: string | null;
}

/** The checks of a commit. */
export async function checks(world: World, repository: string, sha: string): Promise<readonly Check[]> {
  return (await github<{ check_runs?: readonly Check[] }>(world, `${repository}/commits/${sha}/check-runs`)).check_runs ?? [];
}

/** What the product's own people do: a deployment that Slipway has nothing to do with. */
export async function deploy(world: World, { repository, environment, sha }: { readonly repository: string; readonly environment: string; readonly sha: string }): Promise<void> {
  const body = JSON.stringify({ ref: sha, environment, task: 'deploy', auto_merge: false, required_contexts: [] });
  const { status } = await fetch(`${world.url}/api/v3/repos/${repository}/deployments`, { method: 'POST', body, headers: { authorization: 'Bearer bot-token', 'content-type': 'application/json' } });
  if (status !== 201) throw new Error(`the deployment to ${environment} was answered with ${status}`);
  while ((await world.snapshot()).environments[environment]?.sha !== sha) await sleep(100);
}
