import { request as exchange } from 'undici';
import { assertStillOurs } from '../../../pulse.ts';

/** A request's answer, read to its end. */
export interface HttpAnswer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

export type Request = Omit<RequestInit, 'headers'> & { readonly headers: Headers };

export type Send = (url: string, request: Request) => Promise<HttpAnswer>;

/** Octokit's own log would tell of every failure, which whoever catches it decides. */
export const silence = { debug() {}, info() {}, warn() {}, error() {} };

/** Sends a request, once, and fails unless the whole answer is there within `timeoutMs`. */
export function within(timeoutMs: number): Send {
  return (url, request) => (request.method === 'GET' ? read(url, request, timeoutMs) : write(url, request, timeoutMs));
}

async function read(url: string, request: Request, timeoutMs: number): Promise<HttpAnswer> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
  // Octokit takes a body that breaks off for an empty one, so it is read here, where that is a failure.
  const body = await response.arrayBuffer();
  return { url: response.url, status: response.status, headers: response.headers, body };
}

/**
 * It is on its way as soon as the server has let it pass: `fetch` would take its time, and a worker that is frozen meanwhile would send it
 * when it is thawed. It follows no redirect: a POST would arrive as a GET and look like a success.
 */
async function write(url: string, { method = 'POST', headers, body }: Request, timeoutMs: number): Promise<HttpAnswer> {
  const content = { method, headers: Object.fromEntries(headers), body: (body ?? null) as string | null };
  await assertStillOurs(`${method} ${url}`);
  const answer = await exchange(url, { ...content, signal: AbortSignal.timeout(timeoutMs) });
  const fields = Object.entries(answer.headers).flatMap(([name, values]) => [values ?? []].flat().map((value): [string, string] => [name, value]));
  return { url, status: answer.statusCode, headers: new Headers(fields), body: await answer.body.arrayBuffer() };
}

/** What Octokit calls in place of `fetch`. */
export function asFetch(send: Send): typeof fetch {
  return async (input, init) => {
    const { url, status, headers, body } = await send(String(input), { ...init, headers: new Headers(init?.headers) });
    const response = new Response(body.byteLength > 0 ? body : null, { status, headers });
    // Octokit's paging reads it, and a Response that is made here has none.
    return Object.defineProperty(response, 'url', { value: url });
  };
}
