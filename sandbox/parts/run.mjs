#!/usr/bin/env node
// What package.json's scripts call, so that they work in a fresh clone: `node sandbox/parts/run.mjs <command> [arguments]`.
// It imports nothing of the project before it knows that this Node can read it.
import { spawn, spawnSync } from 'node:child_process';

const OLDEST_NODE = 20;

/**
 * Programs run from `dist/`. Tests build it themselves where they need it (test/global-setup.ts), and each gets its own real parts.
 *
 * @type {Record<string, { program: string } | { projects: string[], flags?: string[] }>}
 */
const commands = {
  start: { program: 'dist/sandbox/main.js' },
  bench: { program: 'dist/bench/main.js' },
  test: { projects: ['unit', 'servers', 'time-skipping'] },
  'test:ui': { projects: ['ui'] },
  /** `--quick` and `--resume` reach the tests as SLIPWAY_QUICK=1 and SLIPWAY_RESUME=1; vitest would refuse them. */
  'test:crash': { projects: ['crash'], flags: ['--quick', '--resume'] },
};

/** @type {import('node:child_process').ChildProcess | undefined} */
let running;
// A terminal sends its SIGINT to the whole group, so the child has it already.
process.on('SIGINT', () => (process.stdin.isTTY && running ? undefined : passOn('SIGINT')));
process.on('SIGTERM', () => passOn('SIGTERM'));

const [name = '', ...args] = process.argv.slice(2);
try {
  await main(name, args);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/**
 * @param {string} name
 * @param {readonly string[]} args
 */
async function main(name, args) {
  const command = commands[name];
  if (!command) throw new Error(`usage: node sandbox/parts/run.mjs <${Object.keys(commands).join('|')}> [arguments]`);
  checkMachine();
  const { installDependencies } = await import('./dependencies.mjs');
  const { build, project } = await import('./build.mjs');
  await installDependencies(project);

  if ('program' in command) {
    await build();
    return follow([command.program, ...args], { cwd: project });
  }
  const ours = args.filter((arg) => command.flags?.includes(arg));
  const theirs = args.filter((arg) => !ours.includes(arg));
  const projects = command.projects.flatMap((project) => ['--project', project]);
  return follow(['node_modules/vitest/vitest.mjs', 'run', ...projects, ...theirs], {
    cwd: project,
    env: Object.fromEntries(ours.map((flag) => [`SLIPWAY_${flag.slice(2).toUpperCase()}`, '1'])),
  });
}

function checkMachine() {
  const node = process.versions.node;
  if (Number.parseInt(node, 10) < OLDEST_NODE) throw new Error(`Slipway needs Node ${OLDEST_NODE} or later; this is ${node}.`);
  if (spawnSync('git', ['--version']).error) throw new Error('Slipway needs git, which is not on the PATH.');
}

/**
 * Runs Node in this one's place: same streams, same exit code.
 *
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<void>}
 */
function follow(args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    running = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
    running.once('error', reject);
    running.once('close', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
      resolve();
    });
  });
}

/** @param {NodeJS.Signals} signal */
function passOn(signal) {
  if (running) running.kill(signal);
  else process.exit(signal === 'SIGINT' ? 130 : 143);
}
