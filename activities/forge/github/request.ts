/** A request's answer, read to its end. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

export type Request = Omit<RequestInit, 'headers'> & { readonly headers: Headers };

export type Send = (url: string, request: Request) => Promise<Answer>;

/** Octokit's own log would tell of every failure, which whoever catches it decides. */
export const silence = { debug() {}, info() {}, warn() {}, error() {} };

/** Sends a request, once, and fails unless the whole answer is there within `timeoutMs`. */
export function within(timeoutMs: number): Send {
  return async (url, request) => {
    // A redirected POST would arrive as a GET and look like a success.
    const redirect = request.method === 'GET' ? 'follow' : 'manual';
    const response = await fetch(url, { ...request, redirect, signal: AbortSignal.timeout(timeoutMs) });
    // Octokit takes a body that breaks off for an empty one, so it is read here, where that is a failure.
    const body = await response.arrayBuffer();
    return { url: response.url, status: response.status, headers: response.headers, body };
  };
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
