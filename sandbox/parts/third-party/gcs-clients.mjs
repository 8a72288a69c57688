import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { versions } from '../versions.mjs';

const packages = [`gsutil==${versions.gsutil}`, `gcloud-aio-storage==${versions['gcloud-aio-storage']}`];

/** What other people fetch many small objects with: Google's own tool, and a client for Python's asyncio. */
export const gcsClients = cachedPart({
  name: 'gcs-clients',
  title: 'gsutil and gcloud-aio-storage',
  version: `${versions.gsutil}-${versions['gcloud-aio-storage']}`,
  sources: [
    {
      name: 'pip',
      effort: 'installing with pip',
      needs: 'Python 3.9 or later with venv',
      async fill(folder) {
        // An environment knows its own path, and this folder is renamed when it is complete: so packages go beside it.
        await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', join(folder, 'packages'), ...packages]);
      },
    },
  ],
  paths: (folder) => ({ python: 'python3', packages: join(folder, 'packages') }),
  check: ({ python, packages }) => run(python, ['-c', 'import gcloud.aio.storage, gslib'], { env: { PYTHONPATH: packages }, timeoutMs: 60_000 }),
});
