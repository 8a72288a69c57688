import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LossyProxy {
  readonly url: string;
  /** Writes that reached the service since the last `lose`, as "METHOD path". */
  readonly writes: readonly string[];
  /** Forgets the writes, and closes the connection instead of answering the n-th from now on: before it reached the service, or after it was applied. */
  lose(nth: number, when: 'before' | 'after'): void;
  close(): Promise<void>;
}

/** Stands before a real service and loses one request or reply, as networks do. */
export async function lossyProxy(target: string): Promise<LossyProxy> {
  const writes: string[] = [];
  let seen = 0;
  let loss: { nth: number; when: 'before' | 'after' } | undefined;

  const server = createServer((incoming, outgoing) => {
    const isWrite = incoming.method !== 'GET';
    if (isWrite) seen += 1;
    const lost = isWrite && loss?.nth === seen ? loss.when : undefined;
    if (lost === 'before') return outgoing.destroy();
    if (isWrite) writes.push(`${incoming.method} ${incoming.url}`);
    forward(target, incoming, outgoing, lost === 'after');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    lose(nth, when) {
      [seen, loss] = [0, { nth, when }];
      writes.length = 0;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(target: string, incoming: IncomingMessage, outgoing: ServerResponse, dropReply: boolean): void {
  const base = new URL(target);
  const send = base.protocol === 'https:' ? secureRequest : request;
  const upstream = send(
    { host: base.hostname, ...(base.port && { port: base.port }), method: incoming.method, path: base.pathname.replace(/\/$/, '') + incoming.url, headers: { ...incoming.headers, host: base.host } },
    (reply) => {
      if (dropReply) return void reply.resume().on('end', () => outgoing.destroy());
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    },
  );
  upstream.on('error', () => outgoing.destroy());
  incoming.pipe(upstream);
}
