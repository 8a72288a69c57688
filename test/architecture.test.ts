import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyKind, prefixes } from '../domain/release/kinds.ts';
import * as workflows from '../workflows/index.ts';
import { workflowTypes } from '../workflows/unknown-workflow.ts';
import { project } from '../sandbox/parts/build.mjs';
import { circlesIn, importsOf, nodesIn, sources, textOf, treeOf } from './sources.ts';
import type { Node } from './sources.ts';

/** What may be said to workflows, room by room. */
const messages = ['release', 'people', 'environments', 'component', 'flags', 'promotion', 'versions'].map((room) => `workflows/${room}/messages.ts`);

/**
 * Who may import whom, by value and by type. `node:` stands for all of Node, `npm:` for any package that is not Temporal's: only ports know vendors.
 * A workflow that imports an adapter by value bundles without an error, and takes Octokit into the workflow sandbox: only
 * this test notices.
 */
const layers: Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }> = {
  domain: { values: ['domain', 'npm:zod', 'npm:semver', 'npm:yaml', 'npm:mdast-util-from-markdown'], types: ['npm:mdast'] },
  workflows: { values: ['workflows', 'domain', '@temporalio/workflow', '@temporalio/common', 'npm:zod'], types: ['activities'] },
  ports: { values: ['ports', 'domain', '@temporalio/activity', '@temporalio/common', '@temporalio/client', 'npm:', 'node:'] },
  activities: { values: ['activities', 'ports', 'domain', '@temporalio/activity', '@temporalio/common', 'npm:semver', 'npm:jose', 'node:'], types: ['npm:zod'] },
  temporal: { values: ['temporal', 'ports/adapter.ts', '@temporalio/common', '@temporalio/proto', '@temporalio/interceptors-opentelemetry', 'npm:@opentelemetry', 'npm:zod', 'node:'], types: ['@temporalio/client', '@temporalio/worker'] },
  worker: { values: ['worker', 'domain', 'activities', 'ports', 'temporal', ...messages, '@temporalio/worker', '@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'npm:zod', 'npm:pino', 'npm:jose', 'npm:@octokit/webhooks-methods', 'node:'] },
  client: {
    values: ['client', 'console/command.ts', 'domain', 'temporal', ...messages, '@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'npm:zod', 'npm:commander', 'node:'],
    types: ['workflows'],
  },
  console: { values: ['console', 'client', 'domain', ...messages, 'npm:zod', 'npm:commander', 'npm:hono', 'npm:@hono/node-server', 'npm:openid-client', 'node:'] },
  sandbox: { values: ['sandbox', 'npm:', 'node:'] },
};

/** Rooms have the same names in each of these layers. */
const roomed = ['domain', 'activities', 'workflows'];
const kernel = ['code', 'text', 'release', 'people', 'environments', 'stages', 'changes'];
const capabilities = ['component', 'flags', 'schemas', 'versions', 'promotion'];
/** What is in no room: it knows all of them, or is known in all of them. */
const outside = {
  domain: ['catalog.ts', 'catalog-json-schema.ts', 'catalog-text.ts', 'outcome.ts'],
  activities: ['doubt.ts', 'effect.ts', 'index.ts', 'server-time.ts'],
  workflows: ['index.ts', 'log-labels.ts', 'preloaded.ts', 'trace.ts', 'unknown-workflow.ts'],
};

const everything = Object.keys(layers).flatMap(sources);

describe.each(Object.entries(layers))('%s', (folder, { values, types = [] }) => {
  const imports = sources(folder).flatMap(importsOf);

  it('imports only what the house allows', () => {
    const stray = imports.filter(({ target, typeOnly }) => ![...values, ...(typeOnly ? types : [])].some((rule) => matches(target, rule)));
    expect(stray.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
    expect(imports.length).toBeGreaterThan(0);
  });

  it('has no file, and no folder, for what has no home', () => {
    expect(sources(folder).filter((file) => /[/-](utils?|helpers?|common|types|misc|shared)[./]/.test(file))).toEqual([]);
  });

  it('names its files as nouns are written: in small letters, with a dash between them', () => {
    expect(sources(folder).filter((file) => !/^[a-z0-9-]+(\.d)?\.(m?[jt]s|cjs)$/.test(basename(file)))).toEqual([]);
  });
});

it('has a room for everything that is shared, which knows no capability, and capabilities that know none but themselves', () => {
  const stray = roomed
    .flatMap(sources)
    .flatMap(importsOf)
    .filter(({ file, target }) => !mayKnow(roomOf(file), roomOf(target)));
  expect(stray.map(({ file, target }) => `${file} knows ${target}`)).toEqual([]);
});

it('has no rooms but these, nothing outside of them that could lead from one to another, and no layers but these', () => {
  const rooms = [...kernel, ...capabilities, 'inspection', undefined];
  expect(roomed.flatMap(sources).filter((file) => !rooms.includes(roomOf(file)))).toEqual([]);
  for (const [layer, files] of Object.entries(outside)) expect(sources(layer).filter((file) => roomOf(file) === undefined).map((file) => basename(file)).sort()).toEqual(files.toSorted());
  const ours = readdirSync(project, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name) && sources(entry.name).length > 0);
  expect(ours.map(({ name }) => name).sort()).toEqual([...Object.keys(layers), 'bench', 'test'].sort());
});

it('carries no schema of the catalog into workflows', () => {
  const imports = [...sources('workflows'), ...sources('domain')].flatMap(importsOf).filter(({ typeOnly }) => !typeOnly);
  const bundled = new Set(sources('workflows'));
  for (const file of bundled) for (const { target } of imports.filter((one) => one.file === file)) if (target.endsWith('.ts')) bundled.add(target);
  expect([...bundled].filter((file) => /^domain\/(catalog|([a-z]+\/)+rules)\b/.test(file))).toEqual([]);
});

it('has no files that know each other in a circle, by type or by value', () => {
  expect(circlesIn(everything.flatMap(importsOf))).toEqual([]);
});

it('has at most 16 files in a folder', () => {
  const folders = everything.map(dirname);
  const full = [...new Set(folders)].filter((folder) => folders.filter((other) => other === folder).length > 16);
  expect(full).toEqual([]);
});

it('has ports of at most eight verbs, inherited ones included', () => {
  const named = new Map(sources('ports').flatMap((file) => declarationsIn(file)).flatMap((one) => (one.id && 'name' in (one.id as object) ? [[(one.id as unknown as Named).name, one] as const] : [])));
  const found = [...named].map(([name, declaration]) => ({ name, verbs: verbsOf(declaration, named) }));
  expect(found.find(({ name }) => name === 'Commits')?.verbs).toContain('mainLine');
  expect(found.filter(({ verbs }) => verbs.length > 8)).toEqual([]);
});

it('has workflows that can be read at a glance', () => {
  const entries = [...textOf('workflows/index.ts').matchAll(/from '\.\/(.*)'/g)].map(([, file]) => `workflows/${file}`);
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter((file) => textOf(file).split('\n').length > 120)).toEqual([]);
});

it('calls no two types by one name, known elsewhere or not', () => {
  const files = Object.keys(layers).filter((folder) => folder !== 'sandbox').flatMap(sources);
  const named = files.flatMap((file) => declarationsIn(file).filter(({ type }) => /^(TSInterface|TSTypeAlias|TSEnum|Class)Declaration$/.test(type)).map(({ id }) => ({ name: (id as Named).name, file })));
  expect(named.length).toBeGreaterThan(700);
  const twice = named.filter(({ name }) => named.filter((other) => other.name === name).length > 1);
  expect(twice.map(({ name, file }) => `${name} in ${file}`)).toEqual([]);
});

it('calls what acts by a verb: a participle is what has become of it', () => {
  const named = ['workflows', 'activities'].flatMap(sources).flatMap((file) => functionsIn(file).map(({ name, node, isOfModule }) => ({ name, said: `${file}: ${name}`, node, isOfModule, answers: answerOf(node, file) })));
  // What activities read in their closures is called by what it answers.
  const acting = named.filter(({ node, isOfModule, said, answers }) => (isOfModule || said.startsWith('workflows/')) && (node.async === true || answers.startsWith('Promise<')));
  expect(acting.length).toBeGreaterThan(150);
  expect(acting.filter(({ name }) => isParticiple(name)).map(({ said }) => said)).toEqual([]);
  // What answers nothing acts, also inside of a closure; `shown: () => Promise<void>` waits, which is an act, too.
  const mute = named.filter(({ answers }) => /^(Promise<)?(void|undefined)\b/.test(answers));
  expect(mute.length).toBeGreaterThan(100);
  // Activities are called as histories call them.
  const activities = new Set([...textOf('workflows/release/work.ts').matchAll(/^ {2}(\w+): '/gm)].map(([, name]) => name));
  expect(activities.size).toBeGreaterThan(80);
  expect(mute.filter(({ name }) => !activities.has(name) && (/^(is|was|has)[A-Z]/.test(name) || isParticiple(name))).map(({ said }) => said)).toEqual([]);
});

it.each([
  ['calls activities', /^import \{[^}]*\b(proxy(Local)?Activities|schedule(Local)?Activity)\b/m, 'workflows/release/work.ts'],
  ['calls off a wait', /\bnew CancellationScope\b|\bCancellationScope\.(cancellable|withTimeout)\b/, 'workflows/release/race.ts'],
])('%s in one place', (_, how, where) => {
  expect(sources('workflows').filter((file) => how.test(textOf(file)))).toEqual([where]);
});

it('decides in the domain without a clock, a process or a network', () => {
  expect(sources('domain').filter((file) => /\bDate\.now\(|\bnew Date\(\)|\bprocess\.|\bfetch\(|\bMath\.random\(|\bcrypto\.|\bconsole\./.test(textOf(file)))).toEqual([]);
});

/**
 * A process could act on after its worker was killed. The git program may: all that it writes outside is refs, and each of its pushes has a lease
 * on those that it moves. What it pushes late is refused, or was to be pushed anyway.
 */
it('starts no process but git, whose late writes are refused', () => {
  const starting = ['activities', 'ports'].flatMap(sources).flatMap(importsOf).filter(({ target }) => target === 'node:child_process' || target === 'node:cluster');
  expect(starting.map(({ file }) => file)).toEqual(['ports/git/program/run.ts']);
});

it('takes the time from the server, and from no clock of a worker: the next attempt may be another one\'s', () => {
  const clocks = sources('activities').filter((file) => /Date\.now\(\)|new Date\(\)/.test(textOf(file)));
  expect(clocks).toEqual(['activities/server-time.ts']);
});

it('lets every workflow be started, and names it to whoever mistypes one', () => {
  const exported = Object.keys(workflows).filter((name) => name !== 'default');
  expect(exported.sort()).toEqual([...workflowTypes].sort());
});

it('has one table of the kinds of releases: no other file names their workflows, or what their ids begin with', () => {
  const named = [...everyKind.map(({ workflow }) => `['"\`]${workflow}\\b`), ...prefixes.map((prefix) => `['"\`]${prefix}(?:['"\`]|\\$\\{)`)];
  const files = Object.keys(layers).filter((folder) => folder !== 'sandbox').flatMap(sources).filter((file) => file !== 'domain/release/kinds.ts');
  const naming = files.flatMap((file) => textOf(file).split('\n').filter((line) => !/^\s*(\/\*\*|\*|\/\/)/.test(line) && named.some((name) => new RegExp(name).test(line))).map((line) => `${file}: ${line.trim()}`));
  // The bucket's folder of schemas is called as their releases are.
  expect(naming).toEqual(["domain/schemas/plan.ts: export const schemaFolder = 'schemas/';"]);
});

/** "flags" for "domain/flags/plan.ts"; undefined for what is in no room. */
function roomOf(file: string): string | undefined {
  const [layer = '', room, ...rest] = file.split('/');
  return roomed.includes(layer) && rest.length > 0 ? room : undefined;
}

function mayKnow(room: string | undefined, other: string | undefined): boolean {
  if (room === undefined || room === 'inspection' || other === undefined || room === other) return true;
  return kernel.includes(other);
}

type Named = Node & { readonly name: string };

/** What is declared in a module, exported or not. */
function declarationsIn(file: string): readonly Node[] {
  return (treeOf(file).body as readonly Node[]).map((statement) => (statement.declaration as Node | null | undefined) ?? statement);
}

/** The functions of an interface, or of a type that is written as an object, and of what it extends. */
function verbsOf(declaration: Node, known: ReadonlyMap<string, Node>): readonly string[] {
  const { body, typeAnnotation, extends: bases = [] } = declaration as Node & { readonly body?: Node; readonly typeAnnotation?: Node; readonly extends?: readonly Node[] };
  const parts = [...(body?.body ? [body.body] : []), ...(typeAnnotation?.type === 'TSTypeLiteral' ? [typeAnnotation.members] : []), ...(typeAnnotation?.type === 'TSIntersectionType' ? (typeAnnotation.types as Node[]).flatMap(({ members }) => (members ? [members] : [])) : [])];
  const members = (parts.flat() as readonly Node[]).filter(({ type, typeAnnotation: of }) => type === 'TSMethodSignature' || (type === 'TSPropertySignature' && ((of as Node | null)?.typeAnnotation as Node | undefined)?.type === 'TSFunctionType'));
  const inherited = bases.flatMap(({ expression }) => (known.get((expression as Named).name) ? verbsOf(known.get((expression as Named).name)!, known) : []));
  return [...members.map(({ key }) => (key as Named).name), ...inherited];
}

/** The functions of a file that have a name: declared, kept in a constant, or a member of an object. */
function functionsIn(file: string): readonly { readonly name: string; readonly node: Node; readonly isOfModule: boolean }[] {
  const ofModule = new Set<unknown>(declarationsIn(file).flatMap((one) => (one.type === 'VariableDeclaration' ? (one.declarations as readonly Node[]).map(({ init }) => init) : [one])));
  return [...nodesIn(treeOf(file))].flatMap((node) => {
    const [id, body] = node.type === 'FunctionDeclaration' ? [node.id, node] : node.type === 'VariableDeclarator' ? [node.id, node.init] : node.type === 'Property' ? [node.key, node.value] : [];
    const isFunction = /Function(Declaration|Expression)$/.test((body as Node | null | undefined)?.type ?? '');
    return isFunction && (id as Node).type === 'Identifier' ? [{ name: (id as Named).name, node: body as Node, isOfModule: ofModule.has(body) }] : [];
  });
}

/** "Promise<void>"; empty where it isn't said. */
function answerOf({ returnType }: Node, file: string): string {
  return returnType ? textOf(file).slice((returnType as Node).start, (returnType as Node).end).replace(/^:\s*/, '') : '';
}

const irregular = 'agreed|awaited|begun|bought|bound|broken|brought|built|caught|chosen|done|drawn|driven|fallen|forgotten|found|freed|frozen|given|gone|grown|heard|held|hidden|kept|known|laid|left|lent|lost|made|met|paid|proven|risen|said|seen|sent|shown|sold|sought|spent|spoken|stolen|taken|taught|thrown|told|undone|understood|withdrawn|withheld|won|written';

/** Whether one of its words says what something has become, as "depsMerged" does, and "landed". */
function isParticiple(name: string): boolean {
  const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase().split(' ');
  if (/^(assert|confirm|find|mark|note|unless)$/.test(words[0]!)) return false;
  return words.some((word) => new RegExp(`^(?:\\w+[^e]ed|${irregular})$`).test(word));
}

function matches(target: string, rule: string): boolean {
  return target === rule || (rule.endsWith(':') ? target.startsWith(rule) : target.startsWith(`${rule}/`));
}
