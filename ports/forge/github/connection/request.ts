import { send } from '../../../sending.ts';
import type { HttpAnswer } from '../../../sending.ts';

export interface LocatedAnswer extends HttpAnswer {
  readonly url: string;
}

export type Request = Omit<RequestInit, 'headers'> & { readonly headers: Headers };

export type Send = (url: string, request: Request) => Promise<LocatedAnswer>;

/** Octokit's own log would tell of every failure, which whoever catches it decides. */
export const silence = { debug() {}, info() {}, warn() {}, error() {} };

/** Sends a request, once, and fails unless the whole answer is there within `timeoutMs`. */
export function within(timeoutMs: number): Send {
  return (url, request) => (request.method === 'GET' ? read(url, request, timeoutMs) : write(url, request, timeoutMs));
}

async function read(url: string, request: Request, timeoutMs: number): Promise<LocatedAnswer> {
  const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
  // Octokit takes a body that breaks off for an empty one, so it is read here, where that is a failure.
  const body = await response.arrayBuffer();
  return { url: response.url, status: response.status, headers: response.headers, body };
}

async function write(url: string, { method = 'POST', headers, body }: Request, timeoutMs: number): Promise<LocatedAnswer> {
  const content = { method, headers: Object.fromEntries(headers), body: (body ?? undefined) as string | undefined };
  return { url, ...(await send(url, { ...content, timeoutMs, what: `${method} ${url}` })) };
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
