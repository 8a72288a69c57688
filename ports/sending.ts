import { Readable } from 'node:stream';
import { request } from 'undici';
import { assertStillOurs } from './pulse.ts';

/** What is to be sent, once. */
export interface Write {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Longest wait for the whole answer, in ms. */
  readonly timeoutMs: number;
  /** What messages call it. */
  readonly what: string;
  /** How old the server's last word on this attempt may be, in ms: see `assertStillOurs`. */
  readonly maxAgeMs?: number;
}

/** A request's answer, read to its end. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

/**
 * Sends a write. Temporal's server is asked last: the body is taken when the connection is open, and leaves, with the head, in the moment in which the
 * server has let it pass. A worker that is frozen before it asks is told when it is thawed; behind it nothing is waited for. What has no body (a removal) is asked for before the connection is:
 * sent twice, it comes to the same.
 *
 * Follows no redirect: a POST would arrive as a GET and look like a success.
 */
export async function send(url: string, { method, headers, body, timeoutMs, what, maxAgeMs }: Write): Promise<HttpAnswer> {
  const ask = () => assertStillOurs(what, maxAgeMs === undefined ? {} : { maxAgeMs });
  if (!body) await ask();
  const answer = await request(url, {
    method: method as 'POST',
    headers: { ...headers, ...(body && { 'content-length': String(Buffer.byteLength(body)) }) },
    body: body ? Readable.from(heldBack(body, ask)) : null,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const fields = Object.entries(answer.headers).flatMap(([name, values]) => [values ?? []].flat().map((value): [string, string] => [name, value]));
  return { status: answer.statusCode, headers: new Headers(fields), body: await answer.body.arrayBuffer() };
}

async function* heldBack(body: string, ask: () => Promise<void>): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(body);
  await ask();
  yield bytes;
}
