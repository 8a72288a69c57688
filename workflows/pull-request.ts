import { workflowInfo } from '@temporalio/workflow';
import type { Opened, VersionChange } from '../activities/pull-requests.ts';
import type { Sha } from '../domain/candidate.ts';
import type { ReleasePlan } from '../domain/release-plan.ts';
import type { Undo } from './compensation.ts';
import type { Release } from './release.ts';
import { Stop } from './stop.ts';

/** Opens the version pull request, and registers how it is withdrawn. */
export async function pullRequestOpened({ plan, status, work, reporter }: Release, register: (undo: Undo) => void): Promise<Opened> {
  const change = versionChange(plan);
  register({
    what: `the pull request on ${plan.downstream.head}`,
    act: async () => {
      const withdrawn = await work.writing.withdrawPullRequest.executeWithOptions({ summary: 'close it, remove its branch' }, [change]);
      return withdrawn.kind === 'merged' ? { stays: `#${withdrawn.number} was merged already` } : {};
    },
  });
  status.enter('opening', { next: 'open the pull request' });
  const pull = await work.writing.openPullRequest.executeWithOptions({ summary: plan.downstream.title }, [change]);
  status.change({ pullRequest: { number: pull.number, url: pull.url } });
  if (pull.closedBy) throw new Stop({ kind: 'closed', by: pull.closedBy });
  reporter.tell({ name: 'opened', line: `opened ${pull.url}` });
  return pull;
}

/** Merges at exactly the head that was green, and answers the commit on the base branch. */
export async function merged({ plan, status, work }: Release, { number, head: sha }: Opened): Promise<Sha> {
  const { repository, head, merge: method } = plan.downstream;
  status.enter('merging', { next: `merge #${number}` });
  const result = await work.writing.mergePullRequest.executeWithOptions({ summary: `merge #${number}` }, [{ repository, number, sha, head, method }]);
  switch (result.kind) {
    case 'merged':
      status.stays(`#${number} is merged`);
      return result.sha;
    case 'closed':
      throw new Stop({ kind: 'closed', by: result.by });
    case 'moved':
      throw new Stop({ kind: 'mergeRefused', reason: 'somebody pushed to the pull request after its pipeline was green' });
    case 'refused':
      throw new Stop({ kind: 'mergeRefused', reason: result.reason });
  }
}

function versionChange({ id, component, mirror, pinned, candidate, date, base, downstream }: ReleasePlan): VersionChange {
  const { repository, branch, head, versionFile, title, labels, runbook } = downstream;
  const since = workflowInfo().startTime.toISOString();
  return { release: id, component, mirror, pinned, candidate, date, repository, branch, base, head, file: versionFile, title, labels, since, ...(runbook && { runbook }) };
}
