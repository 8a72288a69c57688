declare const brand: unique symbol;

/** A full commit hash: 40 lower-case hex digits. Text becomes one where it comes in, by the schema `sha`, `isSha` or `asSha`. */
export type Sha = string & { readonly [brand]: 'Sha' };

export const shaPattern = '^[0-9a-f]{40}$';
const whole = new RegExp(shaPattern);

export function isSha(text: string): text is Sha {
  return whole.test(text);
}

/**
 * What a service answers as the hash of a commit.
 * @throws RangeError if it is none
 */
export function asSha(text: string): Sha {
  if (!isSha(text)) throw new RangeError(`"${text.slice(0, 60)}" is no full commit SHA of 40 hex digits`);
  return text;
}

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
  /** What its message says that it reverts. Told by histories and ranges only, as is the next. */
  readonly reverts?: readonly Reversal[];
  /** Commits, by the beginnings of their hashes, that its message says it was picked from. */
  readonly picks?: readonly string[];
}

/** What a commit takes back. */
export interface Reversal {
  /** The beginning of a hash. */
  readonly of: string;
  /** Of a merge: all that it has beyond this commit. */
  readonly since?: string;
}
