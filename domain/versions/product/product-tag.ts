import { readVersion } from '../version.ts';
import type { Version } from '../version.ts';

/**
 * The version that a tag of the product asks for: `v12.9.0-ee` for 12.9.0, `v12.9.0-rc42-ee` for a candidate of the product's. Undefined for every
 * other tag.
 *
 * @param suffix what the product's tags end with, such as "-ee"; "" for none
 */
export function productVersion(tag: string, suffix: string): Version | undefined {
  if (!tag.startsWith('v') || !tag.endsWith(suffix)) return undefined;
  const read = readVersion(tag.slice(0, tag.length - suffix.length));
  return read.kind === 'version' ? read.version : undefined;
}
