import type { Sha } from '../../../../domain/code/commit.ts';
import type { Repository } from '../../../../domain/code/repository.ts';
import type { Pipelines } from '../../pipelines.ts';
import { newestRuns, seenChecks } from './checks.ts';
import { at } from '../connection/client.ts';
import type { GitHub } from '../connection/client.ts';
import { refusal } from '../connection/failures.ts';

export function githubPipelines({ rest, paginate }: GitHub): Pipelines {
  function runsOf(repository: Repository, sha: Sha) {
    return paginate(rest.actions.listWorkflowRunsForRepo, { ...at(repository), head_sha: sha, per_page: 100 });
  }

  return {
    async runs(repository, sha) {
      return newestRuns(await runsOf(repository, sha))
        .filter(({ event }) => event === 'push' || event.startsWith('pull_request'))
        .map(({ id, run_attempt, status, conclusion }) => ({ id, attempt: run_attempt ?? 1, state: status === 'completed' ? outcome(conclusion) : 'running' }));
    },

    async rerunFailed(repository, run) {
      try {
        await rest.actions.reRunWorkflowFailedJobs({ ...at(repository), run_id: run });
      } catch (error) {
        const { reason = '' } = refusal(error) ?? {};
        // A 403 that is not about the token: "This workflow run cannot be retried", "Unable to retry this workflow run because it was created over a month ago".
        if (/cannot be re-?(tried|run)|unable to re-?(try|run)/i.test(reason)) return 'never';
        throw error;
      }
      return undefined;
    },

    async checks(repository, sha) {
      const where = { ...at(repository), ref: sha, per_page: 100 };
      // First what says whether anything is to come, then what has come: the other way round a check in between would be missed.
      const [suites, runs] = await Promise.all([paginate(rest.checks.listSuitesForRef, where), runsOf(repository, sha)]);
      const [checkRuns, statuses] = await Promise.all([
        paginate(rest.checks.listForRef, { ...where, filter: 'latest' }),
        paginate(rest.repos.listCommitStatusesForRef, where),
      ]);
      const again = runs.filter(({ run_attempt }) => (run_attempt ?? 1) > 1);
      const jobs = await Promise.all(again.map(async ({ id }) => [id, await paginate(rest.actions.listJobsForWorkflowRun, { ...at(repository), run_id: id, filter: 'latest', per_page: 100 })] as const));
      return seenChecks({ suites, runs, checkRuns, statuses, jobs: new Map(jobs) });
    },
  };
}

/** Skipped and neutral runs have nothing that could be run again. */
function outcome(conclusion: string | null): 'passed' | 'failed' {
  return conclusion === 'success' || conclusion === 'skipped' || conclusion === 'neutral' ? 'passed' : 'failed';
}
