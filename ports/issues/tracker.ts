import type { IssueKey } from '../../domain/promotion/issue-keys.ts';
import type { Ticket } from '../../domain/promotion/ticket.ts';

/**
 * Where a component's work is planned and QA says what it has approved. Slipway moves tickets and comments on them; it makes none.
 *
 * Failures are ApplicationFailures: `PermissionDenied`, `InvalidInput` and `Refused` are never retried; `RateLimited` carries a delay;
 * `Unavailable` means that the outcome of a write is unknown. Lists may lag behind a write; `read` does not.
 */
export interface IssueTracker {
  /** The ticket itself; undefined where there is none, or where it is hidden. */
  read(key: IssueKey): Promise<Ticket | undefined>;
  /** Those of these that there are, in no order. */
  find(keys: readonly IssueKey[]): Promise<readonly Ticket[]>;
  /** The tickets of a project that have this status. */
  list(project: string, status: string): Promise<readonly Ticket[]>;
  /** The statuses that a ticket can be moved to now. None: it can't be moved, or the account may not. */
  targets(key: IssueKey): Promise<readonly string[]>;
  /** Moves it to a status, by that one's name, once. @throws `InvalidInput` where no transition leads there */
  move(key: IssueKey, status: string): Promise<void>;
  /** Whether a comment of this name, which people don't see, is there. */
  hasComment(key: IssueKey, name: string): Promise<boolean>;
  /** Comments, once. `ask` is mentioned. */
  comment(key: IssueKey, comment: { readonly name: string; readonly text: string; readonly ask?: Ticket['assignee'] }): Promise<void>;
}
