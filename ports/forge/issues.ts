import type { Repository } from '../../domain/code/repository.ts';

export interface Issue {
  readonly number: number;
  readonly url: string;
  readonly state: 'open' | 'closed';
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  /** Logins. */
  readonly assignees: readonly string[];
}

export interface NewIssue {
  readonly repository: Repository;
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  /** By its title; left out where there is no such milestone. */
  readonly milestone?: string;
}

export interface Issues {
  get(repository: Repository, number: number): Promise<Issue | undefined>;
  /** Open issues that carry all these labels, newest first. */
  list(repository: Repository, labels: readonly string[]): Promise<readonly Issue[]>;
  open(issue: NewIssue): Promise<Issue>;
  close(repository: Repository, number: number): Promise<void>;
  /** Assigns somebody, besides those who are. Answers who is then: a forge says nothing of whom it does not take. */
  assign(repository: Repository, number: number, login: string): Promise<readonly string[]>;
}
