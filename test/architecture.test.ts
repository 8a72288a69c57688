import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { everyKind, prefixes } from '../domain/release/kinds.ts';
import * as workflows from '../workflows/index.ts';
import { workflowTypes } from '../workflows/unknown-workflow.ts';
import { circlesIn, importsOf, sources, textOf } from './sources.ts';

/** What may be said to workflows, room by room. */
const messages = ['release', 'people', 'environments', 'component', 'flags', 'versions'].map((room) => `workflows/${room}/messages.ts`);

/**
 * Who may import whom, by value and by type. `node:` stands for all of Node, `npm:` for any package that is not Temporal's.
 * A workflow that imports an adapter by value bundles without an error, and takes Octokit into the workflow sandbox: only
 * this test notices.
 */
const layers: Record<string, { readonly values: readonly string[]; readonly types?: readonly string[] }> = {
  domain: { values: ['domain', 'npm:zod', 'npm:semver', 'npm:yaml', 'npm:mdast-util-from-markdown'], types: ['npm:mdast'] },
  workflows: { values: ['workflows', 'domain', '@temporalio/workflow', '@temporalio/common', 'npm:zod'], types: ['activities'] },
  ports: { values: ['ports', 'domain', '@temporalio/activity', '@temporalio/common', '@temporalio/client', 'npm:', 'node:'] },
  activities: { values: ['activities', 'ports', 'domain', '@temporalio/activity', '@temporalio/common', 'npm:semver', 'npm:jose', 'node:'], types: ['npm:zod'] },
  temporal: { values: ['temporal', 'ports/adapter.ts', '@temporalio/common', '@temporalio/proto', '@temporalio/interceptors-opentelemetry', 'npm:@opentelemetry', 'npm:zod', 'node:'], types: ['@temporalio/client', '@temporalio/worker'] },
  worker: { values: ['worker', 'domain', 'activities', 'ports', 'temporal', ...messages, '@temporalio/worker', '@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'npm:', 'node:'] },
  client: {
    values: ['client', 'domain', 'temporal', ...messages, '@temporalio/client', '@temporalio/common', '@temporalio/envconfig', 'npm:', 'node:'],
    types: ['workflows'],
  },
  sandbox: { values: ['sandbox', 'npm:', 'node:'] },
};

/** Rooms have the same names in each of these layers. What is in no room of theirs (an index, the catalog) knows all of them. */
const roomed = ['domain', 'activities', 'workflows'];
const kernel = ['code', 'text', 'release', 'people', 'environments', 'stages', 'changes'];
const capabilities = ['component', 'flags', 'schemas', 'versions', 'promotion'];

const everything = Object.keys(layers).flatMap(sources);

describe.each(Object.entries(layers))('%s', (folder, { values, types = [] }) => {
  const imports = sources(folder).flatMap(importsOf);

  it('imports only what the house allows', () => {
    const stray = imports.filter(({ target, typeOnly }) => ![...values, ...(typeOnly ? types : [])].some((rule) => matches(target, rule)));
    expect(stray.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
    expect(imports.length).toBeGreaterThan(0);
  });

  it('has no file for what has no home', () => {
    expect(sources(folder).filter((file) => /\/(utils?|helpers?|common|types|misc|shared)\.ts$/.test(file))).toEqual([]);
  });
});

it('has a room for everything that is shared, which knows no capability, and capabilities that know none but themselves', () => {
  const stray = roomed
    .flatMap(sources)
    .flatMap(importsOf)
    .filter(({ file, target }) => !mayKnow(roomOf(file), roomOf(target)));
  expect(stray.map(({ file, target }) => `${file} knows ${target}`)).toEqual([]);
});

it('has no rooms but these', () => {
  const rooms = [...kernel, ...capabilities, 'inspection', undefined];
  expect(roomed.flatMap(sources).filter((file) => !rooms.includes(roomOf(file)))).toEqual([]);
});

it('carries no schema of the catalog into workflows', () => {
  const imports = [...sources('workflows'), ...sources('domain')].flatMap(importsOf).filter(({ typeOnly }) => !typeOnly);
  const bundled = new Set(sources('workflows'));
  for (const file of bundled) for (const { target } of imports.filter((one) => one.file === file)) if (target.endsWith('.ts')) bundled.add(target);
  expect([...bundled].filter((file) => /^domain\/(catalog|[a-z]+\/rules)\b/.test(file))).toEqual([]);
});

it('has no files that know each other in a circle, by type or by value', () => {
  expect(circlesIn(everything.flatMap(importsOf))).toEqual([]);
});

it('has at most 16 files in a folder', () => {
  const folders = everything.map(dirname);
  const full = [...new Set(folders)].filter((folder) => folders.filter((other) => other === folder).length > 16);
  expect(full).toEqual([]);
});

it('has ports of at most eight verbs', () => {
  const ports = sources('ports').flatMap((file) => [...textOf(file).matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].map(([, name, body]) => ({ name, verbs: verbsIn(body!) })));
  expect(ports.find(({ name }) => name === 'Commits')?.verbs).toContain('mainLine');
  expect(ports.filter(({ verbs }) => verbs.length > 8)).toEqual([]);
});

it('has workflows that can be read at a glance', () => {
  const entries = [...textOf('workflows/index.ts').matchAll(/from '\.\/(.*)'/g)].map(([, file]) => `workflows/${file}`);
  expect(entries.length).toBeGreaterThan(10);
  expect(entries.filter((file) => textOf(file).split('\n').length > 120)).toEqual([]);
});

it('calls no two types by one name', () => {
  const files = Object.keys(layers).filter((folder) => folder !== 'sandbox').flatMap(sources);
  const names = files.flatMap((file) => [...textOf(file).matchAll(/^export (?:interface|type) (\w+)/gm)].map(([, name]) => name!));
  expect(names.length).toBeGreaterThan(300);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

it('calls what acts by a verb: a participle is what has become of it', () => {
  const acting = ['workflows', 'activities'].flatMap(sources).flatMap((file) => [...textOf(file).matchAll(/^(?:export )?async function (\w+)/gm)].map(([, name]) => name!));
  expect(acting.length).toBeGreaterThan(50);
  expect(acting.filter((name) => isParticiple(name))).toEqual([]);
  // What answers nothing acts, also inside of a closure; `shown: () => Promise<void>` waits, which is an act, too.
  const mute = sources('workflows').flatMap((file) => [...textOf(file).matchAll(/^\s*(?:export )?(?:async )?(?:function )?(\w+)(?:: )?(?:<[^(]*>)?\([^()]*(?:\([^()]*\)[^()]*)*\): (?:Promise<)?void\b/gm)].map(([, name]) => `${file}: ${name}`));
  expect(mute.length).toBeGreaterThan(50);
  expect(mute.filter((one) => /: (?:is|was|has)[A-Z]/.test(one) || isParticiple(/: ([a-z]+)/.exec(one)![1]!))).toEqual([]);
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

function verbsIn(body: string): string[] {
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)(?:<[^>]*>)?(?:\(|\??: \()/gm)].map(([, verb]) => verb!);
}

const irregular = 'awaited|begun|broken|brought|built|chosen|done|drawn|forgotten|found|given|gone|heard|held|kept|known|left|lent|made|proven|said|sent|shown|taken|told|withdrawn';

/** Whether one of its words says what something has become, as "depsMerged" does, and "landed". */
function isParticiple(name: string): boolean {
  const words = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase().split(' ');
  return words.some((word) => new RegExp(`^(?:\\w+[^e]ed|${irregular})$`).test(word));
}

function matches(target: string, rule: string): boolean {
  return target === rule || (rule.endsWith(':') ? target.startsWith(rule) : target.startsWith(`${rule}/`));
}
