import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gitProgram } from '../ports/git/program.ts';
import type { Git } from '../ports/git/git.ts';

/** The git port on a clone of this machine, whatever repository it is asked for. What it keeps is gone with the process. */
export function cloneGit(clone: string): Git {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return gitProgram({ folder, timeoutMs: 600_000, remote: async () => ({ url: `file://${resolve(clone)}` }) });
}
