import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { bodyOf, patience } from '../request-body.ts';
import type { WebhookDelivery, Receipt } from './mailbox.ts';
import type { Secrets } from './signature.ts';
import { signedText } from './signature.ts';

/** Where each sender sends to, and the headers by which it does. */
export const senders = {
  github: { path: '/webhooks/github', signature: 'x-hub-signature-256', id: 'x-github-delivery', event: 'x-github-event' },
  jira: { path: '/webhooks/jira', signature: 'x-hub-signature', id: 'x-atlassian-webhook-identifier', event: undefined },
} as const satisfies Record<WebhookDelivery['from'], object>;

type Sender = WebhookDelivery['from'];

/** In bytes. GitHub sends up to 25 MB, in pushes of thousands of commits; what is refused here is found by the next poll. */
export const largestBody = 2 ** 20;

/** With `largestBody`, bounds the memory that strangers can fill. */
const mostConnections = 100;

interface HookAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
}

const answers = {
  accepted: { status: 202 },
  known: { status: 202 },
  ignored: { status: 202 },
  malformed: { status: 400 },
  busy: { status: 503, headers: { 'retry-after': '10' } },
} satisfies Record<Receipt, HookAnswer>;

/** Serves the webhooks of those whose secrets it has, and /healthz. Says nothing about why it refuses. */
export function createReceiver({ secrets, receive, log }: { readonly secrets: { readonly [from in Sender]?: Secrets | undefined }; readonly receive: (delivery: WebhookDelivery) => Promise<Receipt>; readonly log: Logger }): Server {
  async function answer(request: IncomingMessage): Promise<HookAnswer> {
    const [path] = request.url!.split('?', 1);
    if (path === '/healthz') return allowed(request, ['GET', 'HEAD']) ?? { status: 200 };
    const from = (Object.keys(senders) as Sender[]).find((one) => senders[one].path === path);
    const known = from && secrets[from];
    if (!known) return { status: 404 };
    return allowed(request, ['POST']) ?? accept(request, from, known);
  }

  async function accept(request: IncomingMessage, from: Sender, known: Secrets): Promise<HookAnswer> {
    const { headers } = request;
    const sender = senders[from];
    const body = await bodyOf(request, { largest: largestBody });
    if (!body) return { status: 413, headers: { connection: 'close' } };
    const text = await signedText(body, headers[sender.signature], known);
    if (text === undefined) return { status: 401 };
    if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) return { status: 415 };
    const id = word(headers[sender.id]);
    const event = sender.event === undefined ? from : word(headers[sender.event]);
    return id && event ? answers[await receive({ from, id, event, body: text })] : { status: 400 };
  }

  const server = createServer(patience, (request, response) => {
    answer(request)
      .catch((error: unknown): HookAnswer => {
        if (request.socket.destroyed) return { status: 400 };
        log.error({ err: error }, 'webhook');
        return { status: 500 };
      })
      .then(({ status, headers }) => {
        if (status === 401) log.warn({ from: request.socket.remoteAddress }, 'webhook without a valid signature');
        response.writeHead(status, { 'content-length': 0, ...headers }).end();
      })
      .catch((error: unknown) => log.error({ err: error }, 'webhook'));
  });
  makeRoom(server);
  return server;
}

/** When there are too many connections the oldest goes: whoever comes new may be the health check, and GitHub's end in no time. */
function makeRoom(server: Server): void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (open.size <= mostConnections) return;
    const [oldest] = open;
    open.delete(oldest!);
    oldest!.destroy();
  });
}

function allowed({ method }: IncomingMessage, methods: readonly string[]): HookAnswer | undefined {
  return methods.includes(method ?? '') ? undefined : { status: 405, headers: { allow: methods.join(', ') } };
}

function word(header: unknown): string | undefined {
  return typeof header === 'string' && /^[\w-]{1,100}$/.test(header) ? header : undefined;
}
