import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';

export interface GitOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  /** Run in a folder of a work tree: git finds the repository itself. */
  readonly inside?: boolean;
  /** Exit codes that are answers, not errors. */
  readonly accept?: readonly number[];
}

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
}

/** Nothing of the machine's or the user's configuration may change what the sandbox's git does. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

/**
 * Runs git in a bare repository. Callers pass object ids, never names that a client sent.
 * @throws Error with git's own words when it exits with another code than 0 or an accepted one
 */
export function runGit(dir: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [options.inside ? '-C' : '--git-dir', dir, ...args], { env: { ...gitEnvironment(), ...options.env } });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const result = { code: code ?? -1, stdout: Buffer.concat(out) };
      if (result.code === 0 || options.accept?.includes(result.code)) return resolve(result);
      reject(new Error(`git ${args[0]} exited with ${result.code}: ${Buffer.concat(err).toString('utf8').trim()}`));
    });
    // git may close its end before it has read everything.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}

export async function git(dir: string, args: readonly string[], options?: GitOptions): Promise<string> {
  return (await runGit(dir, args, options)).stdout.toString('utf8').trimEnd();
}

/** True when git exits with 0, false with 1. */
export async function gitHolds(dir: string, args: readonly string[]): Promise<boolean> {
  return (await runGit(dir, args, { accept: [1, 128] })).code === 0;
}

/** The id that git gives an object of this content. */
export function objectId(type: 'blob' | 'commit' | 'tag', content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}
