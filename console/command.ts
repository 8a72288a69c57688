import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import { serve } from '@hono/node-server';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import { Failure } from '../client/terminal/answer.ts';
import type { Answer } from '../client/terminal/answer.ts';
import type { Server } from '../client/terminal/connection.ts';
import { localCatalog } from '../client/terminal/local-catalog.ts';
import { catalogOption, taskQueueOption } from '../client/terminal/options.ts';
import type { Answering, CommandSession } from '../client/terminal/session.ts';
import { readSigningKey } from '../client/people/token.ts';
import type { Catalog } from '../domain/catalog.ts';
import { sendBy } from './acting.ts';
import type { Acting } from './acting.ts';
import { consoleApp } from './app.ts';
import type { Directory } from './app.ts';
import { openLogin } from './login.ts';
import { openFreshness, openReadings } from './readings.ts';

interface ConsoleOptions {
  readonly port: number;
  readonly host: string;
  readonly catalog: string;
  readonly taskQueue: string;
  readonly url?: string;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly key?: string;
}

export function addConsole(program: Command, answering: Answering): void {
  program
    .command('console')
    .description('serve pages of what is where, what comes next, and what people are to do')
    .option('--port <number>', 'where it listens; 0 takes any that is free', portNumber, 8082)
    .option('--host <address>', 'on which address', '127.0.0.1')
    .addOption(catalogOption('the order of its environments, whose its components are, and who is who'))
    .addOption(taskQueueOption())
    .addOption(new Option('--url <url>', 'where people reach it, once they can log in').env('SLIPWAY_CONSOLE_URL'))
    .addOption(new Option('--issuer <url>', 'the OpenID Connect server by which they log in; without one the pages only read').env('SLIPWAY_CONSOLE_ISSUER'))
    .addOption(new Option('--client-id <id>', 'of the console there').env('SLIPWAY_CONSOLE_CLIENT_ID'))
    .addOption(new Option('--client-secret <secret>', 'likewise; better by its variable').env('SLIPWAY_CONSOLE_CLIENT_SECRET'))
    .addOption(new Option('--key <path>', "signs what people decide: an Ed25519 JWK with a \"kid\", whose public half is among the worker's approval keys").env('SLIPWAY_CONSOLE_KEY'))
    .action((options: ConsoleOptions) => answering((session) => serveConsole(session, options)));
}

/** Serves until the process is asked to end. @throws Failure where the server can't be reached, the port is taken, or a setting is missing */
async function serveConsole({ server, terminal, as }: CommandSession, options: ConsoleOptions): Promise<Answer> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const connected = await server();
  const acting = actingBy(connected, options);
  const fresh = openFreshness();
  const app = consoleApp({ readings: openReadings(connected), catalog: () => fresh('catalog', async () => told(await localCatalog(options.catalog))), acting, closing: ending.signal });
  const http = serve({ fetch: app.fetch, port: options.port, hostname: options.host }) as HttpServer;
  await once(http, 'listening').catch((error: unknown) => {
    throw new Failure(2, `it can't listen on port ${options.port}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const url = `http://${options.host}:${(http.address() as AddressInfo).port}`;
  terminal[as === 'text' ? 'stdout' : 'stderr'].write(`the console is at ${options.url ?? url}${acting ? '' : ', and only reads: people can not log in (see docs/console.md)'}\n`);
  if (!ending.signal.aborted) await once(ending.signal, 'abort');
  http.close();
  http.closeAllConnections();
  return { exit: 0, text: 'the console has ended', json: { url } };
}

/** How people act; not at all, where no login server is given. */
function actingBy(server: Server, { issuer, url, clientId, clientSecret, key, catalog, taskQueue }: ConsoleOptions): Acting | undefined {
  if (issuer === undefined) return undefined;
  const missing = Object.entries({ '--url': url, '--client-id': clientId, '--client-secret': clientSecret }).flatMap(([option, value]) => (value === undefined ? [option] : []));
  if (url === undefined || clientId === undefined || clientSecret === undefined) throw new Failure(2, `with --issuer people log in: ${missing.join(', ')} must be given, too`);
  const allowHttp = isLocal(issuer);
  if (!allowHttp && new URL(issuer).protocol !== 'https:') throw new Failure(2, '--issuer must be an https address');
  return {
    login: openLogin({ issuer, clientId, clientSecret, url, accounts: async () => (await localCatalog(catalog))?.accounts }, { allowHttp }),
    url,
    key: key === undefined ? undefined : readSigningKey(key),
    send: sendBy(server, { taskQueue, catalog }),
  };
}

/** Nobody else hears what is said on this machine. */
function isLocal(url: string): boolean {
  if (!URL.canParse(url)) throw new Failure(2, `--issuer: "${url}" is no address`);
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

function told(catalog: Catalog | undefined): Directory {
  const teams = Object.entries(catalog?.components ?? {}).flatMap(([name, { chat }]) => (chat ? [[name, chat.team]] : []));
  return { environments: Object.keys(catalog?.environments ?? {}), components: Object.keys(catalog?.components ?? {}), teamOf: Object.fromEntries(teams) as Record<string, string> };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new InvalidArgumentError('must be a port, or 0');
}
