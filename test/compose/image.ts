import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { project } from '../../sandbox/parts/build.mjs';

/** What follows FROM in each stage of the Dockerfile, and the commands of the stage. */
export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly commands: readonly string[];
}

export async function readDockerfile(): Promise<readonly Stage[]> {
  const text = await readFile(join(project, 'Dockerfile'), 'utf8');
  return text
    .split(/^FROM /m)
    .slice(1)
    .map((stage) => {
      const [first = '', ...lines] = stage.split('\n');
      const [, from = '', name = ''] = /^(\S+) AS (\S+)$/.exec(first) ?? [];
      return { name, from, commands: lines.filter((line) => /^[A-Z]/.test(line)) };
    });
}

/** The file in the image that `command` starts, from the image's /app; undefined for a program that isn't there. */
export function programIn(command: readonly string[]): string | undefined {
  const [program, script = ''] = command;
  if (program === 'slipway') return 'dist/client/slipway.js';
  return program === 'node' && script.startsWith('dist/') ? script : undefined;
}

/** Every file of `dist/` and every npm package that a program can load, found by reading its imports. */
export async function loadedBy(script: string): Promise<{ readonly files: readonly string[]; readonly packages: readonly string[] }> {
  const files = new Set<string>();
  const packages = new Set<string>();
  const ahead = [join(project, script)];
  for (let file = ahead.pop(); file !== undefined; file = ahead.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const specifier of importsOf(await readFile(file, 'utf8'))) {
      if (specifier.startsWith('.')) ahead.push(join(dirname(file), specifier));
      else if (!isBuiltin(specifier)) packages.add(packageOf(specifier));
    }
  }
  return { files: [...files].map((file) => relative(project, file)), packages: [...packages] };
}

function importsOf(code: string): string[] {
  const statement = /^(?:import\s+|(?:import|export)\b[^'"=;(]*\bfrom\s+)['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm;
  return [...code.matchAll(statement)].map(([, named, dynamic]) => named ?? dynamic ?? '');
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
