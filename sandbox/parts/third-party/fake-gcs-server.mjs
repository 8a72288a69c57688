import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { architecture, unpack } from '../sources/download.mjs';
import { builtWithGo } from '../sources/go.mjs';
import { versions } from '../versions.mjs';

const version = versions['fake-gcs-server'];

/** An emulator of Google Cloud Storage. It ignores preconditions on delete, metadata, compose and copy. */
export const fakeGcsServer = cachedPart({
  name: 'fake-gcs-server',
  title: 'fake-gcs-server',
  version,
  sources: [
    {
      name: 'official download',
      async fill(folder) {
        const system = process.platform === 'darwin' ? 'Darwin' : 'Linux';
        await unpack(`https://github.com/fsouza/fake-gcs-server/releases/download/v${version}/fake-gcs-server_${version}_${system}_${architecture()}.tar.gz`, folder);
      },
    },
    builtWithGo({ packages: [`github.com/fsouza/fake-gcs-server@v${version}`], minutes: 2, go: '1.26' }),
  ],
  paths: (folder) => join(folder, 'fake-gcs-server'),
  check: (program) => run(program, ['-help'], { timeoutMs: 20_000 }),
});
