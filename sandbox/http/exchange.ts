import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** One HTTP request, read to its end: a client that dies later can't take its write with it half-way. */
export interface Exchange {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A Buffer or a string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** Thrown where a reply must not reach its client: `reset` closes the connection, `timeout` leaves it open and silent. */
export class ReplyLost extends Error {
  readonly how: 'reset' | 'timeout';

  constructor(how: 'reset' | 'timeout') {
    super(`reply lost (${how})`);
    this.how = how;
  }
}

export async function readExchange(request: IncomingMessage): Promise<Exchange> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const [path, query] = splitOnce(request.url ?? '/', '?');
  return {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  const raw = typeof reply.body === 'string' || Buffer.isBuffer(reply.body);
  const body = raw ? (reply.body as string | Buffer) : reply.body === undefined ? '' : JSON.stringify(reply.body);
  const type = raw || reply.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(reply.status, { ...type, 'content-length': Buffer.byteLength(body), ...reply.headers });
  response.end(body);
}

export function json(status: number, body: unknown): Reply {
  return { status, body };
}

/** @throws SyntaxError when the body is not JSON; an empty body is `{}`. */
export function parseJson(exchange: Pick<Exchange, 'body'>): unknown {
  return exchange.body.length === 0 ? {} : JSON.parse(exchange.body.toString('utf8'));
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
