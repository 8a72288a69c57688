import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findProgram, systemPart } from '../sources/system-part.mjs';

const DEBIAN = '/usr/lib/postgresql';

/** PostgreSQL's folder of programs: `initdb`, `pg_ctl`, `postgres`. They refuse to run as root. */
export const postgresql = systemPart({
  title: 'PostgreSQL',
  debianPackage: 'postgresql',
  async find() {
    const releases = await readdir(DEBIAN).catch(() => []);
    const newestFirst = releases.sort((one, other) => Number(other) - Number(one));
    const program = await findProgram(['initdb'], newestFirst.map((release) => join(DEBIAN, release, 'bin')));
    return program && dirname(await realpath(program));
  },
});
