type Fetch = typeof fetch;

interface Answer {
  readonly etag: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer;
}

/**
 * Asks again with `If-None-Match`, and gives the answer of the last time when GitHub says that nothing has changed: such
 * an answer (304) costs nothing of the rate limit. Keeps bodies of up to `maxBytes` together, those asked for last.
 */
export function conditional(send: Fetch, { maxBytes = 32 * 2 ** 20 }: { readonly maxBytes?: number } = {}): Fetch {
  const answers = new Map<string, Answer>();
  let bytes = 0;

  function forget(key: string): void {
    bytes -= answers.get(key)?.body.byteLength ?? 0;
    answers.delete(key);
  }

  function keep(key: string, answer: Answer): void {
    forget(key);
    answers.set(key, answer);
    bytes += answer.body.byteLength;
    for (const oldest of answers.keys()) {
      if (bytes <= maxBytes) return;
      forget(oldest);
    }
  }

  return async (url, init) => {
    if (init?.method !== 'GET') return send(url, init);
    const headers = new Headers(init.headers);
    const key = `${headers.get('accept')} ${String(url)}`;
    const known = answers.get(key);
    if (known) headers.set('if-none-match', known.etag);
    const response = await send(url, { ...init, headers });
    if (known && response.status === 304) {
      keep(key, known);
      return new Response(known.body, { headers: known.headers });
    }
    const etag = response.headers.get('etag');
    if (response.status !== 200 || !etag) return response;
    const body = await response.arrayBuffer();
    keep(key, { etag, headers: response.headers, body });
    return new Response(body, { headers: response.headers });
  };
}
