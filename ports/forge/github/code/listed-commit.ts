import type { Commit } from '../../../../domain/code/commit.ts';
import { asSha } from '../../../../domain/code/commit.ts';
import { pickedIn, revertedIn } from '../../../../domain/code/revert.ts';
import type { GitHub } from '../connection/client.ts';

type ListedCommit = Awaited<ReturnType<GitHub['rest']['repos']['listCommits']>>['data'][number];

export function fromList({ sha, commit, author, html_url }: ListedCommit): Commit {
  const [reverts, picks] = [revertedIn(commit.message), pickedIn(commit.message)];
  return {
    sha: asSha(sha),
    title: title(commit.message),
    author: commit.author?.name ?? author?.login ?? 'unknown',
    ...(author?.login && { login: author.login }),
    committedAt: commit.committer?.date ?? commit.author?.date ?? '',
    url: html_url,
    ...(reverts.length > 0 && { reverts }),
    ...(picks.length > 0 && { picks }),
  };
}

/** A message's first line. */
export function title(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
