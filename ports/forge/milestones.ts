import type { Repository } from '../../domain/code/repository.ts';

export interface Milestone {
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
  /** ISO 8601 */
  readonly due?: string;
}

export interface Milestones {
  /** All of them, those that are due first at the top, those without a date at the end. */
  list(repository: Repository): Promise<readonly Milestone[]>;
  open(repository: Repository, milestone: { readonly title: string; readonly due: string }): Promise<Milestone>;
  close(repository: Repository, number: number): Promise<void>;
}
