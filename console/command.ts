import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Server as HttpServer } from 'node:http';
import { serve } from '@hono/node-server';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Answer } from '../client/terminal/answer.ts';
import { localCatalog } from '../client/terminal/local-catalog.ts';
import { catalogOption } from '../client/terminal/options.ts';
import type { Answering, CommandSession } from '../client/terminal/session.ts';
import type { Catalog } from '../domain/catalog.ts';
import { consoleApp } from './app.ts';
import type { Told } from './app.ts';
import { openReadings } from './readings.ts';

export interface ConsoleOptions {
  readonly port: number;
  readonly host: string;
  readonly catalog: string;
}

export function addConsole(program: Command, answering: Answering): void {
  program
    .command('console')
    .description('serve a page of what is where, what comes next, and what people are to do')
    .option('--port <number>', 'where it listens; 0 takes any that is free', portNumber, 8080)
    .option('--host <address>', 'on which address', '127.0.0.1')
    .addOption(catalogOption('the order of its environments, and whose its components are'))
    .action((options: ConsoleOptions) => answering((session) => serveConsole(session, options)));
}

/** Serves until the process is asked to end. @throws Failure where the server can't be reached, or the port is taken */
async function serveConsole({ server, terminal }: CommandSession, options: ConsoleOptions): Promise<Answer> {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const app = consoleApp({ readings: openReadings(await server()), catalog: async () => told(await localCatalog(options.catalog)), closing: ending.signal });
  const http = serve({ fetch: app.fetch, port: options.port, hostname: options.host }) as HttpServer;
  await once(http, 'listening');
  const url = `http://${options.host}:${(http.address() as AddressInfo).port}`;
  terminal.stderr.write(`the console is at ${url}\n`);
  if (!ending.signal.aborted) await once(ending.signal, 'abort');
  http.close();
  http.closeAllConnections();
  return { exit: 0, text: 'the console has ended', json: { url } };
}

function told(catalog: Catalog | undefined): Told {
  const teams = Object.entries(catalog?.components ?? {}).flatMap(([name, { chat }]) => (chat ? [[name, chat.team]] : []));
  return { environments: Object.keys(catalog?.environments ?? {}), components: Object.keys(catalog?.components ?? {}), teamOf: Object.fromEntries(teams) as Record<string, string> };
}

function portNumber(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new InvalidArgumentError('must be a port, or 0');
}
