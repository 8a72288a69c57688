import type { Commit, Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import { marker } from '../code/marker.ts';
import { inert } from '../code/quiet-text.ts';
import { toldOutstanding } from '../environments/outstanding.ts';
import type { Outstanding } from '../environments/outstanding.ts';

const mostCommits = 50;

export interface PullRequestBody {
  readonly release: string;
  readonly component: string;
  readonly pinned: Sha;
  readonly candidate: Sha;
  /** Newest first. */
  readonly commits: readonly Commit[];
  readonly total: number;
  /** What environments would get that run something else than what is pinned, or that have been kept from a commit of it. */
  readonly outstanding?: readonly Outstanding[];
  readonly runbook?: string;
  /** The candidate comes before what is pinned: the commits are what is taken out. */
  readonly isBack?: true;
}

/** The body of a version pull request: what it brings, what happens next, and whose it is. */
export function pullRequestBody({ release, component, pinned, candidate, commits, total, outstanding = [], runbook, isBack }: PullRequestBody): string {
  const listed = commits.slice(0, mostCommits);
  const more = total - listed.length;
  return [
    `${isBack ? 'Takes' : 'Moves'} ${component}${isBack ? ' back' : ''} from \`${shortSha(pinned)}\` to \`${shortSha(candidate)}\`: ${total} commit${total === 1 ? '' : 's'}${isBack ? ' are taken out' : ''}.`,
    '',
    ...listed.map((commit) => `- [\`${shortSha(commit.sha)}\`](${commit.url}) ${inert(commit.title)} (${inert(commit.author)})`),
    ...(more > 0 ? [`- … and ${more} more`] : []),
    ...outstanding.flatMap((one) => ['', `**${one.environment}** would get ${inert(toldOutstanding(one))}`]),
    '',
    '#### What happens next',
    `When the pipeline is green, Slipway merges this at exactly its head commit${isBack ? '. It deploys nothing: what runs in environments stays.' : ' and deploys it stage by stage.'}`,
    'To stop it, close this pull request or send `abort` to the release.',
    ...(runbook ? [`When the pipeline is red: ${runbook}`] : []),
    '',
    marker(release),
  ].join('\n');
}
