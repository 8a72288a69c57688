import { cut } from '../text/short-text.ts';

/** A version that is released: `12.9.0`, `12.9.3`, or a candidate of a minor, `12.9.0-rc4`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** The number behind `-rc`. */
  readonly candidate?: number;
}

export type VersionKind = 'major' | 'minor' | 'patch' | 'candidate';

export type ReadVersion = { readonly kind: 'version'; readonly version: Version } | { readonly kind: 'refused'; readonly reason: string };

const number = '(0|[1-9]\\d{0,8})';
const pattern = new RegExp(`^v?${number}\\.${number}\\.${number}(?:-rc${number})?$`);
/** `-rc20210223090520`: what deployments by the clock were called. They are recognised in old tags, and never made. */
const datedTag = new RegExp(`^v${number}\\.${number}\\.${number}-rc([1-9]\\d{9,13})$`);
const allowed = 'X.Y.Z such as "12.9.0", or a candidate X.Y.0-rcN such as "12.9.0-rc4"';

/** Reads what a person typed. Nothing but digits, dots and `-rc` gets past it, so that a version is never an option, a ref or a path of git's. */
export function readVersion(text: string): ReadVersion {
  const refused = (why: string): ReadVersion => ({ kind: 'refused', reason: `version: ${why}, not ${shown(text)}` });
  if (datedTag.test(text.replace(/^v?/, 'v'))) return refused('a candidate made today has a number of up to nine digits');
  const version = matched(pattern, text);
  if (!version) return refused(`must be ${allowed}`);
  if (version.candidate === 0) return refused('candidates are numbered from 1');
  if (version.candidate !== undefined && version.patch > 0) return refused('only X.Y.0 has candidates, a patch is released from its stable branch as it is');
  return { kind: 'version', version };
}

/** The version of a tag; undefined for a tag that is no version's. */
export function versionOfTag(tag: string): Version | undefined {
  return tag.startsWith('v') ? (matched(pattern, tag) ?? matched(datedTag, tag)) : undefined;
}

/** @throws Error for what `readVersion` refuses: for texts that are known to be versions. */
export function versionOf(text: string): Version {
  const read = readVersion(text);
  if (read.kind === 'refused') throw new Error(read.reason);
  return read.version;
}

export function versionKind({ minor, patch, candidate }: Version): VersionKind {
  if (candidate !== undefined) return 'candidate';
  if (patch > 0) return 'patch';
  return minor > 0 ? 'minor' : 'major';
}

export function versionText({ major, minor, patch, candidate }: Version): string {
  return `${major}.${minor}.${patch}${candidate === undefined ? '' : `-rc${candidate}`}`;
}

export function tagOf(version: Version): string {
  return `v${versionText(version)}`;
}

/** What the tag says, and the release at the forge is called. */
export function titleOf(version: Version): string {
  return `Version ${tagOf(version)}`;
}

export function isFinal({ candidate }: Version): boolean {
  return candidate === undefined;
}

/** Negative where `one` is lower. Candidates by their numbers, which semver compares as text: to it, rc10 is lower than rc4. */
export function compareVersions(one: Version, other: Version): number {
  return (
    one.major - other.major || one.minor - other.minor || one.patch - other.patch || (one.candidate ?? Infinity) - (other.candidate ?? Infinity) || 0
  );
}

export function sameLine(one: Version, other: Version): boolean {
  return one.major === other.major && one.minor === other.minor;
}

function matched(shape: RegExp, text: string): Version | undefined {
  const [, major, minor, patch, candidate] = shape.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), ...(candidate !== undefined && { candidate: Number(candidate) }) };
}

function shown(text: string): string {
  return JSON.stringify(cut(text, 60));
}
