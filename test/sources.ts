import { readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { parseAst } from 'vitest/node';
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
    .filter((file) => /\.[cm]?[jt]sx?$/.test(file) && statSync(join(project, file)).isFile());
}

export function textOf(file: string): string {
  return readFileSync(join(project, file), 'utf8');
}

/** A node of a file's syntax tree. */
export interface Node {
  readonly type: string;
  /** Offsets into the text. */
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const trees = new Map<string, Node>();

/** What a file says, whatever its layout and quotes. */
export function treeOf(file: string): Node {
  const tree = trees.get(file) ?? (parseAst(textOf(file), { lang: 'ts' }) as unknown as Node);
  trees.set(file, tree);
  return tree;
}

/** A node and everything in it, from above. */
export function* nodesIn(node: unknown): Generator<Node> {
  if (Array.isArray(node)) for (const one of node) yield* nodesIn(one);
  else if (typeof node === 'object' && node !== null) {
    if ('type' in node) yield node as Node;
    for (const inside of Object.values(node)) if (typeof inside === 'object') yield* nodesIn(inside);
  }
}

/** Every import and re-export, `import(…)` of values and of types included. */
export function importsOf(file: string): Import[] {
  return [...nodesIn(treeOf(file))].flatMap(({ type, ...node }): Import | [] => {
    const kind = (node.importKind ?? node.exportKind) === 'type' || type === 'TSImportType';
    const isImport = type.startsWith('Import') && type.endsWith('Declaration');
    const source = isImport || type.startsWith('Export') || type === 'ImportExpression' || type === 'TSImportType' ? (node.source ?? node.argument) : type === 'TSExternalModuleReference' ? node.expression : undefined;
    if (typeof source !== 'object' || source === null) return [];
    const { value, start, end } = ('literal' in source ? source.literal : source) as Node;
    // What can't be read here is nothing that a table allows.
    return { file, target: typeof value === 'string' ? target(file, value) : `something unknown: ${textOf(file).slice(start, end)}`, typeOnly: kind };
  });
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
