/** What is well-formed piece by piece and still can't work; `path` leads to it in the catalog. */
export interface Contradiction {
  readonly path: PropertyKey[];
  readonly message: string;
}
