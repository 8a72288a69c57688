import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { project } from '../../sandbox/parts/build.mjs';

/** Which cases of the matrix have passed at this commit, so that `--resume` goes on where a run was interrupted. */
const folder = join(project, '.slipway');
const file = join(folder, `crash-${execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: project, encoding: 'utf8' }).trim()}`);
const known = process.env.SLIPWAY_RESUME === '1' ? read() : new Set<string>();

export function passed(name: string): boolean {
  return known.has(name);
}

export function rememberPassed(name: string): void {
  mkdirSync(folder, { recursive: true });
  appendFileSync(file, `${name}\n`);
}

function read(): Set<string> {
  try {
    return new Set(readFileSync(file, 'utf8').trim().split('\n'));
  } catch {
    return new Set();
  }
}
