import type { Sha } from '../../domain/code/commit.ts';
import type { Demand, PipelineVerdict } from '../../domain/code/pipeline.ts';
import { judge } from '../../domain/code/pipeline.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import { serverTime } from '../server-time.ts';

export interface Judged {
  readonly repository: Repository;
  readonly sha: Sha;
  readonly demand: Pick<Demand, 'required' | 'ignored' | 'patience'>;
  /** Where it is to be merged: what that branch requires counts, too. */
  readonly into?: string;
  /** A commit whose status contexts are to be expected of this one. */
  readonly like?: Sha;
}

/** Whether a commit is green: the one answer that releases, merges and publications go by. */
export function verdicts({ access, pipelines }: Pick<Forge, 'access' | 'pipelines'>) {
  async function verdictOf({ repository, sha, demand, into, like }: Judged): Promise<PipelineVerdict> {
    const [checks, rules] = await Promise.all([
      pipelines.checks(repository, sha),
      into === undefined ? undefined : access.rules(repository, into),
    ]);
    const asked = { ...demand, awaited: rules?.checks ?? [] };
    // What is usual decides only on what is green so far, and where nothing else says what has to be there.
    const isOpen = demand.required.length === 0 && asked.awaited.length === 0 && judge(checks, { ...asked, patience: 0 }, serverTime()).kind === 'green';
    const usual = isOpen && like !== undefined ? await contextsOf(repository, like) : [];
    return judge(checks, { ...asked, usual }, serverTime());
  }

  async function contextsOf(repository: Repository, sha: Sha): Promise<readonly string[]> {
    return (await pipelines.checks(repository, sha)).filter(({ of }) => of === undefined).map(({ name }) => name);
  }

  return { verdictOf };
}
