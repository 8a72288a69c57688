import { missing } from '../../failures.ts';
import type { Deployment } from '../deployments.ts';
import type { WorkflowRuns } from '../workflow-runs.ts';
import { at } from './connection/client.ts';
import type { GitHub } from './connection/client.ts';
import { refusal, unlessMissing } from './connection/failures.ts';
import type { Repository } from '../../../domain/code/repository.ts';
import { oldestFirst } from './deployments.ts';

/** How far back it is looked for what an environment runs. */
const mostRecent = 30;

export function githubWorkflowRuns({ rest, paginate }: GitHub): WorkflowRuns {
  /** Who may let a run go on that an environment's rules have stopped; nobody, where that is a matter of time, or not to be seen. */
  async function reviewersOf(repository: Repository, run: number): Promise<readonly string[]> {
    const found = await rest.actions.getPendingDeploymentsForRun({ ...at(repository), run_id: run }).catch((error: unknown) => {
      if (refusal(error)) return undefined;
      throw error;
    });
    const reviewers = (found?.data ?? []).flatMap((pending) => pending.reviewers ?? []);
    return [...new Set(reviewers.flatMap(({ type, reviewer }) => (reviewer ? [nameOf(repository, type, reviewer)] : [])))];
  }

  return {
    async carrying(repository, workflow, key) {
      const pages = paginate.iterator(rest.actions.listWorkflowRuns, {
        ...at(repository),
        workflow_id: workflow,
        event: 'workflow_dispatch',
        exclude_pull_requests: true,
        per_page: 100,
      });
      const found = [];
      // Newest first, and those of one key are neighbours: a page without any, after one with some, is the end of them.
      for await (const { data } of pages) {
        const carrying = data.filter((run) => carries(run.display_title, key));
        if (carrying.length === 0 && found.length > 0) break;
        found.push(...carrying);
      }
      return oldestFirst(found).map(fromRun);
    },

    async dispatch(repository, workflow, ref, inputs) {
      await rest.actions.createWorkflowDispatch({ ...at(repository), workflow_id: workflow, ref, inputs: { ...inputs } });
    },

    async get(repository, id) {
      const found = await unlessMissing(rest.actions.getWorkflowRun({ ...at(repository), run_id: id, exclude_pull_requests: true }));
      if (!found) throw missing(`${repository} does not show the run ${id}`);
      return { ...fromRun(found.data), ...(found.data.status === 'waiting' && { waitsFor: await reviewersOf(repository, id) }) };
    },

    async cancel(repository, id) {
      try {
        await rest.actions.cancelWorkflowRun({ ...at(repository), run_id: id });
      } catch (error) {
        // It has ended meanwhile.
        if (refusal(error)?.status !== 409) throw error;
      }
    },

    async newest(repository, workflow, since) {
      const asked = { ...at(repository), workflow_id: workflow, created: `>=${since}`, exclude_pull_requests: true, per_page: 100 };
      const { data } = await rest.actions.listWorkflowRuns(asked);
      const [run] = data.workflow_runs.filter(({ created_at }) => Date.parse(created_at) >= Date.parse(since)).toSorted((a, b) => b.id - a.id);
      return run && fromRun(run);
    },

    async ofTag(repository, workflow, tag, sha) {
      const asked = { ...at(repository), workflow_id: workflow, event: 'push', branch: tag, head_sha: sha, exclude_pull_requests: true, per_page: 100 };
      const found = await unlessMissing(rest.actions.listWorkflowRuns(asked));
      const run = oldestFirst(found?.data.workflow_runs ?? []).at(-1);
      return run && fromRun(run);
    },

    async succeeded(repository, workflow) {
      const { data } = await rest.actions.listWorkflowRuns({
        ...at(repository),
        workflow_id: workflow,
        event: 'workflow_dispatch',
        status: 'success',
        exclude_pull_requests: true,
        per_page: mostRecent,
      });
      return oldestFirst(data.workflow_runs).toReversed().map(({ display_title, updated_at }) => ({ name: display_title, at: updated_at }));
    },
  };
}

/** Whether a run's name holds the key as a word of its own: "release 1" is not in "release 12". */
export function carries(name: string, key: string): boolean {
  const within = ` ${name} `;
  for (let start = within.indexOf(key); start !== -1; start = within.indexOf(key, start + 1)) {
    const around = within[start - 1]! + within[start + key.length]!;
    if (!/[\w./-]/.test(around)) return true;
  }
  return false;
}

function fromRun({ id, html_url, status, conclusion }: { readonly id: number; readonly html_url: string; readonly status: string | null; readonly conclusion: string | null }): Deployment {
  const outcome = conclusion === 'success' ? 'succeeded' : 'failed';
  return { id, url: html_url, state: status === 'completed' ? outcome : 'running' };
}

/** A team as the catalog has it: "org/team". */
function nameOf(repository: Repository, type: string | undefined, reviewer: { readonly login?: string; readonly slug?: string }): string {
  return type === 'Team' ? `${at(repository).owner}/${reviewer.slug}` : (reviewer.login ?? 'somebody');
}
