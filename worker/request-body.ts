import type { IncomingMessage, ServerOptions } from 'node:http';

/** How long a server waits for a request, in ms; what takes longer is answered with 408. Node looks only every 30 s by itself. */
export const patience = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 } satisfies ServerOptions;

/** Undefined for one of more bytes than `largest`; the rest of it is not read. */
export async function bodyOf(request: IncomingMessage, { largest }: { readonly largest: number }): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > largest) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop must not close the connection, on which the answer is still to be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > largest) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
