import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serveControl } from '../control/control.ts';
import { ReplyLost, json, readExchange, sendReply } from './exchange.ts';
import { FaultReply } from './fault-reply.ts';
import { visitGcs } from '../gcs/gcs.ts';
import { visitGithub } from '../github/api.ts';
import { visitGit } from '../github/code/git-visit.ts';
import { visitGraphql } from '../github/graphql.ts';
import { loadDescription } from '../github/validation.ts';
import { visitDeployed } from '../app/deployed.ts';
import { visitArgoCd } from '../argocd/argocd.ts';
import { visitJira } from '../jira/jira.ts';
import { visitGitlab } from '../gitlab/features.ts';
import { visitHealth } from '../app/health.ts';
import { visitSlack } from '../slack/slack.ts';
import { suffer } from './write.ts';
import { createWorlds } from '../world/worlds.ts';
import { serveWorlds } from '../control/worlds-control.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { Description } from '../github/validation.ts';
import type { Visit } from './visit.ts';
import type { Worlds } from '../world/worlds.ts';
import type { World } from '../world/state.ts';

export interface Sandbox {
  readonly url: string;
  close(): Promise<void>;
}

export interface SandboxOptions {
  /** 0 for any free port. */
  readonly port: number;
  /** Where repositories are kept; each world has a folder there. */
  readonly dir: string;
  /** GitHub's OpenAPI description; without it requests and responses are not validated. */
  readonly descriptionPath?: string | undefined;
  /** fake-gcs-server; without it the worlds have no GCS. */
  readonly gcsProgram?: string | undefined;
  readonly log?: ((line: object) => void) | undefined;
}

/** A server on 127.0.0.1 that holds any number of worlds. */
export async function startSandbox({ port, dir, descriptionPath, gcsProgram, log }: SandboxOptions): Promise<Sandbox> {
  const description = descriptionPath === undefined ? undefined : await loadDescription(descriptionPath);
  let url = '';
  const worlds = createWorlds({ dir, url: () => url, gcsProgram });
  const server = createServer((request, response) => void respond(request, response, { worlds, description, log }));
  // Longer than any client keeps a connection: none is closed just when it is used again.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const { name } of worlds.list()) await worlds.remove(name);
      server.closeAllConnections();
      await closed;
    },
  };
}

interface House {
  readonly worlds: Worlds;
  readonly description: Description | undefined;
  readonly log: SandboxOptions['log'];
}

async function respond(request: IncomingMessage, response: ServerResponse, house: House): Promise<void> {
  try {
    const exchange = await readExchange(request);
    const reply = await answer(exchange, house);
    if (!response.destroyed) sendReply(response, reply);
  } catch (error) {
    if (error instanceof ReplyLost && error.how === 'timeout') return;
    if (error instanceof ReplyLost || request.errored) return void response.destroy();
    console.error('the sandbox failed:', error);
    sendReply(response, json(500, { message: `the sandbox failed: ${error}` }));
  }
}

async function answer(exchange: Exchange, house: House): Promise<Reply> {
  const [, name, rest = ''] = /^\/w\/([^/]+)(\/.*)?$/.exec(exchange.path) ?? [];
  if (name === undefined) return serveWorlds(house.worlds, exchange);
  const world = house.worlds.get(name);
  if (world === undefined) return json(404, { error: `there is no world ${name}` });
  if (rest.startsWith('/control')) return serveControl(world, exchange, rest.slice('/control'.length));
  const visit = openVisit(world, exchange, rest, house.description);
  return visit === undefined ? json(404, { error: `nothing is at ${rest}` }) : receive(world, exchange, visit, house.log);
}

function openVisit(world: World, exchange: Exchange, path: string, description: Description | undefined): Visit | undefined {
  if (path === '/api/graphql') return visitGraphql(world, exchange);
  if (path.startsWith('/api/v3')) return visitGithub(world, exchange, path.slice('/api/v3'.length), description);
  if (path.startsWith('/git/')) return visitGit(world, exchange, path.slice('/git'.length));
  if (path.startsWith('/slack/api/')) return visitSlack(world, exchange, path.slice('/slack/api'.length));
  if (path.startsWith('/deployed/')) return visitDeployed(world, exchange, path.slice('/deployed'.length));
  if (path.startsWith('/argocd/')) return visitArgoCd(world, exchange, path.slice('/argocd'.length));
  if (path.startsWith('/jira/')) return visitJira(world, exchange, path.slice('/jira'.length));
  if (path.startsWith('/gitlab/')) return visitGitlab(world, exchange, path.slice('/gitlab'.length));
  if (path.startsWith('/gcs/')) return visitGcs(world, exchange, path.slice('/gcs'.length));
  if (path.startsWith('/health/')) return visitHealth(world, exchange, path.slice('/health'.length));
  return undefined;
}

/** Answers, lets planned faults happen, and records the request either way. */
async function receive(world: World, exchange: Exchange, visit: Visit, log: SandboxOptions['log']): Promise<Reply> {
  const at = new Date().toISOString();
  const record = (status: number): void => {
    const { route, operation, credential } = visit;
    const conditional = exchange.headers['if-none-match'] !== undefined;
    const entry = { at, method: exchange.method, route, path: exchange.path, status, operation, conditional, credential };
    world.requests.push(entry);
    log?.({ world: world.name, ...entry });
  };
  try {
    const fault = world.faults.forRequest(visit.route);
    const reply = fault ? ((await suffer<Reply | undefined>(world, fault, visit.scope, () => visit.answer())) ?? { status: 204 }) : await visit.answer();
    record(reply.status);
    return reply;
  } catch (error) {
    if (!(error instanceof FaultReply)) {
      record(0);
      throw error;
    }
    const reply = visit.fault(error);
    record(reply.status);
    return reply;
  }
}
