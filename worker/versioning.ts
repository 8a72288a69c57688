import type { WorkerDeploymentOptions } from '@temporalio/worker';

/** A build of the worker, as Temporal tells it from the others. */
export interface WorkerBuild {
  /** The deployment whose successive versions are the builds. */
  readonly deployment: string;
  /** Unique to the build: an image's digest or a commit's SHA. */
  readonly id: string;
}

/**
 * Running releases move on with the current build (`AUTO_UPGRADE`), so their code must replay: guard every change by
 * `patched`. A release waits for people for days or weeks; pinning it would keep every old build running as long, and
 * keep the fix of a broken one from the releases that need it.
 */
export function versioning({ deployment, id }: WorkerBuild): WorkerDeploymentOptions {
  return {
    useWorkerVersioning: true,
    version: { deploymentName: deployment, buildId: id },
    defaultVersioningBehavior: 'AUTO_UPGRADE',
  };
}
