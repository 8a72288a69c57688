import type { Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';

/** One line of versions, and what is on its branch. */
export interface LineState {
  /** "12-9-stable", or the default branch. */
  readonly branch: string;
  readonly head: Sha;
  /** The highest version that is tagged on it. */
  readonly newest?: string;
  /** Commits since that, which no version has yet. */
  readonly unreleased: number;
  /** Production runs it. */
  readonly isRunning: boolean;
}

/** What is known of a component's versions. */
export interface VersionLines {
  readonly component: string;
  readonly repository: string;
  /** The default branch first, then the newest lines. */
  readonly lines: readonly LineState[];
  /** How many older ones are not shown. */
  readonly more?: number;
  readonly production: { readonly environment: string; readonly sha?: Sha; /** The highest version that it has. */ readonly version?: string };
  /** What releases still owe, which keeps them open. */
  readonly owed: readonly { readonly release: string; readonly what: string; /** ISO 8601 */ readonly since: string }[];
}

/** In a few lines, for people; rows of the table first. */
export function toldLines({ repository, lines, more, production, owed }: VersionLines): { readonly rows: readonly (readonly string[])[]; readonly text: readonly string[] } {
  const rows = lines.map(({ branch, head, newest, unreleased, isRunning }) => [branch, shortSha(head), newest ?? 'no version', unreleased === 0 ? '' : `${unreleased} since`, isRunning ? production.environment : '']);
  const { environment, sha, version } = production;
  return {
    rows: [['branch', 'head', 'newest', 'unreleased', 'runs in'], ...rows],
    text: [
      ...(more === undefined ? [] : [`and ${more} older lines of ${repository}`]),
      sha === undefined ? `${environment} runs nothing that is known` : `${environment} runs ${shortSha(sha)}${version === undefined ? ', which no version has' : `, which has ${version}`}`,
      ...(owed.length === 0 ? ['nothing is owed'] : owed.map(({ release, what, since }) => `${release} owes ${what} since ${since}`)),
    ],
  };
}
