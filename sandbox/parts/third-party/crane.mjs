import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { builtWithGo } from '../sources/go.mjs';
import { versions } from '../versions.mjs';

const version = versions.crane;

/** A real container registry (`crane registry serve`), and a client that puts images into it. */
export const crane = cachedPart({
  name: 'crane',
  title: 'crane',
  version,
  sources: [builtWithGo({ packages: [`github.com/google/go-containerregistry/cmd/crane@v${version}`], minutes: 1, go: '1.25' })],
  paths: (folder) => join(folder, 'crane'),
  check: (program) => run(program, ['version'], { timeoutMs: 20_000 }),
});
