import { currentJobs } from './runs.ts';
import type { Repository } from '../state.ts';

export type CheckState = 'missing' | 'pending' | 'success' | 'failure';

/** How a check run or status context of this name stands at a commit, as protection sees it. */
export function stateOfCheck(repository: Repository, sha: string, name: string): CheckState {
  const status = repository.statuses.findLast((one) => one.sha === sha && one.context === name);
  if (status) return status.state === 'error' ? 'failure' : status.state;
  const jobs = [...repository.runs.filter((run) => run.sha === sha).flatMap(currentJobs), ...repository.suites.filter((suite) => suite.sha === sha).flatMap((suite) => suite.jobs)];
  const job = jobs.findLast((one) => one.name === name);
  if (job === undefined) return 'missing';
  if (job.conclusion === undefined) return 'pending';
  return ['success', 'neutral', 'skipped'].includes(job.conclusion) ? 'success' : 'failure';
}

/** Every check and context that a commit has. */
export function checkNames({ runs, statuses }: Repository, sha: string): string[] {
  const jobs = runs.filter((run) => run.sha === sha).flatMap((run) => currentJobs(run).map((job) => job.name));
  return [...new Set([...jobs, ...statuses.filter((one) => one.sha === sha).map((one) => one.context)])];
}
