import { notifyRun } from './checks.ts';
import { addDeploymentStatus } from './deployment.ts';
import { beginRun, endRun } from './runs.ts';
import type { Conclusion, Deployment, Repository, Run } from '../state.ts';
import type { World } from '../../world/state.ts';

/** What carries a dispatched deploy run out: queued, in progress, completed. */
export function followDeployRun(world: World, repository: Repository, run: Run): void {
  const { outcomeInput } = run.workflow;
  const scripted = outcomeInput === undefined ? world.outcomes.next(runOutcome(run.workflow.file)) : { result: run.inputs[outcomeInput] ?? 'failure' };
  const { result, afterMs = world.latencyMs.run } = scripted;
  const { turn } = run;
  world.clock.after(afterMs / 2, () => {
    if (run.turn === turn) beginRun(world, run);
  });
  if (result === 'never') return;
  world.clock.after(afterMs, () =>
    world.exclusively(async () => {
      if (run.turn !== turn) return;
      endRun(world, run, () => result as Conclusion);
      const { environment, sha = run.sha } = run.inputs;
      if (result === 'success' && environment) world.state.environments.set(environment, { repository: repository.fullName, sha });
      await notifyRun(world, repository, run);
    }),
  );
}

/** What carries a deployment out, as an ArgoCD-like controller would: queued, in progress, then its outcome. */
export function followDeployment(world: World, repository: Repository, deployment: Deployment): void {
  const { environment, sha } = deployment;
  const { result, afterMs = world.latencyMs.deployment } = world.outcomes.next(deploymentOutcome(environment));
  addDeploymentStatus(world, repository, deployment, { state: 'queued', creator: 'argocd[bot]' });
  world.clock.after(afterMs / 2, () => {
    addDeploymentStatus(world, repository, deployment, { state: 'in_progress', creator: 'argocd[bot]' });
  });
  if (result === 'never') return;
  world.clock.after(afterMs, () => {
    // Somebody has called it off.
    if (deployment.statuses.some(({ state }) => state === 'error')) return;
    addDeploymentStatus(world, repository, deployment, { state: result as 'success' | 'failure' | 'error', creator: 'argocd[bot]' });
    if (result === 'success') world.state.environments.set(environment, { repository: repository.fullName, sha });
  });
}

export function deploymentOutcome(environment: string): string {
  return `deployment ${environment}`;
}

export function runOutcome(file: string): string {
  return `run ${file}`;
}
