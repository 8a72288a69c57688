import { json, parseJson } from '../http/exchange.ts';
import { effect, unchanged, write } from '../http/write.ts';
import { changeGates, renderFeature, sameGates, shownGates } from './gates.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Visit } from '../http/visit.ts';
import type { Plan } from '../http/write.ts';
import type { Features, GateRequest } from './gates.ts';
import type { World } from '../world/state.ts';

const tokens: Readonly<Record<string, 'admin' | 'user'>> = { 'gitlab-admin': 'admin', 'gitlab-user': 'user' };

/** A feature may be set for these only, by name. */
const targets = ['user', 'group', 'namespace', 'project', 'repository'] as const;

/**
 * GitLab's Features API (https://docs.gitlab.com/api/features): `/<instance>/api/v4/features`. Each GitLab of the world has flags of
 * its own, as staging and production do.
 */
export function visitGitlab(world: World, exchange: Exchange, path: string): Visit {
  const [, instance = '', below = ''] = /^\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  const [, name] = /^\/api\/v4\/features\/([^/]+)$/.exec(below) ?? [];
  const template = name === undefined ? below : '/api/v4/features/{name}';
  const route = `${exchange.method} /gitlab/{instance}${template}`;
  const call = { world, instance, name: decodeURIComponent(name ?? ''), exchange, origin: { method: exchange.method, route, scope: `gitlab ${instance}` } };
  const user = tokens[readToken(exchange)];

  async function answer(): Promise<Reply> {
    if (user === undefined) return json(401, { message: '401 Unauthorized' });
    if (user !== 'admin') return json(403, { message: '403 Forbidden' });
    return handlers[`${exchange.method} ${template}`]?.(call) ?? json(404, { error: '404 Not Found' });
  }

  return {
    route, operation: '', credential: user ?? '', scope: call.origin.scope, answer,
    fault: ({ action }) =>
      action.kind === 'fail'
        ? { status: action.status, headers: action.headers ?? {}, body: action.body ?? { message: `${action.status} planned fault` } }
        : { status: 429, headers: { 'retry-after': String(action.retryAfterSeconds) }, body: 'Retry later\n' },
  };
}

/** A person's change: it is in no journal. */
export function setByPerson(world: World, { instance, name, value, user }: { instance: string; name: string; value: boolean | number | 'unset'; user?: string | undefined }): void {
  const features = featuresOf(world, instance);
  if (value === 'unset') return void features.delete(name);
  const actors = user === undefined ? [] : [`user:${user}`];
  const changed = changeGates(features.get(name), { value: String(value), key: 'percentage_of_actors', actors, groups: [] }, world.gitlab.hundred);
  if (changed.kind === 'refused') throw new Error(changed.message);
  features.set(name, changed.gates);
}

interface Call {
  readonly world: World;
  readonly instance: string;
  readonly name: string;
  readonly exchange: Exchange;
  readonly origin: Parameters<typeof write>[1];
}

const handlers: Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> = {
  'GET /api/v4/features': list,
  'POST /api/v4/features/{name}': set,
  'DELETE /api/v4/features/{name}': remove,
};

function list({ world, instance, origin }: Call): Reply {
  const features: Features = world.replicas.view(origin.scope).features.get(instance) ?? new Map();
  return json(200, [...features].map(([name, gates]) => renderFeature(name, gates)));
}

async function set(call: Call): Promise<Reply> {
  const request = readRequest(call.exchange);
  if (request.kind === 'invalid') return json(400, { error: request.error });
  return write<Reply>(call.world, call.origin, () => planChange(call, request));
}

function planChange({ world, instance, name }: Call, request: GateRequest): Plan<Reply> {
  const features = featuresOf(world, instance);
  const present = features.get(name);
  const changed = changeGates(present, request, world.gitlab.hundred);
  if (changed.kind === 'refused') return unchanged(json(400, { message: `400 Bad request - ${changed.message}` }));
  const { gates } = changed;
  const reply = json(201, renderFeature(name, gates));
  if (present && sameGates(present, gates)) return unchanged(reply);
  return effect(flagKey(instance, name, shownGates(gates)), () => {
    features.set(name, gates);
    return reply;
  });
}

async function remove({ world, instance, name, origin }: Call): Promise<Reply> {
  const features = featuresOf(world, instance);
  await write(world, origin, () => (features.has(name) ? effect(flagKey(instance, name, 'unset'), () => features.delete(name)) : unchanged(false)));
  return { status: 204 };
}

/** From the query, a form, or JSON. */
function readRequest(exchange: Exchange): ({ readonly kind: 'valid' } & GateRequest) | { readonly kind: 'invalid'; readonly error: string } {
  const { value, key, feature_group: group, ...given } = readFields(exchange);
  if (value === undefined) return { kind: 'invalid', error: 'value is missing' };
  const actors = targets.flatMap((target) => given[target]?.split(',').map((name) => `${target}:${name}`) ?? []);
  const groups = group === undefined ? [] : [group];
  if (key !== undefined && actors.length + groups.length > 0) return { kind: 'invalid', error: 'key and a target are mutually exclusive' };
  return { kind: 'valid', value, key, actors, groups };
}

function readFields(exchange: Exchange): Readonly<Record<string, string | undefined>> {
  const asJson = exchange.headers['content-type']?.includes('json');
  const body = asJson ? Object.entries(parseJson(exchange) as object) : new URLSearchParams(exchange.body.toString('utf8'));
  return Object.fromEntries([...exchange.query, ...body].map(([field, value]) => [field, String(value)]));
}

function readToken({ headers, query }: Exchange): string {
  const bearer = headers.authorization?.replace(/^Bearer /i, '');
  return String(headers['private-token'] ?? bearer ?? query.get('private_token') ?? '');
}

function featuresOf({ state }: World, instance: string): Features {
  const features: Features = state.features.get(instance) ?? new Map();
  state.features.set(instance, features);
  return features;
}

function flagKey(instance: string, name: string, value: string): string {
  return `flag ${instance} ${name} ${value}`;
}
