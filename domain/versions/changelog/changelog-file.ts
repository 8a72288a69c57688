import { compareVersions, readVersion, versionText } from '../version.ts';
import type { Version } from '../version.ts';

export interface Section {
  readonly version: Version;
  /** "2023-12-20" */
  readonly date: string;
  /** Without its heading. */
  readonly body: string;
}

interface FoundSection {
  readonly version: Version;
  readonly date?: string;
  /** Of the heading's first character, and of what follows the section. */
  readonly from: number;
  readonly to: number;
  readonly bodyFrom: number;
}

/** `## 16.7.0 (2023-12-20)`, and as old files have it: `## v1.2.3`. */
const heading = /^## v?(\d+\.\d+\.\d+)[ \t]*(?:\((\d{4}-\d\d-\d\d)\))?.*$/gm;

/** A changelog with this section: in place of the one that its version has, else where its version belongs, not on top. */
export function withSection(file: string, { version, date, body }: Section): string {
  const section = `## ${versionText(version)} (${date})\n\n${body.trimEnd()}\n\n`;
  const sections = sectionsOf(file);
  const own = sections.find((one) => compareVersions(one.version, version) === 0);
  if (own) return tidy(file.slice(0, own.from), section, file.slice(own.to));
  const lower = sections.find((one) => compareVersions(one.version, version) < 0);
  return lower ? tidy(file.slice(0, lower.from), section, file.slice(lower.from)) : tidy(file, section, '');
}

/** What a changelog says of a version; undefined where it has no section for it. */
export function sectionOf(file: string, version: Version): Section | undefined {
  const found = sectionsOf(file).find((one) => compareVersions(one.version, version) === 0);
  return found && { version, date: found.date ?? '', body: `${file.slice(found.bodyFrom, found.to).trim()}\n` };
}

/** The versions that have a section, from top to bottom. */
export function versionsIn(file: string): readonly Version[] {
  return sectionsOf(file).map(({ version }) => version);
}

function sectionsOf(file: string): readonly FoundSection[] {
  const headings = [...file.matchAll(heading)].flatMap(({ 0: line, 1: text = '', 2: date, index }) => {
    const read = readVersion(text);
    return read.kind === 'version' ? [{ version: read.version, ...(date && { date }), from: index, bodyFrom: index + line.length }] : [];
  });
  // A heading that names no version ends a section, too.
  const ends = [...file.matchAll(/^## /gm)].map(({ index }) => index);
  return headings.map((one) => ({ ...one, to: ends.find((end) => end > one.from) ?? file.length }));
}

/** One empty line between sections, and none at the end. */
function tidy(before: string, section: string, after: string): string {
  const above = before.trimEnd() === '' ? '' : `${before.trimEnd()}\n\n`;
  return after.trim() === '' ? `${above}${section.trimEnd()}\n` : `${above}${section}${after}`;
}
