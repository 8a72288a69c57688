import { shortSha } from '../code/commit.ts';
import type { Sha } from '../code/commit.ts';
import { everyKind, releaseId } from './kinds.ts';

/**
 * The id of the release that begins where this downstream commit has set the pin. The same two versions may follow each other again, once
 * somebody has taken the pin back: that is another release.
 */
export function releaseFrom(component: string, pinSetBy: Sha): string {
  return releaseId('release', component, `from-${shortSha(pinSetBy)}`);
}

/** The id of the release that carries on what this commit has pinned, where it is not everywhere. `fence` is that of the last grant of the first environment that lacks it. */
export function releaseAt(component: string, pinSetBy: Sha, fence: number): string {
  return releaseId('release', component, `at-${shortSha(pinSetBy)}-${fence}`);
}

/** The business key of a promotion, by which its run or deployment is found again. A release may have carried another candidate before. */
export function promotionKey({ id, candidate }: { readonly id: string; readonly candidate: Sha }, stage: string): string {
  return `${id}/${stage}/${shortSha(candidate)}`;
}

/** A retry that an operator asked for is another promotion, of a key of its own. */
export function attemptKey(key: string, attempt: number): string {
  return attempt === 1 ? key : `${key}/${attempt}`;
}

/** The promotion that brings back what ran before. */
export function rollbackKey(key: string): string {
  return `${key}/rollback`;
}

const landing = everyKind.filter(({ holdsEnvironments }) => holdsEnvironments).map(({ prefix }) => prefix);

/**
 * The release that a stage runs, and since when, by its successful runs or deployments, newest first: the newest one
 * that was not rolled back.
 */
export function landedRelease(
  successes: readonly { readonly name: string; readonly at: string }[],
  { component, stage }: { readonly component: string; readonly stage: string },
): { readonly release: string; readonly at: string } | undefined {
  // Keys without a candidate are of before they named one.
  const key = new RegExp(String.raw`(?<![\w./-])((?:${landing.join('|')})${component}/[\w.-]+)/${stage}(?:/[0-9a-f]{12})?(/rollback)?(?:/\d+)?(?![\w./-])`);
  const rolledBack = new Set<string>();
  for (const { name, at } of successes) {
    const [, release, rollback] = key.exec(name) ?? [];
    if (release === undefined || rolledBack.has(release)) continue;
    if (!rollback) return { release, at };
    rolledBack.add(release);
  }
  return undefined;
}

/** What the ids of all releases of a commit begin with. */
export function straightPrefix(component: string, candidate: Sha): string {
  return releaseId('release', component, `to-${shortSha(candidate)}-`);
}

/**
 * The id of the release that brings a commit to where its first environment runs something else. `fence` is that of the last grant there: whatever
 * is deployed raises it, so a commit that was taken back, and is released again, has other keys.
 */
export function straightId(component: string, candidate: Sha, { runs, fence }: { readonly runs: Sha | undefined; readonly fence: number }): string {
  return `${straightPrefix(component, candidate)}from-${runs === undefined ? 'nothing' : shortSha(runs)}-${fence}`;
}
