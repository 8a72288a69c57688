import type { LocatedAnswer, Send } from './request.ts';

/**
 * Asks again with `If-None-Match`, and gives the answer of the last time when GitHub says that nothing has changed: such
 * an answer (304) costs nothing of the rate limit. Keeps bodies of up to `maxBytes` together, those asked for last.
 */
export function conditional(send: Send, { maxBytes = 32 * 2 ** 20 }: { readonly maxBytes?: number } = {}): Send {
  const answers = new Map<string, LocatedAnswer>();
  let bytes = 0;

  function forget(key: string): void {
    bytes -= answers.get(key)?.body.byteLength ?? 0;
    answers.delete(key);
  }

  function keep(key: string, answer: LocatedAnswer): void {
    forget(key);
    answers.set(key, answer);
    bytes += answer.body.byteLength;
    for (const oldest of answers.keys()) {
      if (bytes <= maxBytes) return;
      forget(oldest);
    }
  }

  return async (url, request) => {
    if (request.method !== 'GET') return send(url, request);
    const key = `${request.headers.get('accept')} ${url}`;
    const known = answers.get(key);
    const etag = known?.headers.get('etag');
    if (etag) request.headers.set('if-none-match', etag);
    const answer = await send(url, request);
    const current = known && answer.status === 304 ? { ...known, headers: merged(known.headers, answer.headers) } : answer;
    if (current.status === 200 && current.headers.has('etag') && isJson(current)) keep(key, current);
    return current;
  };
}

/** What is said with a 304 is newer: a page that is as it was may not be the last one any more (RFC 9111, 3.2). */
function merged(known: Headers, now: Headers): Headers {
  const headers = new Headers(known);
  // Of its body they would say that there is none.
  for (const [name, value] of now) if (!/^content-|^transfer-encoding$/.test(name)) headers.set(name, value);
  return headers;
}

/** What is none is not GitHub's: kept, it would be believed for as long as its tag holds. */
function isJson({ headers, body }: LocatedAnswer): boolean {
  const [first] = new Uint8Array(body, 0, Math.min(1, body.byteLength));
  return /json/i.test(headers.get('content-type') ?? '') && (first === 0x7b || first === 0x5b);
}
