import { answerMisuse, read, worldOptions } from './control-requests.ts';
import { json } from '../http/exchange.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Worlds } from '../world/worlds.ts';

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
    return json(201, { name: world.name, ...addresses(world.url), ...made });
  });
}

function addresses(url: string) {
  return {
    url,
    api: `${url}/api/v3`,
    graphql: `${url}/api/graphql`,
    git: `${url}/git`,
    slack: `${url}/slack/api/`,
    health: `${url}/health`,
    gitlab: `${url}/gitlab`,
    jira: `${url}/jira`,
    argocd: `${url}/argocd`,
    gcs: `${url}/gcs`,
    control: `${url}/control`,
  };
}
