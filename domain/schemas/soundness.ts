import { conventionIn } from './convention.ts';
import type { SchemaNaming } from './convention.ts';
import { takeInventory } from './inventory.ts';
import type { Incomplete, StoredSchema } from './inventory.ts';
import type { SchemaPart } from './names.ts';
import { shown } from './refusal.ts';

export type Soundness =
  | { readonly kind: 'sound'; readonly versions: number; readonly object: string }
  | { readonly kind: 'unsound'; readonly reason: string; readonly names: readonly string[] };

/** Above every version that is ever released. */
export const newestOfAll = 'v999999999.0.0';

/** Whether a bucket's `schemas/` is such that any version can be released from it. */
export function soundnessOf(stored: readonly StoredSchema[], naming: SchemaNaming): Soundness {
  const convention = conventionIn(naming, stored.map(({ name }) => name));
  const inventory = takeInventory({ stored, convention, version: newestOfAll, action: 'inject-current-schemas' });
  switch (inventory.kind) {
    case 'ready':
      return { kind: 'sound', versions: inventory.versions.length, object: convention.object };
    case 'refused':
      return { kind: 'unsound', reason: 'holds what is no schema', names: inventory.names.map(({ name, reason }) => `${name}: ${reason}`) };
    case 'incomplete':
      return { kind: 'unsound', reason: toldIncomplete(inventory), names: inventory.versions.flatMap(({ missing }) => missing) };
    default:
      return { kind: 'unsound', reason: 'holds a version above all others', names: inventory.present };
  }
}

/** "the schemas of v5.1.0 are not complete; missing", and what the catalog may say of a part that is younger. */
export function toldIncomplete({ versions, younger }: { readonly versions: readonly Incomplete[]; readonly younger: readonly SchemaPart[] }): string {
  const hint = younger.map(({ name, since }) => `{name: "${name}", since: ${since}}`).join(', ');
  const what = `the schemas of ${shown(versions.map(({ version }) => version)).join(', ')} are not complete`;
  return `${what}${hint && ` (if they did not exist yet, say so under names.parts: ${hint})`}; missing`;
}
