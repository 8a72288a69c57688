import type { Check } from '../../../domain/code/pipeline.ts';
import type { Pipelines } from '../pipelines.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';

export function githubPipelines({ rest, paginate }: GitHub): Pipelines {
  return {
    async runs(repository, sha) {
      const runs = await paginate(rest.actions.listWorkflowRunsForRepo, { ...at(repository), head_sha: sha, per_page: 100 });
      return runs
        .filter(({ event }) => event === 'push' || event.startsWith('pull_request'))
        .map(({ id, run_attempt, status, conclusion }) => ({ id, attempt: run_attempt ?? 1, state: status === 'completed' ? outcome(conclusion) : 'running' }));
    },

    async rerunFailed(repository, run) {
      await rest.actions.reRunWorkflowFailedJobs({ ...at(repository), run_id: run });
    },

    async checks(repository, sha) {
      const where = { ...at(repository), ref: sha, per_page: 100 };
      const [runs, statuses] = await Promise.all([
        paginate(rest.checks.listForRef, { ...where, filter: 'latest' }),
        paginate(rest.repos.listCommitStatusesForRef, where),
      ]);
      // `latest` holds for one suite; a workflow that is started anew, not rerun, makes another suite.
      const newestRuns = newest(runs, (run) => `${run.app?.slug}/${run.name}`);
      const newestStatuses = newest(statuses, (status) => status.context);
      return [
        ...newestRuns.map(({ name, status, conclusion, html_url }) => ({ name, state: runState(status, conclusion), ...(html_url && { url: html_url }) })),
        ...newestStatuses.map(({ context, state, target_url }) => ({ name: context, state: statusState(state), ...(target_url && { url: target_url }) })),
      ];
    },
  };
}

/** Skipped and neutral runs have nothing that could be run again. */
function outcome(conclusion: string | null): 'passed' | 'failed' {
  return conclusion === 'success' || conclusion === 'skipped' || conclusion === 'neutral' ? 'passed' : 'failed';
}

/** Of each name the one with the highest id: GitHub's ids rise, its times can be missing. */
function newest<T extends { readonly id: number }>(attempts: readonly T[], nameOf: (attempt: T) => string): readonly T[] {
  const found = new Map<string, T>();
  for (const attempt of attempts) {
    const other = found.get(nameOf(attempt));
    if (!other || other.id < attempt.id) found.set(nameOf(attempt), attempt);
  }
  return [...found.values()];
}

/** Failed, cancelled, timed out, stale, in need of a person, or anything that GitHub may yet invent: red. */
function runState(status: string, conclusion: string | null): Check['state'] {
  if (status !== 'completed') return 'pending';
  if (conclusion === 'success') return 'green';
  return conclusion === 'neutral' || conclusion === 'skipped' ? conclusion : 'red';
}

function statusState(state: string): Check['state'] {
  if (state === 'pending') return 'pending';
  return state === 'success' ? 'green' : 'red';
}
