import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyKind, prefixes } from '../domain/release/kinds.ts';
import * as workflows from '../workflows/index.ts';
import { workflowTypes } from '../workflows/unknown-workflow.ts';
import { project } from '../sandbox/parts/build.mjs';

/**
 * Who may import whom, by value and by type. `node:` stands for all of Node, `npm:` for any package that is not Temporal's.
 * A workflow that imports an adapter by value bundles without an error, and takes Octokit into the workflow sandbox: only
 * this test notices.
 */
const allowed: Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }> = {
  domain: { values: ['domain', 'npm:zod', 'npm:semver', 'npm:yaml'] },
  workflows: { values: ['workflows', 'domain', '@temporalio/workflow', '@temporalio/common'], types: ['activities', 'npm:zod'] },
  ports: { values: ['ports', 'domain', '@temporalio/activity', '@temporalio/common', '@temporalio/client', 'npm:', 'node:'] },
  activities: { values: ['activities', 'ports', 'domain', '@temporalio/activity', '@temporalio/common', 'npm:', 'node:'] },
  temporal: { values: ['temporal', 'ports/adapter.ts', '@temporalio/common', '@temporalio/proto', '@temporalio/interceptors-opentelemetry', 'npm:@opentelemetry', 'npm:zod', 'node:'], types: ['@temporalio/client', '@temporalio/worker'] },
  worker: { values: ['worker', 'domain', 'activities', 'ports', 'temporal', 'workflows/release/messages.ts', '@temporalio/worker', '@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'npm:', 'node:'] },
  client: {
    values: ['client', 'domain', 'temporal', 'workflows/release/messages.ts', '@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'npm:', 'node:'],
    types: ['workflows'],
  },
  sandbox: { values: ['sandbox', 'npm:', 'node:'] },
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

describe.each(Object.entries(allowed))('%s', (folder, { values, types = [] }) => {
  const imports = sources(folder).flatMap(importsOf);

  it('imports only what the house allows', () => {
    const stray = imports.filter(({ target, typeOnly }) => ![...values, ...(typeOnly ? types : [])].some((rule) => matches(target, rule)));
    expect(stray.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
    expect(imports.length).toBeGreaterThan(0);
  });

  it('has no file for what has no home', () => {
    const homeless = sources(folder).filter((file) => /\/(utils?|helpers?|common|types|misc|shared)\.ts$/.test(file));
    expect(homeless).toEqual([]);
  });
});

it('has no files that import each other in a circle', () => {
  const graph = new Map<string, string[]>();
  for (const folder of Object.keys(allowed)) {
    for (const file of sources(folder)) {
      graph.set(file, importsOf(file).filter(({ typeOnly, target }) => !typeOnly && target.endsWith('.ts')).map(({ target }) => target));
    }
  }
  expect([...graph.keys()].flatMap((file) => circle(file, graph) ?? [])).toEqual([]);
});

/**
 * A process could act on after its worker was killed. The git program may: all that it writes outside is refs, and each of its pushes has a lease
 * on those that it moves. What it pushes late is refused, or was to be pushed anyway.
 */
it('starts no process but git, whose late writes are refused', () => {
  const starting = ['activities', 'ports'].flatMap(sources).flatMap(importsOf).filter(({ target }) => target === 'node:child_process' || target === 'node:cluster');
  expect(starting.map(({ file }) => file)).toEqual(['ports/git/program/run.ts']);
});

it('lets every workflow be started, and names it to whoever mistypes one', () => {
  const exported = Object.keys(workflows).filter((name) => name !== 'default');
  expect(exported.sort()).toEqual([...workflowTypes].sort());
});

it('has one table of the kinds of releases: no other file names their workflows, or what their ids begin with', () => {
  const named = [...everyKind.map(({ workflow }) => `['"\`]${workflow}\\b`), ...prefixes.map((prefix) => `['"\`]${prefix}(?:['"\`]|\\$\\{)`)];
  const files = Object.keys(allowed).filter((folder) => folder !== 'sandbox').flatMap(sources).filter((file) => file !== 'domain/release/kinds.ts');
  const naming = files.flatMap((file) => readFileSync(join(project, file), 'utf8').split('\n').filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line) && named.some((name) => new RegExp(name).test(line))).map((line) => `${file}: ${line.trim()}`));
  // The bucket's folder of schemas is called as their releases are.
  expect(naming).toEqual(["domain/schemas/plan.ts: export const schemaFolder = 'schemas/';"]);
});

function sources(folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => /\.m?ts$|\.mjs$/.test(file) && statSync(join(project, file)).isFile());
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(project, file), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, specifier]) => ({ file, target: target(file, specifier!), typeOnly: type !== undefined })),
    ...[...dynamic].map(([, specifier]) => ({ file, target: target(file, specifier!), typeOnly: false })),
  ];
}

/** "domain/plan.ts" for a file of ours, "@temporalio/client" for Temporal's, "npm:zod" and "node:fs" for the rest. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return relative(project, resolve(project, dirname(file), specifier));
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return `node:${specifier.replace(/^node:/, '')}`;
  return specifier.startsWith('@temporalio/') ? specifier : `npm:${specifier}`;
}

function matches(target: string, rule: string): boolean {
  return target === rule || (rule.endsWith(':') ? target.startsWith(rule) : target.startsWith(`${rule}/`));
}

/** The files of a circle that leads back to `start`, if there is one. */
function circle(start: string, graph: ReadonlyMap<string, readonly string[]>, at = start, seen = new Set<string>()): string[] | undefined {
  for (const next of graph.get(at) ?? []) {
    if (next === start) return [at, next];
    if (seen.has(next)) continue;
    seen.add(next);
    const found = circle(start, graph, next, seen);
    if (found) return [at, ...found];
  }
  return undefined;
}
