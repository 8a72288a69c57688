#!/usr/bin/env node
// What package.json's scripts call, so that they work in a fresh clone: `node sandbox/parts/run.mjs <command> [arguments]`.
// It imports nothing of the project before it knows that this Node can read it.
import { spawn, spawnSync } from 'node:child_process';

const OLDEST_NODE = 20;

/**
 * Programs run from `dist/`; tests build it themselves where they need it (test/global-setup.ts). The parts are had beforehand, so
 * that no test competes with a compiler for the machine.
 *
 * @typedef {object} Command
 * @property {string} [program] of `dist/`
 * @property {readonly string[]} [tool] of an npm package, with its arguments
 * @property {readonly string[]} [projects] of vitest, where there is neither
 * @property {readonly string[]} [flags] those that vitest would refuse: `--quick` reaches the tests as SLIPWAY_QUICK=1
 * @property {readonly import('./parts.mjs').PartName[]} parts
 */

/** @satisfies {Record<string, Command>} */
const commands = {
  start: { program: 'dist/sandbox/main.js', parts: ['temporal'] },
  slipway: { program: 'dist/client/slipway.js', parts: [] },
  bench: { program: 'dist/bench/main.js', parts: ['temporal'] },
  test: {
    projects: ['unit', 'servers', 'time-skipping'],
    parts: ['temporal', 'time-skipping-server', 'fake-gcs-server', 'github-description', 'emulate', 'unleash', 'postgresql', 'prometheus', 'compose-check', 'crane'],
  },
  'test:ui': { projects: ['ui'], parts: ['temporal', 'chromium'] },
  'test:crash': { projects: ['crash'], flags: ['--quick', '--turns', '--resume'], parts: ['temporal', 'fake-gcs-server', 'github-description'] },
  'test:chaos': { program: 'dist/test/chaos/main.js', parts: ['temporal'] },
  'test:mutation': { program: 'dist/test/mutation/main.js', parts: [] },
  'test:live': { projects: ['live'], parts: [] },
  typecheck: { tool: ['node_modules/typescript/bin/tsc', '--noEmit'], parts: [] },
  lint: { tool: ['node_modules/oxlint/bin/oxlint', '--type-aware'], parts: [] },
  'test:cluster': { projects: ['cluster'], parts: ['temporal', 'temporal-server', 'postgresql', 'github-description'] },
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
  if (!isCommand(name)) throw new Error(`usage: node sandbox/parts/run.mjs <${Object.keys(commands).join('|')}> [arguments]`);
  /** @type {Command} */
  const { program, tool, projects = [], flags = [], parts } = commands[name];
  checkMachine();
  const { installDependencies } = await import('./dependencies.mjs');
  const { build, project } = await import('./build.mjs');
  await installDependencies(project);
  if (tool) return follow([...tool, ...args], { cwd: project });
  if (program) {
    await build();
    await getAll(parts);
    return follow([program, ...args], { cwd: project });
  }

  const ours = args.filter((arg) => flags.includes(arg));
  const theirs = args.filter((arg) => !flags.includes(arg));
  // A run of some files gets what these ask for.
  if (theirs.every((arg) => arg.startsWith('-'))) await getAll(parts);
  const chosen = projects.flatMap((project) => ['--project', project]);
  return follow(['node_modules/vitest/vitest.mjs', 'run', ...chosen, ...theirs], {
    cwd: project,
    env: Object.fromEntries(ours.map((flag) => [`SLIPWAY_${flag.slice(2).toUpperCase()}`, '1'])),
  });
}

/**
 * @param {string} name
 * @returns {name is keyof typeof commands}
 */
function isCommand(name) {
  return Object.keys(commands).includes(name);
}

/**
 * One after another. A part that can't be had fails the tests that ask for it, with the same text; the others go on.
 *
 * @param {readonly import('./parts.mjs').PartName[]} names
 */
async function getAll(names) {
  const { part } = await import('./parts.mjs');
  for (const name of names) {
    await part(name).catch((error) => process.stderr.write(`${error instanceof Error ? error.message : error}\n`));
  }
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
