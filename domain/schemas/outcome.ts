import { spoken } from '../text/spoken.ts';
import type { FailedCheck } from '../code/pipeline.ts';
import type { Remains } from '../release/remains.ts';
import type { SchemaVersion } from './version.ts';

/** What lies among the schemas and is none, by the catalog. */
interface Ignoring {
  readonly ignored?: readonly string[];
}

/** How a schema release or an upload ends, if it gets to its end. */
export type SchemaOutcome =
  | ({
      readonly kind: 'schemasReleased';
      readonly version: SchemaVersion;
      readonly archive: { readonly url: string; readonly sha256: string };
      readonly pullRequest: string;
      /** Names in the bucket's `schemas/` that this release added. */
      readonly published: readonly string[];
      /** Versions that others released during the build, and that this tarball lacks. */
      readonly lacks?: readonly SchemaVersion[];
      /** Somebody has given its merge up: no build uses its tarball yet. */
      readonly unmerged?: { readonly by: string; readonly reason: string };
    } & Ignoring)
  /** Builds of the base expect this tarball already: it is there now, and nothing was merged. */
  | ({ readonly kind: 'schemasRepaired'; readonly version: SchemaVersion; readonly archive: { readonly url: string; readonly sha256: string } } & Ignoring)
  | ({ readonly kind: 'schemasUploaded'; readonly version: SchemaVersion; readonly published: readonly string[] } & Ignoring)
  /** The release of this version runs already, and does something else than was asked. */
  | { readonly kind: 'schemasUnderWay'; readonly release: string; readonly runs: string; readonly asked: string };

/** Why one does not go on. */
export type SchemaStopped =
  /** The bucket or the repository is not as it must be; `names` are the files that somebody must look at. */
  | ({ readonly kind: 'schemasRefused'; readonly reason: string; readonly names: readonly string[] } & Remains)
  | ({ readonly kind: 'notOverwritten'; readonly archive: string; readonly by?: string } & Remains)
  | ({ readonly kind: 'buildFailed'; readonly failed: readonly FailedCheck[] } & Remains)
  | ({ readonly kind: 'buildTimedOut'; readonly afterMs: number } & Remains);

const mostNames = 20;

export function toldSchemas(outcome: SchemaOutcome | SchemaStopped): string {
  switch (outcome.kind) {
    case 'schemasReleased': {
      const { version, published, lacks = [], unmerged } = outcome;
      const files = published.length > 0 ? ` with ${published.length} schema files` : '';
      return `released ${version}${files}${lacks.length > 0 ? `, without ${lacks.join(', ')}` : ''}${passingOver(outcome)}${unmerged ? `; its merge was given up by ${unmerged.by}: ${unmerged.reason}` : ''}`;
    }
    case 'schemasRepaired':
      return `repaired ${outcome.archive.url}: it is what builds expect, sha256 ${outcome.archive.sha256}${passingOver(outcome)}`;
    case 'schemasUnderWay':
      return `not begun: ${outcome.release} is under way, ${outcome.runs}. To have it ${outcome.asked} instead, abort it first`;
    case 'schemasUploaded':
      return `uploaded ${outcome.published.length} schema files of ${outcome.version}${passingOver(outcome)}`;
    case 'schemasRefused': {
      const { reason, names } = outcome;
      const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
      return `refused: ${reason}${names.length > 0 ? ` (${names.slice(0, mostNames).join(', ')}${more})` : ''}`;
    }
    case 'notOverwritten':
      return `stopped: ${outcome.archive} exists, and its overwriting was not confirmed${outcome.by ? ` by ${outcome.by}` : ''}`;
    case 'buildFailed':
      return `stopped: the build failed (${outcome.failed.map(({ name }) => name).join(', ')})`;
    case 'buildTimedOut':
      return `stopped: the build was not green after ${spoken(outcome.afterMs)}`;
  }
}

function passingOver({ ignored = [] }: Ignoring): string {
  return ignored.length > 0 ? `, passing over ${ignored.slice(0, mostNames).join(', ')}` : '';
}
