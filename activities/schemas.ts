import type { ArtifactStore } from './artifacts/store.ts';
import type { CatalogSource } from './catalog/catalog.ts';
import type { Forge } from './forge/forge.ts';
import type { TellProgress } from './progress.ts';
import { beating } from './pulse.ts';
import { createSchemaArchives } from './schema-archives.ts';
import { createSchemaBuilds } from './schema-builds.ts';
import { createSchemaPlanning } from './schema-planning.ts';
import { createSchemaPullRequests } from './schema-pull-requests.ts';
import { createSchemaStock } from './schema-stock.ts';
import { createSchemaUploads } from './schema-uploads.ts';

export interface SchemaPorts {
  readonly catalog: CatalogSource;
  readonly forge: Forge;
  readonly artifacts: ArtifactStore;
  readonly tellProgress: TellProgress;
  readonly readLagMs: number;
}

/** What the release of a component's database schemas does to the world. */
export function createSchemas(ports: SchemaPorts) {
  const { makeArchive, withdrawArchive, forgetPrevious } = createSchemaArchives(ports);
  const { openSchemaPullRequest, amendSchemaPullRequest, withdrawSchemaPullRequest } = createSchemaPullRequests(ports);
  return {
    ...createSchemaPlanning(ports),
    ...createSchemaBuilds(ports),
    takeStock: createSchemaStock(ports).takeStock,
    makeArchive: beating(makeArchive),
    withdrawArchive: beating(withdrawArchive),
    forgetPrevious: beating(forgetPrevious),
    openSchemaPullRequest: beating(openSchemaPullRequest),
    amendSchemaPullRequest: beating(amendSchemaPullRequest),
    withdrawSchemaPullRequest: beating(withdrawSchemaPullRequest),
    uploadSchemas: beating(createSchemaUploads(ports).uploadSchemas),
  };
}
