import type { Sha } from '../code/commit.ts';
import type { Pace } from './pace.ts';

/** What every kind of release has agreed to do: computed once, and from then on part of its history. */
export interface Agreed {
  /** The workflow's id. */
  readonly id: string;
  readonly component: string;
  readonly candidate?: Sha;
  readonly pinned?: Sha;
  /** What the status shows a mark for. */
  readonly stages: readonly { readonly name: string; readonly environment: string }[];
  readonly pace: Pace;
}
