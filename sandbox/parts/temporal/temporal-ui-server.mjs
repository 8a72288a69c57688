import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { builtWithGo } from '../sources/go.mjs';
import { versions } from '../versions.mjs';

const version = versions['temporal-ui-server'];
const build = builtWithGo({ packages: [`github.com/temporalio/ui-server/v2/cmd/server@v${version}`], minutes: 2, go: '1.26' });

/** Temporal's Web UI as a server of its own, beside the PostgreSQL edition. The dev server carries one already. */
export const temporalUiServer = cachedPart({
  name: 'temporal-ui-server',
  title: "Temporal's Web UI",
  version,
  sources: [
    {
      ...build,
      async fill(folder) {
        await build.fill(folder);
        await rename(join(folder, 'server'), join(folder, 'temporal-ui-server'));
      },
    },
  ],
  paths: (folder) => join(folder, 'temporal-ui-server'),
  check: (program) => run(program, ['--version'], { timeoutMs: 20_000 }),
});
