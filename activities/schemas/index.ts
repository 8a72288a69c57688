import type { Ports } from '../../ports/ports.ts';
import { createSchemaArchives } from './archives.ts';
import { createSchemaBuilds } from './builds.ts';
import { createSchemaContents } from './contents.ts';
import { createSchemaPlanning } from './planning.ts';
import { createSchemaPullRequests } from './pull-requests.ts';
import { createSchemaStock } from './stock.ts';
import { createSchemaUploads } from './uploads.ts';

/** What the release of a component's database schemas does to the world. */
export function createSchemas(ports: Pick<Ports, 'catalog' | 'forge' | 'artifacts' | 'releases' | 'tellProgress' | 'readLagMs'>) {
  const { takeStock } = createSchemaStock(ports);
  return {
    ...createSchemaPlanning(ports),
    ...createSchemaContents(ports),
    takeStock,
    ...createSchemaArchives(ports),
    ...createSchemaPullRequests(ports),
    ...createSchemaBuilds(ports),
    ...createSchemaUploads(ports),
  };
}
