import type { Catalog } from '../../domain/catalog.ts';
import type { Sha } from '../../domain/code/commit.ts';
import { shortSha } from '../../domain/code/commit.ts';
import { lineOf } from '../../domain/code/stable-branch.ts';
import { componentIn, versionedIn } from '../../ports/catalog/entries.ts';
import type { Refs } from '../../ports/git/git.ts';
import type { Ports } from '../../ports/ports.ts';
import { runningCode } from '../environments/running-code.ts';
import { refused } from './ground.ts';
import type { Refused } from './ground.ts';

/** Older lines than so many are not looked at: production runs none of them. */
const mostLines = 30;

export interface RunningBranch {
  readonly kind: 'branch';
  readonly branch: string;
  readonly head: Sha;
}

/** The stable branch that production runs. It may not be the newest by name. */
export function runningLine({ forge, git, environments }: Pick<Ports, 'forge' | 'git' | 'environments'>) {
  const running = runningCode({ forge, environments });

  async function runningBranch(catalog: Catalog, component: string, refs: Refs): Promise<RunningBranch | Refused> {
    const { code, versions } = versionedIn(catalog, component);
    const { pin } = componentIn(catalog, component);
    const repository = versions.repository ?? code.canonical;
    const { environment } = versions.production;
    const present = await running.runs({ component, source: repository, ...(pin && { pin: pin }), ...versions.production });
    if (present === undefined) return refused(`${environment} runs nothing that is known: it can't be told which stable branch it is on`);
    const found = await branchOf(repository, refs, present);
    return found ?? refused(`${environment} runs ${shortSha(present)}, which is on no stable branch of ${repository}: what is merged reaches it by ${code.branch}`);
  }

  /** The lowest line that holds the commit: those above have it because it was merged back. */
  async function branchOf(repository: string, { branches }: Refs, commit: Sha): Promise<RunningBranch | undefined> {
    const lines = Object.entries(branches).flatMap(([branch, head]) => {
      const line = lineOf(branch);
      return line ? [{ branch, head, line }] : [];
    });
    let lowest: RunningBranch | undefined;
    for (const { branch, head } of lines.toSorted((a, b) => b.line.major - a.line.major || b.line.minor - a.line.minor).slice(0, mostLines)) {
      const holds = (await git.mergeBase(repository, commit, head)) === commit;
      if (holds) lowest = { kind: 'branch', branch, head };
      else if (lowest) break;
    }
    return lowest;
  }

  return { runningBranch };
}
