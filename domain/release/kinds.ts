import { markedKey } from '../code/marker.ts';

/** What the id of a release, a rollout or a schema release begins with; undefined for every other workflow. */
export function prefixOf(workflowId: string): string | undefined {
  return [releasePrefix, rolloutPrefix, schemaPrefix].find((prefix) => workflowId.startsWith(prefix));
}

/** Every release's id begins so. */
export const releasePrefix = 'release/';

export interface NamedRelease {
  readonly id: string;
  readonly component: string;
}

/** The release that a text names first, by its id or by the key of one of its promotions. */
export function namedRelease(text: string): NamedRelease | undefined {
  const [id, component] = /(?<![\w./-])release\/([a-z][a-z0-9-]*)\/[\w.-]+/.exec(text) ?? [];
  return id === undefined || component === undefined ? undefined : { id, component };
}

/** The release whose marker a pull request's body carries. */
export function markedRelease(body: string): NamedRelease | undefined {
  return namedRelease(markedKey(body) ?? '');
}

/** Every rollout's id begins so. */
export const rolloutPrefix = 'flag/';

/** Every schema release's id begins so. */
export const schemaPrefix = 'schemas/';
