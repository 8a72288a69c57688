import type { Remark } from '../../domain/people/written-vote.ts';
import type { Repository } from '../../domain/code/repository.ts';

/** What is written on pull requests and issues, which share their numbers: texts, comments, reviews, labels. */
export interface Discussions {
  /** Comments and reviews of a pull request, oldest first; not the reviews that were dismissed or are not sent yet. */
  remarks(repository: Repository, number: number): Promise<readonly Remark[]>;
  /** Whether a review was edited, by its id: `remarks` does not tell. */
  isEdited(id: string): Promise<boolean>;
  /** Whether one of the comments holds `marker`. */
  hasComment(repository: Repository, number: number, marker: string): Promise<boolean>;
  comment(repository: Repository, number: number, body: string): Promise<void>;
  /** Replaces the text that it was opened with. */
  rewrite(repository: Repository, number: number, body: string): Promise<void>;
  /** Replaces the labels that match `family` (a prefix such as "workflow::") by `label`, and leaves all others. */
  label(repository: Repository, number: number, label: string, family: string): Promise<void>;
  addLabels(repository: Repository, number: number, labels: readonly string[]): Promise<void>;
  /** Takes one off. Nothing, where it is not there. */
  removeLabel(repository: Repository, number: number, label: string): Promise<void>;
}
