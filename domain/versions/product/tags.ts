import { compareVersions, isFinal, sameLine, tagOf, versionKind } from '../version.ts';
import type { Version } from '../version.ts';
import { productVersion } from './product-tag.ts';

/** The id of the Schedule by which it is looked for tags of a component's product. */
export function productSchedule(component: string): string {
  return `${productSchedules}${component}`;
}

export const productSchedules = 'product/';

/** A tag of the product, and the version of the component that it asks for. */
export interface ProductTag {
  readonly tag: string;
  readonly version: Version;
}

/**
 * Those of the product's tags whose version is still to be released, lowest first: higher than what its line has, or than all there is. What the product
 * tagged before the component had versions of its own, or before it was looked at, asks for nothing.
 */
export function openProductTags(tags: readonly string[], suffix: string, tagged: readonly Version[]): readonly ProductTag[] {
  const names = new Set(tagged.map(tagOf));
  const finals = tagged.filter(isFinal);
  const highest = finals.toSorted(compareVersions).at(-1);
  const wanted = tags.flatMap((tag): readonly ProductTag[] => {
    const version = productVersion(tag, suffix);
    if (!version || names.has(tagOf(version))) return [];
    const line = finals.filter((other) => sameLine(other, version));
    // A candidate is of the main line, and so is a minor: theirs has to be the newest.
    const below = versionKind(version) === 'patch' && line.length > 0 ? line : highest ? [highest] : [];
    return below.length > 0 && below.every((other) => compareVersions(other, version) < 0) ? [{ tag, version }] : [];
  });
  return wanted.toSorted((a, b) => compareVersions(a.version, b.version));
}
