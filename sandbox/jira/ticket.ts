/** An issue as Jira keeps it. */
export interface Ticket {
  readonly id: string;
  readonly key: string;
  title: string;
  status: string;
  assignee: string | undefined;
  /** No transition is open, as where the account may not. */
  closed: boolean;
  readonly comments: { readonly id: string; readonly author: string; readonly body: unknown; readonly properties: readonly { readonly key: string; readonly value: unknown }[] }[];
}

/** The columns of Monitor's board. A ticket may be moved from any of them to any other. */
export const statuses = ['In Progress', 'Merged to main', 'Ready for QA', 'QA Approved', 'Promoted to Prod', 'Done'] as const;
