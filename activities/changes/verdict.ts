import type { Sha } from '../../domain/code/commit.ts';
import type { Demand, Verdict } from '../../domain/code/pipeline.ts';
import { judge } from '../../domain/code/pipeline.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Forge } from '../../ports/forge/forge.ts';

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
  async function verdictOf({ repository, sha, demand, into, like }: Judged): Promise<Verdict> {
    const [checks, rules, usual] = await Promise.all([
      pipelines.checks(repository, sha),
      into === undefined ? undefined : access.rules(repository, into),
      like === undefined || demand.required.length > 0 ? [] : contextsOf(repository, like),
    ]);
    return judge(checks, { ...demand, awaited: rules?.checks ?? [], usual }, Date.now());
  }

  async function contextsOf(repository: Repository, sha: Sha): Promise<readonly string[]> {
    return (await pipelines.checks(repository, sha)).filter(({ of }) => of === undefined).map(({ name }) => name);
  }

  return { verdictOf };
}
