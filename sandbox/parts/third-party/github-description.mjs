import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedPart } from '../sources/cached-part.mjs';
import { run } from '../command.mjs';
import { versions } from '../versions.mjs';

const version = versions['github-description'];
const DESCRIPTION = 'package/generated/api.github.com.json';

/** GitHub's own OpenAPI description of its REST API: one file of 13 MB out of a package of 400. */
export const githubDescription = cachedPart({
  name: 'github-description',
  title: "GitHub's API description",
  version,
  sources: [
    {
      name: 'npm pack',
      effort: 'downloading 29 MB with npm',
      async fill(folder) {
        const answer = await run('npm', ['pack', '--json', '--pack-destination', folder, `@octokit/openapi@${version}`], { cwd: folder });
        const [{ filename }] = JSON.parse(answer);
        await run('tar', ['-xzf', filename, '--strip-components=2', DESCRIPTION], { cwd: folder });
        await rm(join(folder, filename));
      },
    },
  ],
  paths: (folder) => join(folder, 'api.github.com.json'),
  check: (file) => stat(file),
});
