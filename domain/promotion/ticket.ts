import type { IssueKey } from './issue-keys.ts';

/** What the issue tracker says of an issue. */
export interface Ticket {
  readonly key: IssueKey;
  readonly title: string;
  readonly url: string;
  /** By its name, as people see it on their board. */
  readonly status: string;
  readonly assignee?: { readonly id: string; readonly name: string };
}

/** People write a status in any case. */
export function isStatus(status: string, other: string): boolean {
  return status.trim().toLowerCase() === other.trim().toLowerCase();
}
