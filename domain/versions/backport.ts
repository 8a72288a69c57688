import type { Sha } from '../code/commit.ts';
import { marker } from '../code/marker.ts';
import { inert } from '../code/quiet-text.ts';
import type { Repository } from '../code/repository.ts';
import type { LoggedCommit } from './changelog/changelog.ts';
import type { OwedChange } from './owed-change.ts';
import type { Pace } from '../release/pace.ts';
import { trailersOf } from './changelog/trailers.ts';

/** A merged pull request whose label asks for it on the stable branch, too. */
export interface Requested {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  /** Login; none where the account is gone. */
  readonly author?: string;
  /** What it has made of its base branch. */
  readonly mergeSha: Sha;
}

/** What is to be picked now, oldest merge first, and where to. */
export interface BackportPlan {
  readonly kind: 'backports';
  /** The workflow's id: one queue a component. */
  readonly id: string;
  readonly component: string;
  readonly repository: Repository;
  readonly label: string;
  /** The branch that they were merged into. */
  readonly from: string;
  /** The stable branch that production runs. */
  readonly branch: string;
  readonly queue: readonly Requested[];
  readonly stages: readonly [];
  readonly chat?: { readonly progress: string; readonly team: string };
  readonly pace: Pace;
}

/** Its message as `git cherry-pick -x` has it: the line belongs to the trailers, where there are some. @param more trailers that it lacks */
export function pickedMessage(message: string, origins: readonly Sha[], more: readonly string[] = []): string {
  const text = message.trimEnd();
  const lines = [...more, ...origins.map((sha) => `(cherry picked from commit ${sha})`)];
  return `${text}${trailersOf(text).length > 0 ? '\n' : '\n\n'}${lines.join('\n')}\n`;
}

/** The trailers of commits that are picked as one, but for those that their common message has already. */
export function keptTrailers(message: string, commits: readonly LoggedCommit[]): readonly string[] {
  const own = new Set(trailersOf(message).map(({ key }) => key.toLowerCase()));
  const lines = commits.flatMap((commit) => trailersOf(commit.message)).filter(({ key }) => !own.has(key.toLowerCase()));
  return [...new Set(lines.map(({ key, value }) => `${key}: ${value}`))];
}

/** What people are asked to put together, or to let in. @param why the files that conflict, or the remote's words */
export function owedBackport({ id, branch }: Pick<BackportPlan, 'id' | 'branch'>, { number, title, author }: Requested, why: string): OwedChange {
  const todo = `#${number} is to go to ${branch}, too, and could not be picked there: ${inert(why)}. Its branch has what there is, with the marks of the conflict, if it is one: put it right there, and merge.`;
  const whom = author === undefined ? [] : [`@${author}, please see to it.`];
  return {
    head: `slipway/backport-${number}-to-${branch}`,
    base: branch,
    title: `Backport #${number} to ${branch}: ${title}`,
    body: [todo, ...whom, `What else is to be picked waits until it is merged.`, marker(`${id}/${branch}/${number}`)].join('\n\n'),
  };
}
