import { marker } from '../code/marker.ts';
import { toldChanges } from './contents.ts';
import type { ArchiveChanges } from './contents.ts';
import type { SchemaPlan } from './plan.ts';
import type { SchemaVersion } from './version.ts';

interface Shown {
  readonly plan: SchemaPlan;
  /** Of this run of the release. */
  readonly key: string;
  readonly archive: {
    readonly sha256: string;
    readonly entries: number;
    readonly stock: { readonly versions: readonly SchemaVersion[] };
    readonly changes?: ArchiveChanges;
  };
}

/** The body of a schema release's pull request: what builds will get, what happens next, and whose it is. */
export function schemaPullRequestBody({ plan, key, archive }: Shown): string {
  const { id, version, url, rules, action } = plan;
  const { sha256, entries, changes, stock: { versions } } = archive;
  const range = versions.length > 0 ? ` of ${versions.length} released versions, ${versions[0]} to ${versions.at(-1)}` : '';
  const injected = action === 'inject-current-schemas' ? `, and those of ${version} from this commit` : '';
  return [
    `Builds get their database schemas from [\`${url.split('/').at(-1)}\`](${url}): ${entries} files${range}${injected}.`,
    `Its sha256 is \`${sha256}\`.`,
    ...(changes ? [`${toldChanges(changes).replace(/^s/, 'S')}.`] : []),
    '',
    '#### What happens next',
    action === 'inject-current-schemas'
      ? `When the build is green, Slipway uploads the schemas of ${version} to \`${rules.bucket}\` and merges this at exactly its head commit.`
      : 'When the build is green, Slipway merges this at exactly its head commit.',
    'When it is red, or this is closed, the tarball is taken back.',
    '',
    marker(id),
    marker(key),
  ].join('\n');
}
