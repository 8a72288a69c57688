import type { Commit, Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import type { ReleaseState } from '../release/status.ts';

/** How far a change has come. */
export interface Whereabouts {
  readonly component: string;
  readonly pullRequest?: { readonly number: number; readonly url: string; readonly state: 'open' | 'closed' | 'merged' };
  /** Not there yet while its pull request is not merged. */
  readonly commit?: Commit;
  /** The release under way that carries it. */
  readonly release?: { readonly id: string; readonly candidate: Sha; readonly state: ReleaseState };
  /** What the product's default branch pins, and whether that holds the change. */
  readonly merged: boolean;
  readonly pinned?: string;
  /** In the order of the component's stages. */
  readonly environments: readonly Presence[];
  /** Of a component that is promoted: in which releases it is, and which production has last been given. */
  readonly releases?: { readonly told: string; readonly latest?: string };
  readonly blocked?: Blocked;
}

export interface Presence {
  readonly environment: string;
  readonly runsIt: boolean;
  /** What runs there instead, or holds the change. */
  readonly candidate?: Sha;
  /** ISO 8601: since when that candidate runs there. */
  readonly since?: string;
  /** Why it is not known what runs there now: this is what is recorded. */
  readonly doubt?: string;
}

export interface Blocked {
  /** "approval of production" */
  readonly what: string;
  /** Logins, channels, or roles: who can help; nobody, when time does. */
  readonly by: readonly string[];
  /** ISO 8601 */
  readonly since?: string;
}

/** As lines for people. */
export function toldWhereabouts({ component, pullRequest, commit, release, merged, pinned, environments, releases, blocked }: Whereabouts): string[] {
  return [
    commit ? `${component} ${shortSha(commit.sha)}: ${commit.title}, by ${commit.author}` : component,
    ...(pullRequest ? [`pull request #${pullRequest.number} is ${pullRequest.state}: ${pullRequest.url}`] : []),
    ...(release ? [`in the candidate ${shortSha(release.candidate)} of ${release.id}`] : []),
    ...(pinned ? [`${merged ? 'merged: ' : 'not merged: '}${pinned.slice(0, 12)} is pinned`] : []),
    ...environments.map(toldPresence),
    ...(releases ? [releases.told] : []),
    ...(releases?.latest ? [`the latest release is ${releases.latest}`] : []),
    ...(blocked ? [`blocked by ${blocked.what}${blocked.by.length > 0 ? `; who can help: ${blocked.by.join(', ')}` : ''}${blocked.since ? `; since ${blocked.since}` : ''}`] : []),
  ];
}

function toldPresence({ doubt, ...known }: Presence): string {
  return `${toldPlace(known)}${doubt === undefined ? '' : ` (by what is recorded: ${doubt})`}`;
}

function toldPlace({ environment, runsIt, candidate, since }: Presence): string {
  const what = candidate ? ` ${shortSha(candidate)}${since ? ` since ${since}` : ''}` : '';
  if (runsIt) return `${environment} has it:${what}`;
  return `${environment} does not have it: it runs${what || ' nothing that is known'}`;
}
