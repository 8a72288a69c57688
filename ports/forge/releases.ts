import type { Repository } from '../../domain/code/repository.ts';

/** What a forge shows of a tag: a page with a text, for people who look for what to install. */
export interface ForgeRelease {
  readonly id: number;
  readonly url: string;
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  /** Nobody sees it yet. */
  readonly draft: boolean;
  readonly prerelease: boolean;
}

export interface NewForgeRelease {
  readonly repository: Repository;
  /** Must exist: a forge would make one that does not, somewhere. */
  readonly tag: string;
  readonly title: string;
  readonly body: string;
  readonly prerelease: boolean;
  /** Whether it becomes the one that the forge calls the latest. */
  readonly latest: boolean;
}

export interface Releases {
  /** Of a tag, also where it is a draft. Of several the published one. */
  find(repository: Repository, tag: string): Promise<ForgeRelease | undefined>;
  /** Publishes one. Not idempotent while another is a draft. */
  create(release: NewForgeRelease): Promise<ForgeRelease>;
  /** Publishes a draft, or replaces what a release says. */
  rewrite(id: number, release: NewForgeRelease): Promise<ForgeRelease>;
  /** The tag of the one that is called the latest. */
  latest(repository: Repository): Promise<string | undefined>;
}
