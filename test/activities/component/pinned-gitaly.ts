import { readCatalog } from '../../../domain/catalog-text.ts';

const reading = readCatalog(`
version: 1
environments: { production: {} }
components:
  gitaly:
    code: { canonical: org/gitaly }
    pin: { repository: org/product, versionFile: GITALY_SERVER_VERSION, head: release/gitaly, title: Update }
    stages: [{ name: production, environment: production, promote: { kind: deployment } }]
`);
if (reading.kind !== 'valid') throw new Error(JSON.stringify(reading));

/** Gitaly, pinned in a product, with nothing but production before it. */
export const pinnedGitaly = reading.catalog;
