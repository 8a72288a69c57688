import { schemaReleases } from './schema-releases.ts';
import { survives } from './survives.ts';

await survives(schemaReleases);
