import type { Component } from '../../domain/catalog.ts';
import { isSha } from '../../domain/code/commit.ts';
import type { Sha } from '../../domain/code/commit.ts';
import type { Repository } from '../../domain/code/repository.ts';
import type { Forge } from '../../ports/forge/forge.ts';

/** A file that pins a component. */
export interface PinFile {
  readonly repository: Repository;
  readonly versionFile: string;
}

const version = /^v?(\d+\.\d+\.\d+(?:-rc\d+)?)$/;

/** What pins name: a commit by its SHA, or a version, "12.9.0-rc1", whose tag tells the commit. */
export function pinReads({ commits, tags }: Pick<Forge, 'commits' | 'tags'>) {
  /** The file's text at a branch, tag or SHA, without its line end. */
  async function pinText({ repository, versionFile }: PinFile, ref: string): Promise<string | undefined> {
    return (await commits.read(repository, versionFile, ref))?.trim();
  }

  /** The commit that a pin names; undefined for what is neither a SHA nor a version with a tag. @param tagged where the component's versions are tagged */
  async function commitOf(text: string, tagged: Repository | undefined): Promise<Sha | undefined> {
    if (isSha(text)) return text;
    const [, found] = version.exec(text) ?? [];
    return found === undefined || tagged === undefined ? undefined : tags.find(tagged, `v${found}`);
  }

  /** The commit that is pinned at a branch, tag or SHA. */
  async function pinnedAt(file: PinFile, ref: string, tagged: Repository | undefined): Promise<Sha | undefined> {
    const text = await pinText(file, ref);
    return text === undefined ? undefined : commitOf(text, tagged);
  }

  return { pinText, commitOf, pinnedAt };
}

/** Where the versions of a component are tagged. */
export function tagsOf({ code, versions }: Pick<Component, 'code' | 'versions'>): Repository | undefined {
  return versions?.repository ?? code?.canonical;
}
