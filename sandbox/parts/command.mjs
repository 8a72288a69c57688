import { spawn } from 'node:child_process';

const LINES_OF_ERROR = 40;

/** A program that isn't on this machine: another source of the part may do without it. */
export class ProgramMissing extends Error {
  /** @param {string} program */
  constructor(program) {
    super(`\`${program}\` is not on the PATH`);
    this.name = 'ProgramMissing';
  }
}

/**
 * Runs a program to its end and resolves with its stdout.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Readonly<Record<string, string>>, timeoutMs?: number }} [options] `env` is added to this process's own
 * @returns {Promise<string>}
 * @throws {ProgramMissing} when there is no such program; an Error with the end of its stderr when it fails
 */
export function run(program, args, { cwd, env, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...(cwd && { cwd }),
      ...(timeoutMs && { timeout: timeoutMs }),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stopWithUs = () => child.kill();
    process.once('exit', stopWithUs);

    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.once('error', (error) => {
      process.off('exit', stopWithUs);
      reject('code' in error && error.code === 'ENOENT' ? new ProgramMissing(program) : error);
    });
    child.once('close', (code, signal) => {
      process.off('exit', stopWithUs);
      if (code === 0) return resolve(stdout);
      const end = (stderr || stdout).trim().split('\n').slice(-LINES_OF_ERROR).join('\n');
      reject(new Error(`\`${[program, ...args].join(' ')}\` ended with ${signal ?? code}${end && `:\n${end}`}`));
    });
  });
}

/**
 * Tells the person who waits what is going on. Stdout stays free for results.
 *
 * @param {string} message
 */
export function progress(message) {
  process.stderr.write(`${message}\n`);
}
