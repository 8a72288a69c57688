import type { Sha } from '../domain/candidate.ts';
import type { Verdict } from '../domain/pipeline.ts';
import { judge } from '../domain/pipeline.ts';
import { notYet } from './failures.ts';
import type { Forge, Repository } from './forge/forge.ts';

export type Finished = Exclude<Verdict, { kind: 'pending' }>;

export function createPipelines({ forge }: { readonly forge: Forge }) {
  /** Looks once. @throws `NotYet` while checks still run. */
  async function pipeline({ repository, sha, required }: { repository: Repository; sha: Sha; required: readonly string[] }): Promise<Finished> {
    const verdict = judge(await forge.pipelines.checks(repository, sha), required);
    if (verdict.kind === 'pending') throw notYet(`still running: ${verdict.waitingFor.join(', ')}`);
    return verdict;
  }

  return { pipeline };
}
