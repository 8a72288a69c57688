import type { ChatChannels } from '../release/chat.ts';
import type { Sha } from '../code/commit.ts';
import type { CarriedChange } from '../changes/change.ts';
import { doubtsAbout } from './base.ts';
import type { SchemaArchive } from './deps.ts';
import type { SchemaAction } from './inventory.ts';
import type { SchemaRefusal } from './refusal.ts';
import type { SchemaRequest, UploadRequest } from './request.ts';
import type { SchemaRules } from './rules.ts';
import type { SchemaVersion } from './version.ts';
import { isSchemaVersion, schemaVersion } from './version.ts';
import type { Pace } from '../release/pace.ts';
import { releaseId } from '../release/kinds.ts';

/** Where the bucket keeps the schemas of released versions, and the tarballs that builds take them from. */
export const schemaFolder = 'schemas/';
const archiveFolder = 'dist/';

/** What one schema release, or upload, has agreed to do: computed once, and from then on part of its history. */
export interface SchemaPlan {
  readonly kind: 'schemas';
  /** The workflow's id: a version is released once at a time. */
  readonly id: string;
  readonly component: string;
  readonly version: SchemaVersion;
  readonly action: SchemaAction | 'upload-current-schemas';
  /** The branch that the release is cut from, and merged back into. */
  readonly into: string;
  /** What is released: the head of the base when the release began, or the commit that `ref` names. */
  readonly candidate: Sha;
  /** The tag or commit that was asked for: then the schemas are those of exactly this commit. */
  readonly ref?: string;
  /** The tarball that builds of the base took when the release began; why that can't be told, otherwise. */
  readonly named?: { readonly kind: 'named'; readonly archive: SchemaArchive } | SchemaRefusal;
  /** What makes the base look like a mistake. */
  readonly doubts?: readonly string[];
  /** Its committer date: dates every commit that the release makes, so that they come out the same again. */
  readonly date: string;
  /** The tarball's name in the bucket. */
  readonly archive: string;
  /** Where builds get it. */
  readonly url: string;
  /** The pull request's branch and title. */
  readonly branch: string;
  readonly title: string;
  readonly rules: SchemaRules;
  readonly stages: readonly [];
  /** Confirmed beforehand. */
  readonly overwrite: boolean;
  readonly chat?: ChatChannels;
  readonly pace: Pace;
  readonly reason?: string;
}

export interface SchemaCut {
  readonly request: SchemaRequest | UploadRequest;
  readonly base: string;
  readonly candidate: Sha;
  readonly date: string;
  readonly named?: SchemaPlan['named'];
  /** The branch that carries the version's line. */
  readonly carrier?: string;
}

/** The tarball's name in the bucket, and where builds get it. */
export function archiveOf({ url, bucket }: Pick<SchemaRules, 'url' | 'bucket'>, version: string): { readonly name: string; readonly url: string } {
  const file = `schemas-${version}.tar.gz`;
  return { name: archiveFolder + file, url: url.replace('{bucket}', bucket).replace('{archive}', file) };
}

/** The tarball in the bucket's `dist/` that is had at a URL; undefined for what comes from elsewhere. */
export function archiveAt({ url: template, bucket }: Pick<SchemaRules, 'url' | 'bucket'>, url: string): { readonly name: string; readonly version?: SchemaVersion } | undefined {
  const [before = '', after = ''] = template.replace('{bucket}', bucket).split('{archive}');
  if (!url.startsWith(before) || !url.endsWith(after) || url.length <= before.length + after.length) return undefined;
  const name = archiveFolder + url.slice(before.length, url.length - after.length);
  const version = archiveVersion(name);
  return { name, ...(version !== undefined && { version }) };
}

/** The version whose tarball has this name in the bucket. */
export function archiveVersion(name: string): SchemaVersion | undefined {
  const [, version = ''] = /^dist\/schemas-(.+)\.tar\.gz$/.exec(name) ?? [];
  return isSchemaVersion(version) ? version : undefined;
}

/** The release whose pull request comes from this branch; undefined for a branch that can't be one's. */
export function schemaReleaseFrom(branch: string, { component, head }: { readonly component: string; readonly head: string }): string | undefined {
  const [before = '', after = ''] = head.split('{version}', 2);
  if (!branch.startsWith(before) || !branch.endsWith(after)) return undefined;
  const { success, data } = schemaVersion.safeParse(branch.slice(before.length, branch.length - after.length));
  return success ? releaseId('schemas', component, data) : undefined;
}

/** "inject-current-schemas from 5.1": what tells two requests for the same version apart. */
export function toldWork({ action, into: base, ref }: Pick<SchemaPlan, 'action' | 'into' | 'ref'>): string {
  return `${action} from ${ref === undefined ? base : `${ref} of ${base}`}`;
}

/** What the catalog says of it. */
export interface SchemaGround {
  readonly pace: Pace;
  readonly rules: SchemaRules;
  readonly chat?: ChatChannels | undefined;
}

export function agreeOnSchemas({ pace, rules, chat }: SchemaGround, { request, base, candidate, date, named, carrier = base }: SchemaCut): SchemaPlan {
  const { component, version, reason, ref } = request;
  const archive = archiveOf(rules, version);
  const action = 'action' in request ? request.action : 'upload-current-schemas';
  const before = named?.kind === 'named' ? archiveAt(rules, named.archive.url)?.version : undefined;
  return {
    kind: 'schemas',
    id: releaseId('schemas', component, version),
    component,
    version,
    action,
    into: base,
    candidate,
    ...(ref !== undefined && { ref }),
    ...(named && { named }),
    doubts: doubtsAbout({ version, action, base, carrier, named: before, isExact: ref !== undefined }),
    date,
    archive: archive.name,
    url: archive.url,
    branch: rules.head.replace('{version}', version),
    title: rules.title.replace('{version}', version),
    rules,
    stages: [],
    overwrite: 'overwrite' in request && request.overwrite !== undefined,
    ...(chat && { chat }),
    pace,
    ...(reason !== undefined && { reason }),
  };
}

/** The life of its pull request. */
export function changeOf({ component, rules, branch: head, into: base, chat, pace }: SchemaPlan): CarriedChange {
  return { repository: rules.repository, branch: head, into: base, method: rules.merge, autoMerge: false, team: chat?.progress ?? `the team of ${component}`, patience: pace.patience };
}
