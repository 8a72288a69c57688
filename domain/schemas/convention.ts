import { literally, matcherOf } from '../text/pattern.ts';
import { partPattern, schemaNameReader } from './names.ts';
import { isSchemaVersion, schemaVersionPattern } from './version.ts';
import type { SchemaConvention, SchemaName } from './names.ts';

/** What the catalog says of names; how they are called in the bucket is found by looking, where it does not say that. */
export interface SchemaNaming extends Omit<SchemaConvention, 'object'> {
  readonly object?: string | undefined;
}

/** As the release tooling's document writes it: for a bucket that is still empty. */
export const documentedTemplate = '{version}-internal_database.schema{part}.json';

/**
 * The convention of a bucket's `schemas/`: the catalog's own words, or else what most of the files there are called. Names that the catalog
 * `accepts` are older ones, and decide only where there are no others.
 */
export function conventionIn({ object, ...naming }: SchemaNaming, names: readonly string[]): SchemaConvention {
  if (object !== undefined) return { ...naming, object };
  const ignored = matcherOf(naming.ignores);
  const templateOf = templateReader(naming);
  const templates = names.flatMap((name) => (ignored(name) ? [] : (templateOf(name) ?? [])));
  const today = templates.filter((template) => !naming.accepts.includes(template));
  return { ...naming, object: commonest(today) ?? commonest(templates) ?? documentedTemplate };
}

/**
 * The template that a name follows, whichever it is: a version, and the file's name in the repository with anything between them; undefined
 * for what is no name of a schema.
 */
export function templateReader(naming: Pick<SchemaConvention, 'source' | 'parts'>): (name: string) => string | undefined {
  const { whole, version, part } = patternsOf(naming);
  return (name) => (whole.test(name) ? name.replace(version, '{version}').replace(part, '{part}') : undefined);
}

/** What follows a version that is none yet: v5.1.0-rc.1 is not v5.1.0. */
const preRelease = '-(?:alpha|beta|dev|pre|rc)[.-]?\\d';

function patternsOf({ source, parts }: Pick<SchemaConvention, 'source' | 'parts'>) {
  const file = source.slice(source.lastIndexOf('/') + 1);
  const [before = '', after = ''] = file.split('{part}').map(literally);
  const whole = new RegExp(`^(?:[A-Za-z0-9][A-Za-z0-9_-]*-)?${schemaVersionPattern}(?!${preRelease})(?<glue>[_-](?:[A-Za-z0-9._-]*[._-])?)${before}(?:${partPattern(parts)})${after}$`);
  const version = new RegExp(schemaVersionPattern);
  const part = new RegExp(`(?<=${before})(?:${partPattern(parts)})(?=${after}$)`);
  return { whole, version, part };
}

/** What a file in a tarball is, whatever it is called there; undefined for what is no schema. */
export function anySchemaReader({ source, parts }: Pick<SchemaConvention, 'source' | 'parts'>): (name: string) => SchemaName | undefined {
  const { whole, version: versionOf, part: partOf } = patternsOf({ source, parts });
  return (name) => {
    const version = whole.test(name) ? (versionOf.exec(name)?.[0] ?? '') : '';
    return isSchemaVersion(version) ? { version, part: partOf.exec(name)?.[0] ?? '' } : undefined;
  };
}

/** Why a name is not one of the convention, and what may be done about it. */
export function strangerReader(convention: SchemaConvention): (name: string) => string | undefined {
  const read = schemaNameReader(convention);
  const templateOf = templateReader(convention);
  return (name) => {
    if (read(name)) return undefined;
    const template = templateOf(name);
    if (template === undefined) return 'not a name of the convention; if it may stay, list it under names.ignores';
    return `named like ${template}, not like ${convention.object}: correct names.object, or list the older of them under names.accepts`;
  };
}

function commonest(templates: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const template of templates) counts.set(template, (counts.get(template) ?? 0) + 1);
  return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))[0]?.[0];
}
