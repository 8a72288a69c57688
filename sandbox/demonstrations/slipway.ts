import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { project } from '../parts/build.mjs';

type Environment = Readonly<Record<string, string>>;

/** Runs a `slipway` command and answers what it said as JSON. @throws an Error with its words if it failed. */
export async function slipway(args: readonly string[], env: Environment): Promise<Record<string, unknown>> {
  const child = start(['--json', ...args], env, 'pipe');
  const [said, [code]] = await Promise.all([text(child.stdout!), once(child, 'close') as Promise<[number]>]);
  if (code !== 0) throw new Error(`slipway ${args.join(' ')} ended with ${code}: ${said.trim()}`);
  return JSON.parse(said) as Record<string, unknown>;
}

/** Runs a `slipway` command before the operator's eyes, and answers its exit code. */
export async function shown(args: readonly string[], env: Environment): Promise<number> {
  const [code] = (await once(start(args, env, 'inherit'), 'close')) as [number | null];
  return code ?? 1;
}

function start(args: readonly string[], env: Environment, stdout: 'pipe' | 'inherit') {
  return spawn(process.execPath, [join(project, 'dist/client/slipway.js'), ...args], { env: { ...process.env, ...env }, stdio: ['ignore', stdout, 'inherit'] });
}
