import type { Ports } from './ports.ts';
import { createSchemaArchives } from './schema-archives.ts';
import { createSchemaBuilds } from './schema-builds.ts';
import { createSchemaPlanning } from './schema-planning.ts';
import { createSchemaPullRequests } from './schema-pull-requests.ts';
import { createSchemaStock } from './schema-stock.ts';
import { createSchemaUploads } from './schema-uploads.ts';

/** What the release of a component's database schemas does to the world. */
export function createSchemas(ports: Pick<Ports, 'catalog' | 'forge' | 'artifacts' | 'tellProgress' | 'readLagMs'>) {
  const { takeStock } = createSchemaStock(ports);
  return {
    ...createSchemaPlanning(ports),
    takeStock,
    ...createSchemaArchives(ports),
    ...createSchemaPullRequests(ports),
    ...createSchemaBuilds(ports),
    ...createSchemaUploads(ports),
  };
}
