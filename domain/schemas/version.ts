import { z } from 'zod';
import semver from 'semver';
import { deferred } from '../text/deferred.ts';
import { cut } from '../text/short-text.ts';

/** A released version as the bucket and its tarballs name it: "vX.Y.Z". */
export type SchemaVersion = `v${string}`;

const number = '(?:0|[1-9]\\d{0,8})';

/** The text of a pattern, to be built into the patterns of names that carry a version. */
export const schemaVersionPattern = `v${number}\\.${number}\\.${number}`;

const whole = new RegExp(`^${schemaVersionPattern}$`);

export function isSchemaVersion(text: string): text is SchemaVersion {
  return whole.test(text);
}

/** What is wrong with a text that is no version, and what it should look like. */
export function notAVersion(text: string): string {
  return `"${cut(text, 80)}" is no version to release schemas for: write vX.Y.Z, such as v5.3.4444 (no leading zeros, no suffix)`;
}

/** "5.3" of v5.3.4444: what a branch carries. */
export function lineOf(version: SchemaVersion): string {
  return `${semver.major(version)}.${semver.minor(version)}`;
}

/** Negative when `a` is below `b`. */
export function compareVersions(a: SchemaVersion, b: SchemaVersion): number {
  return semver.compare(a, b);
}

/** "vX.Y.Z", as input. */
export const schemaVersion = deferred(() => z
  .string()
  .refine(isSchemaVersion, { error: ({ input }) => notAVersion(String(input)) })
  .transform((text) => text as SchemaVersion));
