import type { Commit, Reversal, Sha } from '../../domain/code/commit.ts';
import { isTakenBack, picksOf, standingReversals } from '../../domain/code/revert.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { haltOf, vetoesOf } from '../../domain/people/objection.ts';
import type { Objection, Objections, Veto } from '../../domain/people/objection.ts';
import { serverTime } from '../server-time.ts';
import type { Ports } from '../../ports/ports.ts';

export interface Candidate {
  readonly component: string;
  readonly candidate: Sha;
  /** The repository of its commits. */
  readonly source: Repository;
}

/** What people have against what a release is about to do. */
export function readObjections({ components, forge }: Pick<Ports, 'components' | 'forge'>) {
  /** What is in force now of what people have against the releases of a component. */
  async function inForce(component: string): Promise<Pick<Objections, 'halt' | 'vetoes'>> {
    const objections = await components.objections(component);
    const now = new Date(serverTime()).toISOString();
    const halt = objections && haltOf(objections, now);
    return { ...(halt && { halt }), vetoes: objections ? vetoesOf(objections, now) : [] };
  }

  /** Undefined where nobody objects. */
  async function against({ component, candidate, source }: Candidate): Promise<Objection | undefined> {
    const objections = await components.objections(component);
    const found = objections && (await concerning(objections, { candidate, source }));
    return found?.halt || found?.veto ? found : undefined;
  }

  /** What of it is about a candidate. */
  async function concerning(objections: Objections, { candidate, source }: Omit<Candidate, 'component'>): Promise<Objection> {
    const now = new Date(serverTime()).toISOString();
    const halt = haltOf(objections, now);
    const veto = await vetoIn(vetoesOf(objections, now), { candidate, source });
    return { at: objections.at, ...(halt && { halt }), ...(veto && { veto }) };
  }

  /** The veto on a candidate, or on what it contains, or a pick of that, without its revert. */
  async function vetoIn(vetoes: readonly Veto[], { candidate, source }: Omit<Candidate, 'component'>): Promise<Veto | undefined> {
    const own = vetoes.find(({ sha }) => sha === candidate);
    if (own) return own;
    for (const veto of vetoes.toReversed()) {
      if (!veto.only && (await containsUnreverted(source, veto.sha, candidate))) return veto;
    }
    return undefined;
  }

  /** By content: the commit itself or a pick of it, unless each of them has been taken back. */
  async function containsUnreverted(source: Repository, sha: Sha, candidate: Sha): Promise<boolean> {
    const { commits, diverged } = await rangeOf(source, sha, candidate);
    const reversals = standingReversals(commits);
    for (const one of [...(diverged ? [] : [sha]), ...picksOf(sha, commits)]) {
      if (!isTakenBack(one, reversals) && !(await isOfMerge(source, one, { commits, reversals }))) return true;
    }
    return false;
  }

  /** Whether one of the merges that were taken back has brought it. */
  async function isOfMerge(source: Repository, sha: Sha, { commits, reversals }: { readonly commits: readonly Commit[]; readonly reversals: readonly Reversal[] }): Promise<boolean> {
    for (const { of, since } of reversals) {
      const merge = since === undefined ? undefined : commits.find((commit) => commit.sha.startsWith(of));
      if (merge && !(await forge.commits.range(source, sha, merge.sha)).diverged && (await forge.commits.range(source, sha, since!)).diverged) return true;
    }
    return false;
  }

  /** Whoever mistypes a commit that is nowhere vetoes nothing. */
  async function rangeOf(source: Repository, from: Sha, to: Sha): Promise<{ readonly commits: readonly Commit[]; readonly diverged: boolean }> {
    const isThere = (await forge.commits.find(source, from)) && (await forge.commits.find(source, to));
    return isThere ? forge.commits.range(source, from, to) : { commits: [], diverged: true };
  }

  return { inForce, against, concerning, vetoIn };
}
