import type { Sha } from '../domain/candidate.ts';
import type { FailedCheck } from '../domain/pipeline.ts';
import { judge, toldWait } from '../domain/pipeline.ts';
import { notYet } from './failures.ts';
import type { Forge, Repository } from './forge/forge.ts';
import { pullRequestReads } from './pull-requests/reads.ts';

export interface BuildQuestion {
  readonly repository: Repository;
  readonly number: number;
  /** The pull request's head that was built. */
  readonly sha: Sha;
  readonly required: readonly string[];
}

export type BuildAnswer =
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  | { readonly kind: 'closed'; readonly by: string }
  /** Somebody pushed to the pull request: what was built is not what would be merged. */
  | { readonly kind: 'moved' };

export function createSchemaBuilds({ forge }: { readonly forge: Forge }) {
  const { shown } = pullRequestReads(forge);

  /** Looks once at the pull request and at its build. @throws `NotYet` while checks still run, or none has begun */
  async function releaseBuild({ repository, number, sha, required }: BuildQuestion): Promise<BuildAnswer> {
    const pull = await shown(repository, { number, head: sha });
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== sha) return { kind: 'moved' };
    const verdict = judge(await forge.pipelines.checks(repository, sha), required);
    if (verdict.kind === 'pending') throw notYet(`the build of ${sha} waits for ${toldWait(verdict)}`);
    return verdict;
  }

  /** Looks once. @throws `NotYet` until the pull request is merged, by whomever */
  async function mergedBySomebody({ repository, number }: Pick<BuildQuestion, 'repository' | 'number'>): Promise<void> {
    const pull = await forge.pullRequests.get(repository, number);
    if (pull?.state !== 'merged') throw notYet(`#${number} is not merged`);
  }

  return { releaseBuild, mergedBySomebody };
}
