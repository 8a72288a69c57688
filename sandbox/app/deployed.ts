import type { Exchange } from '../http/exchange.ts';
import type { Visit } from '../http/visit.ts';
import type { World } from '../world/state.ts';

/** A page on which a product shows the commit that it was built from, as GitLab's help page does: `/<environment>`. */
export function visitDeployed(world: World, exchange: Exchange, path: string): Visit {
  const environment = decodeURIComponent(path.slice(1));

  return {
    route: `${exchange.method} /deployed/{environment}`, operation: 'deployed', credential: '', scope: 'deployed',
    async answer() {
      const running = world.state.environments.get(environment);
      return running === undefined ? { status: 404 } : { status: 200, body: `<h1>${running.repository}</h1> <p>Revision <code>${running.sha}</code></p>\n` };
    },
    fault: ({ action }) => ({ status: action.kind === 'fail' ? action.status : 429 }),
  };
}
