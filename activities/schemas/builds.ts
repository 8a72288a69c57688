import type { Sha } from '../../domain/code/commit.ts';
import type { FailedCheck } from '../../domain/code/pipeline.ts';
import { toldWait } from '../../domain/code/pipeline.ts';
import { notYet } from '../../ports/failures.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Ports } from '../../ports/ports.ts';
import { pullRequestReads } from '../changes/reads.ts';
import { verdicts } from '../changes/verdict.ts';

export interface BuildQuestion {
  readonly repository: Repository;
  readonly number: number;
  /** The pull request's head that was built. */
  readonly sha: Sha;
  readonly required: readonly string[];
  readonly ignored?: readonly string[];
  /** How long (ms) what may never report is waited for. */
  readonly patience?: number;
  /** The branch that it is merged into. */
  readonly base: string;
  /** The forge refused to merge it until it contains its base. */
  readonly behind?: true;
}

export type BuildAnswer =
  | { readonly kind: 'green' }
  | { readonly kind: 'red'; readonly failed: readonly FailedCheck[] }
  | { readonly kind: 'closed'; readonly by: string }
  /** It can't be merged before it contains this commit of its base. */
  | { readonly kind: 'outdated'; readonly base: Sha }
  /** Somebody pushed to the pull request: what was built is not what would be merged. */
  | { readonly kind: 'moved' };

export function createSchemaBuilds({ forge }: Pick<Ports, 'forge'>) {
  const { missingBase, shown } = pullRequestReads(forge);
  const { verdictOf } = verdicts(forge);

  /** Looks once at the pull request and at its build. @throws `NotYet` while checks still run, or none has begun */
  async function releaseBuild({ repository, number, sha, required, ignored = [], patience = 0, base: branch, behind }: BuildQuestion): Promise<BuildAnswer> {
    const pull = await shown(repository, { number, head: sha });
    if (pull.state === 'closed') return { kind: 'closed', by: pull.closedBy ?? 'somebody' };
    if (pull.head !== sha) return { kind: 'moved' };
    // A forge does not build what conflicts.
    if (pull.conflicts) {
      const base = await missingBase(repository, branch, sha);
      if (base === undefined) throw notYet(`#${number} conflicts with a commit of ${branch} that is not shown yet`);
      return { kind: 'outdated', base };
    }
    const verdict = await verdictOf({ repository, sha, demand: { required, ignored, patience }, into: branch });
    if (verdict.kind === 'pending') throw notYet(`the build of ${sha} waits for ${toldWait(verdict)}`);
    if (verdict.kind === 'red') return { kind: 'red', failed: verdict.failed };
    if (pull.undecided) throw notYet(`the forge does not know yet whether #${number} can be merged`);
    const base = pull.behind || behind ? await missingBase(repository, branch, sha) : undefined;
    return base === undefined ? { kind: 'green' } : { kind: 'outdated', base };
  }

  /** Looks once. @throws `NotYet` until the pull request is merged, by whomever */
  async function mergedBySomebody({ repository, number }: Pick<BuildQuestion, 'repository' | 'number'>): Promise<void> {
    const pull = await forge.pullRequests.get(repository, number);
    if (pull?.state !== 'merged') throw notYet(`#${number} is not merged`);
  }

  return { releaseBuild, mergedBySomebody };
}
