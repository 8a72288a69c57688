import { literally } from '../text/pattern.ts';
import { compareVersions, isSchemaVersion, schemaVersionPattern } from './version.ts';
import type { SchemaVersion } from './version.ts';

/** One of the databases' schemas: "" for schema.json, ".codeintel" for schema.codeintel.json. */
export interface SchemaPart {
  readonly name: string;
  /** First version that has it; every version, if not given. */
  readonly since?: SchemaVersion | undefined;
}

/**
 * How schema files are called, in the repository and in the bucket. The templates hold `{part}` and, in the bucket, `{version}`;
 * the catalog's schema has checked them with `templateMistake`.
 */
export interface SchemaConvention {
  /** In the repository, e.g. `internal/database/schema{part}.json`. */
  readonly source: string;
  /** In the bucket, e.g. `{version}-internal_database.schema{part}.json`. */
  readonly object: string;
  /** Templates of names that older versions were uploaded under. */
  readonly accepts: readonly string[];
  /** Names in the bucket, and paths in the repository, that are no schemas and may stay; `*` stands for any text. */
  readonly ignores?: readonly string[];
  readonly parts: readonly SchemaPart[];
}

export interface SchemaName {
  readonly version: SchemaVersion;
  readonly part: string;
}

/** Why a template of names in the bucket can't be used; undefined when it can. */
export function templateMistake(template: string): string | undefined {
  for (const placeholder of ['{version}', '{part}']) {
    if (template.split(placeholder).length !== 2) return `must contain ${placeholder} exactly once`;
  }
  const literal = template.replace('{version}', 'v').replace('{part}', '');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(literal)) return 'may hold letters, digits, dots, dashes and underscores besides its placeholders';
  return undefined;
}

export function schemaObjectName({ object }: SchemaConvention, { version, part }: SchemaName): string {
  return object.replace('{version}', version).replace('{part}', part);
}

export function schemaSourcePath({ source }: SchemaConvention, part: string): string {
  return source.replace('{part}', part);
}

/** The parts that a version must have to be complete. */
export function partsOf({ parts }: SchemaConvention, version: SchemaVersion): readonly string[] {
  return parts.filter(({ since }) => since === undefined || compareVersions(since, version) <= 0).map(({ name }) => name);
}

/**
 * Reads names of the bucket, and only those that the convention itself could have written: whatever else is found there, path
 * tricks included, is `undefined`.
 */
export function schemaNameReader({ object, accepts, parts }: SchemaConvention): (name: string) => SchemaName | undefined {
  const patterns = [object, ...accepts].map((template) => {
    const body = literally(template).replace('\\{version\\}', `(?<version>${schemaVersionPattern})`);
    return new RegExp(`^${body.replace('\\{part\\}', `(?<part>${partPattern(parts)})`)}$`);
  });
  return (name) => {
    for (const pattern of patterns) {
      const { version = '', part = '' } = pattern.exec(name)?.groups ?? {};
      if (isSchemaVersion(version)) return { version, part };
    }
    return undefined;
  };
}

/** The text of a pattern that finds what `{part}` may stand for. */
export function partPattern(parts: readonly SchemaPart[]): string {
  return parts.map(({ name }) => literally(name)).join('|');
}
