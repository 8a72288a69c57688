import { json, parseJson } from '../http/exchange.ts';
import { effect, unchanged, write } from '../http/write.ts';
import { namespaceOf } from './application.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { World } from '../world/state.ts';
import type { Visit } from '../http/visit.ts';
import type { Application } from './application.ts';

const token = 'argocd-token';

/** Argo CD's HTTP API, as far as releases need it (https://argo-cd.readthedocs.io/en/stable/developer-guide/api-docs/). Its errors are gRPC's. */
export function visitArgoCd(world: World, exchange: Exchange, path: string): Visit {
  const below = path.replace(/^\/api\/v1/, '').split('?')[0] ?? '';
  const [, name = ''] = /^\/applications\/([^/]+)/.exec(below) ?? [];
  const template = below.replace(/^\/applications\/[^/]+/, '/applications/{name}');
  const route = `${exchange.method} /argocd${template}`;
  const isKnown = exchange.headers.authorization === `Bearer ${token}`;
  const call = { world, exchange, name: decodeURIComponent(name), origin: { method: exchange.method, route, scope: 'argocd' } };

  async function answer(): Promise<Reply> {
    if (!isKnown) return refused(401, 16, 'no session information');
    return handlers[`${exchange.method} ${template}`]?.(call) ?? refused(404, 5, 'Not Found');
  }

  return {
    route, operation: '', credential: isKnown ? 'slipway' : '', scope: 'argocd', answer,
    fault: ({ action }) =>
      action.kind === 'fail'
        ? { status: action.status, headers: action.headers ?? {}, body: action.body ?? { error: 'planned fault', message: `${action.status} planned fault`, code: 2 } }
        : { status: 429, headers: { 'retry-after': String(action.retryAfterSeconds) }, body: { message: 'too many requests' } },
  };
}

interface Call {
  readonly world: World;
  readonly exchange: Exchange;
  readonly name: string;
  readonly origin: Parameters<typeof write>[1];
}

const handlers: Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> = {
  'GET /applications/{name}': (call) => withApplication(call, (found) => json(200, render(found))),
  'POST /applications/{name}/sync': sync,
  'GET /applications/{name}/resource': (call) => withRollout(call, (found, rollout) => json(200, { manifest: JSON.stringify(manifestOf(found, rollout)) })),
  'POST /applications/{name}/resource/actions': act,
};

function refused(status: number, code: number, message: string): Reply {
  return json(status, { error: message, code, message });
}

function withApplication({ world, name }: Call, act: (application: Application) => Reply | Promise<Reply>): Reply | Promise<Reply> {
  const found = world.state.applications.get(name);
  return found ? act(found) : refused(404, 5, `applications.argoproj.io "${name}" not found`);
}

function withRollout(call: Call, act: (application: Application, rollout: string) => Reply | Promise<Reply>): Reply | Promise<Reply> {
  const { query } = call.exchange;
  return withApplication(call, (found) => {
    const rollout = query.get('resourceName') ?? '';
    const isThere = found.rollouts.has(rollout) && query.get('kind') === 'Rollout' && query.get('group') === 'argoproj.io' && query.get('namespace') === namespaceOf(found);
    return isThere ? act(found, rollout) : refused(404, 5, `${query.get('kind')} ${query.get('group')} ${rollout} not found as part of application ${found.name}`);
  });
}

async function sync(call: Call): Promise<Reply> {
  const { world, origin } = call;
  return withApplication(call, (found) =>
    write<Reply>(world, origin, () => {
      if (found.operation?.phase === 'Running') return unchanged(refused(400, 9, 'another operation is already in progress'));
      return effect(`argocd-sync ${found.name}`, () => {
        found.operation = { phase: 'Succeeded', startedAt: world.clock.now() };
        found.synced = true;
        return json(200, render(found));
      });
    }),
  );
}

async function act(call: Call): Promise<Reply> {
  const { world, origin, exchange } = call;
  const action: unknown = parseJson(exchange);
  return withRollout(call, (found, rollout) =>
    write<Reply>(world, origin, () => {
      if (action !== 'restart') return unchanged(refused(400, 3, `action "${String(action)}" is not available for Rollout`));
      return effect(`argocd-restart ${found.name} ${rollout}`, () => {
        found.rollouts.set(rollout, world.clock.now());
        return json(200, {});
      });
    }),
  );
}

function render({ name, images, health, synced, operation }: Application) {
  return {
    metadata: { name, namespace: 'argocd' },
    spec: { project: 'default' },
    status: {
      sync: { status: synced ? 'Synced' : 'OutOfSync' },
      health: { status: health },
      ...(operation && { operationState: { phase: operation.phase, startedAt: operation.startedAt, message: operation.phase === 'Succeeded' ? 'successfully synced (all tasks run)' : '' } }),
      summary: { images },
    },
  };
}

function manifestOf(application: Application, rollout: string) {
  const restartAt = application.rollouts.get(rollout);
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: rollout, namespace: namespaceOf(application) },
    spec: { replicas: 2, ...(restartAt !== undefined && { restartAt }), template: { metadata: { labels: { app: rollout } } } },
  };
}
