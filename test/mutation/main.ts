import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { project } from '../../sandbox/parts/build.mjs';

/**
 * `npm run test:mutation [-- --mutate domain/environments/*.ts]`: does a test of `domain/` notice when it says something else? Stryker brings 130 packages along: they
 * are installed beside a copy of the project, by whoever asks.
 */
const stryker = '9.6.0';
const copy = join(project, '.slipway/mutation');

for (const folder of ['domain', 'test']) rmSync(join(copy, folder), { recursive: true, force: true });
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: project, encoding: 'utf8' }).split('\0');
for (const file of files) if (file !== '' && existsSync(join(project, file))) cpSync(join(project, file), join(copy, file), { recursive: true, force: true });

const program = join(copy, 'node_modules/@stryker-mutator/core/bin/stryker.js');
if (!existsSync(program)) run('npm', ['install', '--no-audit', '--no-fund', '--save-dev', `@stryker-mutator/core@${stryker}`, `@stryker-mutator/vitest-runner@${stryker}`]);
run(process.execPath, [program, 'run', join(copy, 'test/mutation/stryker.config.json'), ...process.argv.slice(2)]);

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: copy, stdio: 'inherit', env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` } });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}
