import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { builtWithGo } from '../sources/go.mjs';
import { downloadTemporal } from './temporal-download.mjs';
import { versions } from '../versions.mjs';

const version = versions.temporal;

/** Temporal's development server with its Web UI, on SQLite: one program, `temporal server start-dev`. */
export const temporal = cachedPart({
  name: 'temporal',
  title: 'Temporal server (CLI)',
  version,
  sources: [
    {
      name: 'official download',
      async fill(folder) {
        const program = await downloadTemporal({ artifact: 'cli', version, folder });
        if (program !== 'temporal') await rename(join(folder, program), join(folder, 'temporal'));
      },
    },
    builtWithGo({ packages: [`github.com/temporalio/cli/cmd/temporal@v${version}`], minutes: 4, go: '1.25' }),
  ],
  paths: (folder) => join(folder, 'temporal'),
  check: (program) => run(program, ['--version'], { timeoutMs: 20_000 }),
});
