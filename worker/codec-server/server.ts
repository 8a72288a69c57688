import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { JSONPayload } from '@temporalio/common/lib/proto-utils.js';
import type { Logger } from 'pino';
import { z } from 'zod';
import { bodyOf, patience } from '../request-body.ts';
import { admission } from './admission.ts';
import type { Admission } from './admission.ts';

/** In bytes: Temporal takes messages of 4 MB, which base64 makes a third longer. */
export const largestBody = 6 * 2 ** 20;

export interface CodecServer extends Admission {
  readonly codec: PayloadCodec;
  readonly namespace: string;
  /** The UI's, such as "https://temporal.example". */
  readonly origin: string;
  readonly log: Logger;
}

interface CodecAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: OutgoingHttpHeaders;
}

const payloads = z.object({ payloads: z.array(z.object({ metadata: z.record(z.string(), z.base64()).default({}), data: z.base64().default('') })) });

/**
 * Serves Temporal's remote codec protocol, by which the Temporal UI and command show payloads that are encrypted, and encrypt what they send:
 * `POST …/encode` and `…/decode` of `{"payloads":[…]}`. Also /healthz.
 */
export function createCodecServer({ codec, namespace, origin, token, issuer, log }: CodecServer): Server {
  const isAdmitted = admission({ token, issuer });
  const cors = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'origin' };

  async function answer(request: IncomingMessage): Promise<CodecAnswer> {
    const [path = ''] = request.url!.split('?', 1);
    if (path === '/healthz') return { status: 200 };
    const verb = /\/(encode|decode)$/.exec(path)?.[1] as 'encode' | 'decode' | undefined;
    if (!verb) return { status: 404 };
    // Whoever resolves another name to this address has a page of another origin, too.
    if (request.headers.origin !== undefined && request.headers.origin !== origin) return { status: 403 };
    if (request.method === 'OPTIONS') return preflight;
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST, OPTIONS' } };
    if (!(await isAdmitted(request.headers.authorization))) return { status: 401, headers: { 'www-authenticate': 'Bearer' } };
    return convert(verb, request);
  }

  async function convert(verb: 'encode' | 'decode', request: IncomingMessage): Promise<CodecAnswer> {
    const { 'x-namespace': asked = namespace, 'content-type': type = '' } = request.headers;
    if (asked !== namespace) return { status: 404, body: { message: `the keys here are those of the namespace "${namespace}"` } };
    if (!/^application\/json\b/i.test(type)) return { status: 415 };
    const body = await bodyOf(request, { largest: largestBody });
    if (!body) return { status: 413, headers: { connection: 'close' } };
    const given = payloadsIn(body);
    if (!given) return { status: 400, body: { message: 'not {"payloads":[…]} of Temporal' } };
    try {
      return { status: 200, body: { payloads: (await codec[verb](given)).map(payloadToJSON) } };
    } catch (error) {
      log.warn({ err: error }, verb);
      return { status: 422, body: { message: error instanceof Error ? error.message : String(error) } };
    }
  }

  return createServer(patience, (request, response) => {
    answer(request)
      .catch((error: unknown): CodecAnswer => {
        if (!request.socket.destroyed) log.error({ err: error }, 'codec server');
        return { status: 500 };
      })
      .then(({ status, body, headers }) => {
        const text = body === undefined ? '' : JSON.stringify(body);
        response.writeHead(status, { ...cors, 'cache-control': 'no-store', 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers });
        response.end(text);
      })
      .catch((error: unknown) => log.error({ err: error }, 'codec server'));
  });
}

/** What a browser asks before the UI may send its request. It carries no token. */
const preflight: CodecAnswer = {
  status: 204,
  headers: { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type, x-namespace, authorization', 'access-control-max-age': '600' },
};

function payloadsIn(body: Buffer): Payload[] | undefined {
  try {
    return payloads.parse(JSON.parse(body.toString())).payloads.map((payload) => JSONToPayload(payload as JSONPayload));
  } catch {
    return undefined;
  }
}
