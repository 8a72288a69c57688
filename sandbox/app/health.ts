import { ReplyLost } from '../http/exchange.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Visit } from '../http/visit.ts';
import type { World } from '../world/state.ts';

/** A service's health endpoint: `/<environment>`. */
export function visitHealth(world: World, exchange: Exchange, path: string): Visit {
  const environment = decodeURIComponent(path.slice(1));

  async function answer(): Promise<Reply> {
    switch (world.health.get(environment) ?? 'healthy') {
      case 'healthy':
        return { status: 200, body: { status: 'ok' } };
      case 'unhealthy':
        return { status: 503, body: { status: 'unhealthy' } };
      case 'silent':
        throw new ReplyLost('timeout');
    }
  }

  return {
    route: `${exchange.method} /health/{environment}`, operation: 'health', credential: '', scope: 'health', answer,
    fault: ({ action }) => ({ status: action.kind === 'fail' ? action.status : 429 }),
  };
}
