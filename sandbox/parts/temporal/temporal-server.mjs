import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { builtWithGo } from '../sources/go.mjs';
import { versions } from '../versions.mjs';

const version = versions['temporal-server'];
const build = builtWithGo({
  packages: [`go.temporal.io/server/cmd/server@v${version}`, `go.temporal.io/server/cmd/tools/sql@v${version}`],
  minutes: 10,
  go: '1.26',
});

/** The production edition of the Temporal server for PostgreSQL, and the tool that lays its schemas. Only `npm run test:cluster` needs it. */
export const temporalServer = cachedPart({
  name: 'temporal-server',
  title: 'Temporal server (PostgreSQL edition)',
  version,
  sources: [
    {
      ...build,
      async fill(folder) {
        await build.fill(folder);
        await rename(join(folder, 'server'), join(folder, 'temporal-server'));
        await rename(join(folder, 'sql'), join(folder, 'temporal-sql-tool'));
      },
    },
  ],
  paths: (folder) => ({ server: join(folder, 'temporal-server'), sqlTool: join(folder, 'temporal-sql-tool') }),
  check: async ({ server, sqlTool }) => {
    await run(server, ['--version'], { timeoutMs: 20_000 });
    await run(sqlTool, ['--version'], { timeoutMs: 20_000 });
  },
});
