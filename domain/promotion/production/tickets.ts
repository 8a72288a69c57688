import type { IssueKey } from '../issue-keys.ts';
import type { QaQuestion } from '../qa.ts';

export interface ReleaseTickets {
  /** Tickets of the release. */
  readonly certain: readonly IssueKey[];
  /** It can't be told whether it is one. */
  readonly unsure: readonly { readonly key: IssueKey; readonly why: string }[];
}

/** The tickets of what a release brings. What only one of two texts of a pull request names may be meant or not. */
export function ticketsOf(items: readonly QaQuestion[]): ReleaseTickets {
  const certain = new Set(items.flatMap(({ found }) => (found.kind === 'keyed' ? found.keys : [])));
  const unsure = new Map<IssueKey, string>();
  for (const { item, found } of items) {
    if (found.kind !== 'disagreeing') continue;
    for (const key of [...found.title, ...found.branch]) {
      if (!certain.has(key)) unsure.set(key, `the title of ${item.name} names ${found.title.join(', ')}, its branch ${found.branch.join(', ')}`);
    }
  }
  return { certain: [...certain], unsure: [...unsure].map(([key, why]) => ({ key, why })) };
}
