/** What an image is, by its content: `sha256:` and 64 hex digits. Tags move, this doesn't. */
export type Digest = string;

/**
 * Where the images of a component are. Slipway reads only: images are built and tagged by CI.
 *
 * Failures are ApplicationFailures: `PermissionDenied` and `Refused` are never retried; `RateLimited` carries a delay; `Unavailable` means
 * that nothing is known.
 */
export interface Registry {
  /** What a tag of an image stands for now; undefined where there is no such tag, or no such image. */
  digestOf(image: string, tag: string): Promise<Digest | undefined>;
}
