import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { builtWithGo } from '../sources/go.mjs';
import { versions } from '../versions.mjs';

const version = versions['compose-check'];
const build = builtWithGo({ packages: [`github.com/compose-spec/compose-go/v2/cmd@v${version}`], minutes: 1, go: '1.24' });

/** The reader of compose files that Docker uses, as a program: refuses a file as Docker would, else prints it with all defaults. */
export const composeCheck = cachedPart({
  name: 'compose-check',
  title: "Docker's compose file reader",
  version,
  sources: [
    {
      ...build,
      async fill(folder) {
        await build.fill(folder);
        await rename(join(folder, 'cmd'), join(folder, 'compose-check'));
      },
    },
  ],
  paths: (folder) => join(folder, 'compose-check'),
  check: (program) => run(program, ['-help'], { timeoutMs: 20_000 }),
});
