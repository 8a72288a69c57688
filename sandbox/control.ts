import { z } from 'zod';
import { json, parseJson } from './exchange.ts';
import { git } from './git/git.ts';
import { importCommits } from './git/import.ts';
import { readCommit } from './git/history.ts';
import { scriptCi } from './github/ci.ts';
import { deploymentOutcome, runOutcome } from './github/controller.ts';
import { reloadRefs } from './github/repository.ts';
import { userNamed } from './github/users.ts';
import { putByPerson } from './gcs/objects.ts';
import { setByPerson } from './gitlab/features.ts';
import { snapshot } from './snapshot.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Repository } from './github/repository.ts';
import type { World } from './world.ts';
import type { Worlds } from './worlds.ts';

/** Said to the controller, not thrown at it: a wrong request, in words. */
class Misuse extends Error {}

const ms = z.number().nonnegative();
const times = z.number().int().positive().optional();

const worldOptions = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/),
  scenario: z.literal('gitaly'),
  seed: z.string().optional(),
  pinnedBehind: z.number().int().nonnegative().optional(),
  mirrorLagMs: ms.optional(),
  latencyMs: z.strictObject({ ci: ms.optional(), run: ms.optional(), deployment: ms.optional() }).optional(),
});

const action = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hold'), when: z.enum(['before', 'after']) }),
  z.strictObject({ kind: z.literal('fail'), status: z.number().int(), headers: z.record(z.string(), z.string()).optional(), body: z.unknown().optional() }),
  z.strictObject({ kind: z.literal('applyThen'), reply: z.union([z.enum(['reset', 'timeout']), z.strictObject({ status: z.number().int() })]) }),
  z.strictObject({ kind: z.literal('delay'), ms }),
  z.strictObject({ kind: z.literal('rateLimit'), retryAfterSeconds: z.number().nonnegative(), secondary: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('staleReads'), seconds: z.number().positive() }),
]);

const nth = z.number().int().positive().optional();
const fault = z.strictObject({
  match: z.union([z.strictObject({ key: z.string(), nth }), z.strictObject({ route: z.string(), nth })]),
  times,
  action,
});

const ci = z.strictObject({
  repository: z.string(),
  sha: z.string().optional(),
  branch: z.string().optional(),
  verdict: z.enum(['green', 'red', 'flaky', 'slow', 'cancelled', 'none', 'neutral', 'skipped']),
  failing: z.array(z.string()).optional(),
  afterMs: ms.optional(),
});

const deployments = z.strictObject({ environment: z.string(), outcome: z.enum(['success', 'failure', 'error', 'never']), afterMs: ms.optional(), times });
const runs = z.strictObject({ workflow: z.string(), conclusion: z.enum(['success', 'failure', 'cancelled', 'never']), afterMs: ms.optional(), times });
const health = z.strictObject({ environment: z.string(), state: z.enum(['healthy', 'unhealthy', 'silent']) });
const gitlab = z.strictObject({ hundred: z.enum(['percentage', 'boolean']) });
const flag = z.strictObject({
  instance: z.string(),
  name: z.string(),
  value: z.union([z.boolean(), z.number(), z.literal('unset')]),
  /** For this user only. */
  user: z.string().optional(),
});
const mirror = z.strictObject({ repository: z.string().default('gitlab-org/gitaly'), lagMs: ms.nullable() });
const objects = z.strictObject({ bucket: z.string(), files: z.record(z.string(), z.string().nullable()).default({}) });
const resolution = z.strictObject({ resolve: z.enum(['drop', 'apply']) });
const commit = z.strictObject({
  repository: z.string(),
  branch: z.string(),
  files: z.record(z.string(), z.string().nullable()),
  message: z.string(),
  by: z.string().default('dev'),
});
const protection = z.strictObject({
  repository: z.string(),
  branch: z.string(),
  requiredChecks: z.array(z.string()).default([]),
  strict: z.boolean().default(false),
  requiredReviews: z.number().int().nonnegative().default(0),
  dismissStaleReviews: z.boolean().default(true),
});
const webhook = z.strictObject({
  url: z.string(),
  secret: z.string(),
  mode: z.enum(['normal', 'lost', 'duplicated', 'reversed', 'delayed']).default('normal'),
  times,
  delayMs: ms.optional(),
});

/** `POST /worlds`, `GET /worlds`, `DELETE /worlds/<name>`. */
export async function serveWorlds(worlds: Worlds, exchange: Exchange): Promise<Reply> {
  const { method, path } = exchange;
  if (method === 'GET' && path === '/worlds') return json(200, worlds.list().map(({ name, url }) => ({ name, url })));
  if (method === 'DELETE' && path.startsWith('/worlds/')) {
    return (await worlds.remove(path.slice('/worlds/'.length))) ? { status: 204 } : json(404, { error: 'there is no such world' });
  }
  if (method !== 'POST' || path !== '/worlds') return json(404, { error: `nothing is at ${method} ${path}` });
  return answerMisuse(async () => {
    const options = read(worldOptions, exchange);
    const created = await worlds.create(options);
    if (created === undefined) return json(409, { error: `there is a world ${options.name} already` });
    const { world, made } = created;
    const { url } = world;
    const urls = { url, api: `${url}/api/v3`, graphql: `${url}/api/graphql`, git: `${url}/git`, slack: `${url}/slack/api/`, health: `${url}/health`, gitlab: `${url}/gitlab`, gcs: `${url}/gcs`, control: `${url}/control` };
    return json(201, { name: options.name, ...urls, ...made });
  });
}

type Act = (world: World, exchange: Exchange) => unknown;

/** By method and path; an answer of undefined is 204. */
const acts: Readonly<Record<string, Act>> = {
  'GET /journal': ({ journal }) => journal.entries,
  'GET /snapshot': (world) => world.exclusively(() => snapshot(world)),
  'GET /requests': ({ requests }) => requests,
  'DELETE /requests': ({ requests }) => void requests.splice(0),
  'GET /violations': ({ violations }) => violations,
  'GET /faults': ({ faults }) => faults.list(),
  'POST /faults': ({ faults }, exchange) => ({ id: faults.plan(read(fault, exchange)).id }),
  'DELETE /faults': ({ faults }) => faults.clear(),
  'GET /holds': ({ holds }, { query }) => holds.listWithin(Number(query.get('waitMs') ?? 0)),
  'GET /deliveries': ({ webhooks }) => webhooks.log,
  'POST /webhooks': ({ webhooks }, exchange) => webhooks.hook(read(webhook, exchange)),
  'POST /ci': controlCi,
  'POST /commit': controlCommit,
  'POST /deployments'(world, exchange) {
    const { environment, outcome, afterMs, times: limit } = read(deployments, exchange);
    world.outcomes.script(deploymentOutcome(environment), { result: outcome, afterMs }, limit);
  },
  'POST /runs'(world, exchange) {
    const { workflow, conclusion, afterMs, times: limit } = read(runs, exchange);
    world.outcomes.script(runOutcome(workflow), { result: conclusion, afterMs }, limit);
  },
  'POST /health'(world, exchange) {
    const { environment, state } = read(health, exchange);
    world.health.set(environment, state);
  },
  'POST /flags': (world, exchange) => world.exclusively(() => setByPerson(world, read(flag, exchange))),
  'POST /gitlab': (world, exchange) => void Object.assign(world.gitlab, read(gitlab, exchange)),
  'POST /objects': (world, exchange) => world.exclusively(async () => putByPerson(await world.gcs.emulator(), read(objects, exchange))),
  'POST /mirror'(world, exchange) {
    const { repository, lagMs } = read(mirror, exchange);
    const { mirror: following } = repositoryNamed(world, repository);
    if (following === undefined) throw new Misuse(`${repository} has no mirror`);
    following.lagMs = lagMs ?? Infinity;
  },
  'POST /protection'(world, exchange) {
    const { repository, branch, ...rules } = read(protection, exchange);
    repositoryNamed(world, repository).protections.set(branch, rules);
  },
};

export async function serveControl(world: World, exchange: Exchange, path: string): Promise<Reply> {
  const [, hold] = /^\/holds\/(\w+)$/.exec(path) ?? [];
  return answerMisuse(async () => {
    if (hold !== undefined && exchange.method === 'POST') return resolveHold(world, exchange, hold);
    const act = acts[`${exchange.method} ${path}`];
    if (act === undefined) return json(404, { error: `there is no control ${exchange.method} ${path}` });
    const answer = await act(world, exchange);
    return answer === undefined ? { status: 204 } : json(exchange.method === 'POST' ? 201 : 200, answer);
  });
}

function resolveHold(world: World, exchange: Exchange, id: string): Reply {
  const { resolve } = read(resolution, exchange);
  return world.holds.resolve(id, resolve) ? { status: 204 } : json(404, { error: `nothing is held as ${id}` });
}

async function controlCi(world: World, exchange: Exchange) {
  const { repository: name, sha, branch, ...script } = read(ci, exchange);
  const repository = repositoryNamed(world, name);
  const where = { ...(sha === undefined ? {} : { sha }), ...(branch === undefined ? {} : { branch }) };
  await world.exclusively(() => scriptCi(world, repository, { ...where, script }));
}

/** A person's commit, a minute after its parent; the branch is made from the default branch if there is none. */
async function controlCommit(world: World, exchange: Exchange) {
  const { repository: name, branch, files, message, by } = read(commit, exchange);
  const repository = repositoryNamed(world, name);
  const ref = `refs/heads/${branch}`;
  return world.exclusively(async () => {
    const from = repository.refs.get(ref);
    const parent = from ?? repository.refs.get(`refs/heads/${repository.defaultBranch}`);
    if (parent === undefined) throw new Misuse(`${name} has no ${repository.defaultBranch}`);
    const person = userNamed(world, by);
    const time = (await readCommit(repository.gitDir, parent)).committer.time + 60;
    const author = { name: person.name, email: person.email, time };
    await importCommits(repository.gitDir, branch, [{ author, message, files }], { from: parent });
    await reloadRefs(repository);
    const sha = await git(repository.gitDir, ['rev-parse', '--verify', ref]);
    await world.consequences.refMoved(world, repository, { ref, from, to: sha, by: person });
    return { sha };
  });
}

function repositoryNamed(world: World, name: string): Repository {
  const repository = world.state.repositories.get(name);
  if (repository === undefined) throw new Misuse(`there is no repository ${name}; there are ${[...world.state.repositories.keys()].join(', ')}`);
  return repository;
}

function read<Schema extends z.ZodType>(schema: Schema, exchange: Exchange): z.output<Schema> {
  const result = schema.safeParse(parseJson(exchange));
  if (!result.success) throw new Misuse(z.prettifyError(result.error));
  return result.data;
}

async function answerMisuse(act: () => Promise<Reply>): Promise<Reply> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Misuse || error instanceof SyntaxError) return json(400, { error: error.message });
    throw error;
  }
}
