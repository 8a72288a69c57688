/** A full commit hash: 40 lower-case hex digits. */
export type Sha = string;

export const shaPattern = /^[0-9a-f]{40}$/;

export function shortSha(sha: Sha): string {
  return sha.slice(0, 12);
}

export interface Commit {
  readonly sha: Sha;
  /** First line of the message. */
  readonly title: string;
  readonly author: string;
  /** Login of the author's account, where the forge knows it. Told by histories and ranges only. */
  readonly login?: string;
  /** ISO 8601, the committer's. */
  readonly committedAt: string;
  readonly url: string;
}
