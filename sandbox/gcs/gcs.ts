import { json } from '../http/exchange.ts';
import { write } from '../http/write.ts';
import { conditionNotMet, GcsRefusal, gcsRefusalReply } from './refusal.ts';
import { findObject, forward, objectPath } from './objects.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { FaultReply } from '../http/fault-reply.ts';
import type { Visit } from '../http/visit.ts';
import type { Emulator } from './emulator.ts';
import type { Forwarded, StoredObject } from './objects.ts';
import type { World } from '../world/state.ts';

/** The access token that a world's GCS takes. */
const gcsToken = 'gcs-token';

interface Call {
  readonly world: World;
  readonly emulator: Emulator;
  readonly exchange: Exchange;
  /** Below the world's GCS, still encoded. */
  readonly path: string;
  readonly route: string;
  /** Of the path, decoded, in order. */
  readonly params: readonly string[];
}

type Handler = (call: Call) => Promise<Reply>;

const routes: readonly { readonly route: string; readonly method: string; readonly path: RegExp; readonly media?: boolean; readonly handle: Handler }[] = [
  { route: 'GET /b/{bucket}/o', method: 'GET', path: /^\/storage\/v1\/b\/([^/]+)\/o$/, handle: read },
  { route: 'GET /b/{bucket}/o/{object}?alt=media', method: 'GET', path: /^(?:\/download)?\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/, media: true, handle: read },
  { route: 'GET /b/{bucket}/o/{object}', method: 'GET', path: /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/, media: false, handle: read },
  { route: 'GET /b/{bucket}/iam/testPermissions', method: 'GET', path: /^\/storage\/v1\/b\/([^/]+)\/iam\/testPermissions$/, handle: testPermissions },
  { route: 'POST /upload/b/{bucket}/o', method: 'POST', path: /^\/upload\/storage\/v1\/b\/([^/]+)\/o$/, handle: create },
  {
    route: 'POST /b/{bucket}/o/{object}/rewriteTo/b/{bucket}/o/{object}',
    method: 'POST',
    path: /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)\/rewriteTo\/b\/([^/]+)\/o\/([^/]+)$/,
    handle: copy,
  },
  { route: 'DELETE /b/{bucket}/o/{object}', method: 'DELETE', path: /^\/storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/, handle: remove },
];

/**
 * Google Cloud Storage as fake-gcs-server has it, behind the world's journal and faults, and with what that one does not check:
 * credentials, and preconditions on everything but uploads.
 */
export function visitGcs(world: World, exchange: Exchange, path: string): Visit {
  const media = exchange.query.get('alt') === 'media';
  const found = routes.find((one) => one.method === exchange.method && (one.media ?? media) === media && one.path.test(path));
  const route = found?.route ?? `${exchange.method} ${path}`;
  const authorized = exchange.headers.authorization === `Bearer ${gcsToken}`;

  async function answer(): Promise<Reply> {
    if (!authorized) throw new GcsRefusal(401, 'authError', 'Invalid Credentials');
    if (!found) throw new GcsRefusal(501, 'notImplemented', `the sandbox's GCS does not hold ${route}`);
    const params = (found.path.exec(path) ?? []).slice(1).map(decodeURIComponent);
    return found.handle({ world, emulator: await world.gcs.emulator(), exchange, path, route, params });
  }

  return {
    route,
    operation: route,
    credential: authorized ? 'slipway' : '',
    scope: 'gcs',
    answer: () => answer().catch(asReply),
    fault: faultReply,
  };
}

function asReply(error: unknown): Reply {
  if (error instanceof GcsRefusal) return gcsRefusalReply(error);
  throw error;
}

function read({ emulator, exchange, path }: Call): Promise<Reply> {
  return forward(emulator, { method: 'GET', path: `${path}?${exchange.query}` });
}

/** Whoever has the token may do everything. */
async function testPermissions({ exchange }: Call): Promise<Reply> {
  return json(200, { kind: 'storage#testIamPermissionsResponse', permissions: exchange.query.getAll('permissions') });
}

async function create(call: Call): Promise<Reply> {
  const { emulator, exchange, path, params } = call;
  const [bucket = ''] = params;
  const name = exchange.query.get('name');
  if (!name || exchange.query.get('uploadType') === 'resumable') throw new GcsRefusal(501, 'notImplemented', "the sandbox's GCS takes whole uploads with their name in the query");
  return perform(call, `upload ${bucket}/${name}`, async () => {
    precondition(exchange, await findObject(emulator, bucket, name));
    const type = exchange.headers['content-type'] ?? 'application/octet-stream';
    return { method: 'POST', path: `${path}?${exchange.query}`, headers: { 'content-type': type }, body: exchange.body };
  });
}

async function copy(call: Call): Promise<Reply> {
  const { emulator, exchange, params } = call;
  const [fromBucket = '', from = '', toBucket = '', to = ''] = params;
  return perform(call, `copy ${fromBucket}/${from} → ${toBucket}/${to}`, async () => {
    const source = await findObject(emulator, fromBucket, from);
    const wanted = exchange.query.get('sourceGeneration');
    if (!source || (wanted !== null && wanted !== source.generation)) throw new GcsRefusal(404, 'notFound', `No such object: ${fromBucket}/${from}`);
    precondition(exchange, await findObject(emulator, toBucket, to));
    const path = `${objectPath(fromBucket, from)}/rewriteTo${objectPath(toBucket, to).replace('/storage/v1', '')}`;
    return { method: 'POST', path, headers: { 'content-type': 'application/json' }, body: exchange.body };
  });
}

async function remove(call: Call): Promise<Reply> {
  const { emulator, exchange, params } = call;
  const [bucket = '', name = ''] = params;
  return perform(call, `remove ${bucket}/${name}`, async () => {
    const there = await findObject(emulator, bucket, name);
    if (!there) throw new GcsRefusal(404, 'notFound', `No such object: ${bucket}/${name}`);
    precondition(exchange, there);
    return { method: 'DELETE', path: objectPath(bucket, name) };
  });
}

/** A write through the world's one door: planned on what is there, and journalled if the emulator took it. */
function perform({ world, emulator, exchange, route }: Call, key: string, plan: () => Promise<Forwarded>): Promise<Reply> {
  return write<Reply>(world, { method: exchange.method, route, scope: 'gcs' }, async () => {
    const request = await plan();
    return {
      kind: 'effect',
      keys: [key],
      commit: async () => {
        const reply = await forward(emulator, request);
        return request.method === 'DELETE' && reply.status === 200 ? { status: 204 } : reply;
      },
      applied: ({ status }) => (status < 300 ? [key] : []),
    };
  });
}

function precondition({ query }: Exchange, there: StoredObject | undefined): void {
  const unheld = [...query.keys()].find((name) => /^if.*Match$/.test(name) && name !== 'ifGenerationMatch');
  if (unheld) throw new GcsRefusal(501, 'notImplemented', `the sandbox's GCS does not hold ${unheld}`);
  const wanted = query.get('ifGenerationMatch');
  if (wanted !== null && wanted !== (there?.generation ?? '0')) throw conditionNotMet();
}

function faultReply({ action }: FaultReply): Reply {
  if (action.kind === 'rateLimit') {
    const reply = gcsRefusalReply({ status: 429, reason: 'rateLimitExceeded', message: 'The rate of requests is too high.' });
    return { ...reply, headers: { 'retry-after': String(action.retryAfterSeconds) } };
  }
  const reply = gcsRefusalReply({ status: action.status, reason: 'backendError', message: 'planned fault' });
  return { ...reply, ...(action.headers && { headers: action.headers }), ...(action.body !== undefined && { body: action.body }) };
}
