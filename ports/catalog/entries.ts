import type { Catalog, Component } from '../../domain/catalog.ts';
import type { FlagRules } from '../../domain/flags/rules.ts';
import type { VersionRules } from '../../domain/versions/rules.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import { neverRetry } from '../failures.ts';

/** What a catalog says of what somebody named. @throws `InvalidInput`, with the known names, where it says nothing */
export function componentIn({ components }: Catalog, name: string): Component {
  return entryOf(components, name, 'component');
}

export function environmentIn({ environments }: Catalog, name: string): Catalog['environments'][string] {
  return entryOf(environments, name, 'environment');
}

export function schemasIn({ schemas }: Catalog, name: string): Catalog['schemas'][string] {
  return entryOf(schemas, name, 'component with schemas');
}

export function promotionIn({ promotion }: Catalog, name: string): Catalog['promotion'][string] {
  return entryOf(promotion, name, 'component that is promoted');
}

export function flagRulesIn(catalog: Catalog, component: string): FlagRules {
  const { flags } = componentIn(catalog, component);
  if (!flags) throw neverRetry('InvalidInput', `the catalog does not say how the flags of ${component} are rolled out: add "flags" to it`);
  return flags;
}

export function versionRulesIn(catalog: Catalog, component: string): VersionRules {
  const { versions } = componentIn(catalog, component);
  if (!versions) throw neverRetry('InvalidInput', `the catalog does not say how versions of ${component} are released: add "versions" to it`);
  return versions;
}

/** Names come from people: "constructor" is in every object. */
function entryOf<Entry>(entries: Readonly<Record<string, Entry>>, name: string, noun: string): Entry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry === undefined) throw neverRetry('InvalidInput', unknownName(noun, name, Object.keys(entries)));
  return entry;
}
