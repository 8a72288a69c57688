import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { asSha } from '../../../domain/code/commit.ts';
import type { Sha } from '../../../domain/code/commit.ts';
import { gitProgram } from '../../../ports/git/program.ts';
import type { Git } from '../../../ports/git/git.ts';

/** A repository on this machine that stands for a forge's. */
export interface TestRepository {
  readonly folder: string;
  git(...args: readonly string[]): string;
  /** The SHA that something stands for. */
  at(revision: string): Sha;
  /** Commits files on the branch that is checked out; text of `undefined` removes one. Answers the SHA. */
  commit(message: string, files?: Readonly<Record<string, string>>): Sha;
}

const made: string[] = [];

afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-test-'));
  made.push(folder);
  return folder;
}

let second = 1_583_000_000;

export function newRepository(): TestRepository {
  const folder = temporaryFolder();
  const git = (...args: readonly string[]) => {
    second += 60;
    const dates = { GIT_AUTHOR_DATE: `@${second} +0000`, GIT_COMMITTER_DATE: `@${second} +0000` };
    const who = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.com', GIT_COMMITTER_NAME: 'Ann', GIT_COMMITTER_EMAIL: 'ann@example.com' };
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: 'pipe', env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...who, ...dates } }).trimEnd();
  };
  git('init', '--quiet', '--initial-branch=master');
  // Its own work tree is only written by the test itself.
  git('config', 'receive.denyCurrentBranch', 'ignore');
  git('config', 'uploadpack.allowFilter', 'true');
  git('config', 'uploadpack.allowAnySHA1InWant', 'true');
  const at = (revision: string) => asSha(git('rev-parse', revision));
  return {
    folder,
    git,
    at,
    commit(message, files = {}) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
        git('add', '--', path);
      }
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return at('HEAD');
    },
  };
}

/** The git port, for which each of these names is a repository of this machine. */
export function gitOf(repositories: Readonly<Record<string, TestRepository>>, folder = temporaryFolder()): Git {
  return gitProgram({ folder, timeoutMs: 20_000, remote: async (name) => ({ url: `file://${repositories[name]?.folder ?? '/nowhere'}` }) });
}
