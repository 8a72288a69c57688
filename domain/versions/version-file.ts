import { compareVersions, readVersion, versionText } from './version.ts';
import type { Version } from './version.ts';

/** A file that states the component's version. */
export interface VersionFile {
  readonly path: string;
  /** The line that states it, such as `VERSION = '{version}'`; without it the file holds nothing else. */
  readonly pattern?: string | undefined;
}

export type StatedVersion = { readonly kind: 'stated'; readonly text: string } | { readonly kind: 'refused'; readonly reason: string };

const number = String.raw`\d+\.\d+\.\d+(?:-rc\d+)?`;

/** The file's text with another version; undefined stands for a file that does not exist. */
export function withVersion({ path, pattern }: VersionFile, text: string | undefined, version: Version): StatedVersion {
  const stated = versionText(version);
  if (pattern === undefined) return { kind: 'stated', text: text === undefined || text.endsWith('\n') ? `${stated}\n` : stated };
  if (text === undefined) return { kind: 'refused', reason: `${path} does not exist: it must have a line ${pattern}` };
  const place = placeIn(pattern);
  if (!place.test(text)) return { kind: 'refused', reason: `${path} has no line ${pattern}` };
  return { kind: 'stated', text: text.replace(place, (_, before: string, after: string) => `${before}${stated}${after}`) };
}

/** The version that the file states, as it is written there. */
export function statedVersion({ pattern }: VersionFile, text: string): string | undefined {
  return pattern === undefined ? text.trim() || undefined : new RegExp(pattern.split('{version}').map(escaped).join(`(${number})`)).exec(text)?.[1];
}

/** The file with the higher of two versions; undefined where two texts of it differ in more than that, or one states none. */
export function withHigher(file: VersionFile, one: string, other: string): string | undefined {
  const [mine, theirs] = [one, other].map((text) => readVersion(statedVersion(file, text) ?? ''));
  if (mine?.kind !== 'version' || theirs?.kind !== 'version') return undefined;
  const alike = withVersion(file, other, mine.version);
  if (alike.kind !== 'stated' || alike.text.trimEnd() !== one.trimEnd()) return undefined;
  return compareVersions(mine.version, theirs.version) >= 0 ? one : other;
}

function placeIn(pattern: string): RegExp {
  const [before = '', after = ''] = pattern.split('{version}').map(escaped);
  return new RegExp(`(${before})${number}(${after})`);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
