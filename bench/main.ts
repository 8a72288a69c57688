import { benchMainLine } from './main-line.ts';
import { benchPromotion } from './promotion.ts';
import { benchChangelog } from './changelog.ts';
import { benchGitaly } from './gitaly.ts';
import { benchReleases } from './releases.ts';
import { benchSchemas } from './schemas.ts';

/** `npm run bench -- <name>` */
const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = { changelog: benchChangelog, gitaly: benchGitaly, 'main-line': benchMainLine, promotion: benchPromotion, releases: benchReleases, schemas: benchSchemas };

const [name = '', ...args] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (!bench) {
  process.stderr.write(`usage: npm run bench -- <${Object.keys(benches).join('|')}>\n`);
  process.exit(2);
}
await bench(args);
