// A process that gets a part which takes half a second, and notes each time that it really fetches it.
import { appendFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedPart, cacheFolder } from '../../sandbox/parts/sources/cached-part.mjs';

await cachedPart({
  name: 'slow',
  title: 'Slow',
  version: '1.0.0',
  sources: [
    {
      name: 'fake',
      async fill(folder) {
        await appendFile(join(cacheFolder(), 'fetched'), 'once\n');
        await sleep(500);
        await writeFile(join(folder, 'program'), 'good');
      },
    },
  ],
  paths: (folder) => join(folder, 'program'),
  check: (path) => stat(path),
}).get();
