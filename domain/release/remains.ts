/** What a release that did not get to its end leaves behind. */
export interface Remains {
  /** What was taken back. */
  readonly undone: readonly string[];
  /** What can't be taken back, or was not meant to be. */
  readonly stays: readonly string[];
  /** What should have been taken back and could not be: somebody must do it by hand. */
  readonly owed: readonly string[];
}
