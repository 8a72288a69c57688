import type { Catalog, Component } from '../../domain/catalog.ts';
import type { FlagRules } from '../../domain/flags/rules.ts';
import type { PromotionRules } from '../../domain/promotion/rules.ts';
import type { SchemaRules } from '../../domain/schemas/rules.ts';
import type { VersionRules } from '../../domain/versions/rules.ts';
import type { Repository } from '../../domain/code/repository.ts';
import { kinds } from '../../domain/release/kinds.ts';
import { unknownName } from '../../domain/text/nearest-name.ts';
import { neverRetry } from '../failures.ts';
import type { Code } from '../../domain/code/rules.ts';

/** What a catalog says of what somebody named. @throws `InvalidInput`, with the known names, where it says nothing */
export function componentIn({ components }: Catalog, name: string): Component {
  return entryOf(components, name, 'component');
}

export function environmentIn({ environments }: Catalog, name: string): Catalog['environments'][string] {
  return entryOf(environments, name, 'environment');
}

/** A component that releases carry commits of. */
export type ReleasableComponent = Component & { readonly code: Code };

export function releasableIn(catalog: Catalog, name: string): ReleasableComponent {
  const { code, ...rest } = componentAmong(catalog, ({ code: from, pin, stages }) => from !== undefined && (pin !== undefined || stages.length > 0), name);
  if (!code || (!rest.pin && rest.stages.length === 0)) throw neverRetry('InvalidInput', `the catalog does not say where the commits of ${name} come from and go to: add "code" to it, and "stages" or a "pin"`);
  return { ...rest, code };
}

/** What a halt of a component stops: what goes through stages, by its own pin or stages, or from stage to production. */
export interface Haltable {
  /** Where the team is told. */
  readonly channel?: string;
  /** The repository of what a release carries, by the release's id. */
  sourceOf(release: string): Repository;
}

/** @throws `InvalidInput` for one of which nothing goes through stages, with what stops its releases instead */
export function haltableIn(catalog: Catalog, name: string): Haltable {
  const { code, pin, stages, promotion, chat, ...others } = componentAmong(catalog, (component) => isHaltable(component), name);
  const carried = code && (pin || stages.length > 0) ? code.mirror : undefined;
  const source = carried ?? promotion?.repository;
  if (source === undefined) {
    const instead = [others.flags && 'a rollout is stopped by "hold"', (others.schemas || others.versions) && 'a release of its schemas or versions by "abort", each by itself'].filter((text) => typeof text === 'string');
    throw neverRetry('InvalidInput', `nothing of ${name} goes through stages, so that a halt or veto would stop nothing${instead.length > 0 ? `: ${instead.join(', ')}` : ''}`);
  }
  const channel = chat?.team ?? promotion?.chat.progress;
  return { ...(channel !== undefined && { channel }), sourceOf: (release) => (release.startsWith(kinds.production.prefix) && promotion ? promotion.repository : source) };
}

function isHaltable({ code, pin, stages, promotion }: Component): boolean {
  return (code !== undefined && (pin !== undefined || stages.length > 0)) || promotion !== undefined;
}

/** A component whose database schemas are released. */
export type WithSchemas = Component & { readonly schemas: SchemaRules };

export function schemasIn({ components }: Catalog, name: string): WithSchemas {
  const having = Object.fromEntries(Object.entries(components).flatMap(([one, { schemas, ...rest }]) => (schemas ? [[one, { ...rest, schemas }]] : [])));
  return entryOf(having, name, 'component with schemas');
}

/** A component whose feature flags are rolled out. */
export type FlaggedComponent = Component & { readonly code: Code; readonly flags: FlagRules };

export function flaggedIn(catalog: Catalog, name: string): FlaggedComponent {
  const { code, flags, ...rest } = componentAmong(catalog, (component) => component.flags !== undefined, name);
  if (!code || !flags) throw neverRetry('InvalidInput', `the catalog does not say how the flags of ${name} are rolled out: add "flags" to it`);
  return { ...rest, code, flags };
}

export function promotionIn({ components }: Catalog, name: string): PromotionRules {
  return entryOf(Object.fromEntries(Object.entries(components).flatMap(([one, { promotion }]) => (promotion ? [[one, promotion]] : []))), name, 'component that is promoted');
}

/** A component whose versions are released. */
export type Versioned = Component & { readonly code: Code; readonly versions: VersionRules };

export function versionedIn(catalog: Catalog, name: string): Versioned {
  const { code, versions, ...rest } = componentAmong(catalog, (component) => component.versions !== undefined, name);
  if (!code || !versions) throw neverRetry('InvalidInput', `the catalog does not say how versions of ${name} are released: add "versions" to it`);
  return { ...rest, code, versions };
}

/** A component of this name; of an unknown one those are told that could have been meant. */
function componentAmong({ components }: Catalog, isMeant: (component: Component) => boolean, name: string): Component {
  if (Object.hasOwn(components, name)) return components[name]!;
  return entryOf(Object.fromEntries(Object.entries(components).filter(([, component]) => isMeant(component))), name, 'component');
}

/** Names come from people: "constructor" is in every object. */
function entryOf<Entry>(entries: Readonly<Record<string, Entry>>, name: string, noun: string): Entry {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (entry === undefined) throw neverRetry('InvalidInput', unknownName(noun, name, Object.keys(entries)));
  return entry;
}
