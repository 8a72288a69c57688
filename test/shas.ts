import type { Sha } from '../domain/code/commit.ts';
import { asSha } from '../domain/code/commit.ts';

/** The SHA of a commit of which only matters that it is another than the next one's: a hex digit, 40 times. */
export function shaOf(digit: string): Sha {
  return asSha(digit.repeat(40));
}

/** A name in place of a hash, for what only compares. */
export function namedSha(name: string): Sha {
  return name as Sha;
}
