import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { project } from '../sandbox/parts/build.mjs';

export interface Import {
  readonly file: string;
  /** "domain/plan.ts" for a file of ours, "@temporalio/client" for Temporal's, "npm:zod" and "node:fs" for the rest. */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Files with code in a folder and below. */
export function sources(folder: string): string[] {
  return readdirSync(join(project, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => /\.m?ts$|\.mjs$/.test(file) && statSync(join(project, file)).isFile());
}

export function textOf(file: string): string {
  return readFileSync(join(project, file), 'utf8');
}

export function importsOf(file: string): Import[] {
  const text = textOf(file);
  const statements = text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statements].map(([, type, specifier]) => ({ file, target: target(file, specifier!), typeOnly: type !== undefined })),
    ...[...dynamic].map(([, specifier]) => ({ file, target: target(file, specifier!), typeOnly: false })),
  ];
}

function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return relative(project, resolve(project, dirname(file), specifier));
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return `node:${specifier.replace(/^node:/, '')}`;
  return specifier.startsWith('@temporalio/') ? specifier : `npm:${specifier}`;
}

/** The sets of files in which each leads to each other one. */
export function circlesIn(imports: readonly Import[]): string[][] {
  const graph = new Map<string, string[]>();
  for (const { file, target } of imports) graph.set(file, [...(graph.get(file) ?? []), target]);
  const reach = new Map([...graph.keys()].map((file) => [file, reachable(file, graph)]));
  const circles = new Map<string, string[]>();
  for (const [file, reached] of reach) {
    if (!reached.has(file)) continue;
    const circle = [...reached].filter((other) => reach.get(other)?.has(file)).toSorted();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function reachable(start: string, graph: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const todo = [...(graph.get(start) ?? [])];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    todo.push(...(graph.get(next) ?? []));
  }
  return reached;
}
