import { TemporalFailure } from '@temporalio/common';
import type { z } from 'zod';
import { neverRetry, tryAgain } from './failures.ts';
import { send } from './sending.ts';
import type { HttpAnswer } from './sending.ts';

/** A remote system that is spoken to in JSON over HTTP, for which no client library is worth having. */
export interface RestService {
  /** @returns undefined where the service says 404 */
  get<T>(path: string, shape: z.ZodType<T>): Promise<T | undefined>;
  /** Asks by a POST, as some services want to be asked. It changes nothing. */
  ask(path: string, body: object): Promise<unknown>;
  /** Sends a write, once. A text is sent as JSON, too. Whatever it answers that is not JSON is null. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: URLSearchParams | object | string): Promise<unknown>;
  /** @throws a retryable `Unavailable` for a reply that is not what its documentation says */
  parse<T>(shape: z.ZodType<T>, reply: unknown): T;
}

export interface RestServiceOptions {
  /** What messages call it. */
  readonly name: string;
  readonly url: string;
  /** The token goes in here. No message ever shows it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

interface RestCall {
  readonly method: string;
  readonly path: string;
  readonly body?: URLSearchParams | object | string | undefined;
  /** It changes something. */
  readonly writes?: true;
}

const rateLimitMs = 60_000;

/**
 * Calls of it fail with `PermissionDenied` (401, 403), `Conflict` (409) and `Refused` (any other 4xx), which are never retried; with
 * `RateLimited` (429), which carries the delay that was asked for; and with `Unavailable` (5xx, no answer, one that is not the service's).
 */
export function restService({ name, url, headers, timeoutMs = 20_000 }: RestServiceOptions): RestService {
  const { base, authorization } = addressOf(url);

  async function call({ method, path, body, writes }: RestCall): Promise<Reply> {
    const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'application/json';
    const sent = body instanceof URLSearchParams ? body.toString() : JSON.stringify(body);
    const content = { method, headers: { accept: 'application/json', ...(sent !== undefined && { 'content-type': type }), ...authorization, ...headers }, ...(sent !== undefined && { body: sent }) };
    // A token is meant for this host only: no redirect is followed. A person may call a write off in the meantime.
    const { status, headers: fields, body: bytes } = writes
      ? await send(base + path, { ...content, timeoutMs, what: `${method} ${path}`, maxAgeMs: 0 })
      : await read(base + path, { ...content, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) });
    const text = new TextDecoder().decode(bytes);
    const reply = { status, headers: fields, body: parsedJson(text) };
    if (!isTheirs(reply)) throw new Error(`not the service, but something in between answers with ${reply.status}${toldInBetween(reply.headers, text)}`);
    return reply;
  }

  async function answered(given: RestCall): Promise<Reply> {
    const { method, path } = given;
    const reply = await call(given).catch((cause: Error) => {
      // The attempt is over, or called off: nothing was sent.
      if (cause instanceof TemporalFailure) throw cause;
      throw tryAgain('Unavailable', `${name} does not answer ${method} ${path}: ${reason(cause)}`, { cause });
    });
    if (reply.status >= 300 && !(reply.status === 404 && method === 'GET')) throw failure(`${name}: ${method} ${path}`, reply);
    return reply;
  }

  function parse<T>(shape: z.ZodType<T>, reply: unknown): T {
    const parsed = shape.safeParse(reply);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw tryAgain('Unavailable', `${name} answers in an unknown shape: ${issue?.path.join('.') || 'body'}: ${issue?.message}`);
  }

  return {
    async get(path, shape) {
      const { status, body } = await answered({ method: 'GET', path });
      return status === 404 ? undefined : parse(shape, body);
    },
    async ask(path, body) {
      return (await answered({ method: 'POST', path, body })).body;
    },
    async send(method, path, body) {
      return (await answered({ method, path, body, writes: true })).body;
    },
    parse,
  };
}

async function read(url: string, request: RequestInit): Promise<HttpAnswer> {
  const response = await fetch(url, request);
  return { status: response.status, headers: response.headers, body: await response.arrayBuffer() };
}

/**
 * A name and a password in an address are for a header: `fetch` refuses them there, in words that show them, and so would whatever names
 * the address.
 */
export function addressOf(url: string): { readonly base: string; readonly authorization: { readonly authorization?: string } } {
  const address = new URL(url);
  const { username, password } = address;
  address.username = address.password = '';
  const base = address.href.replace(/\/+$/, '');
  if (username === '' && password === '') return { base, authorization: {} };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { base, authorization: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

/** What says no speaks JSON, and sends nobody elsewhere: a page or a redirect is a proxy's. Only for 401 services have pages of their own. */
function isTheirs({ status, headers, body }: Reply): boolean {
  if (status >= 300 && status < 400) return false;
  if (status >= 400 && status < 500 && status !== 401 && status !== 429) return typeof body === 'object' && body !== null;
  return status >= 300 || body !== null || !/html/i.test(headers.get('content-type') ?? '');
}

function toldInBetween(headers: Headers, text: string): string {
  const location = headers.get('location');
  if (location !== null) return ` (a redirect to ${location}): is the address right?`;
  return text === '' ? ' and nothing else' : `: ${text.slice(0, 100)}`;
}

/** What a service has answered. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The failure that an answer of 3xx or more is. */
export function failure(call: string, { status, headers, body }: Reply): Error {
  const said = `${call} was answered with ${status}${told(body)}`;
  if (status === 429) return tryAgain('RateLimited', said, { afterMs: retryAfterMs(headers) ?? rateLimitMs });
  if (status >= 500) return tryAgain('Unavailable', said);
  const answer = { reason: said };
  if (status === 401 || status === 403) return neverRetry('PermissionDenied', said, answer);
  if (status === 409) return neverRetry('Conflict', said, answer);
  if (status < 400) return tryAgain('Unavailable', `${said} (a redirect to ${headers.get('location')}): is the address right?`);
  return neverRetry('Refused', said, answer);
}

/** Milliseconds; the header has seconds or an HTTP date. */
function retryAfterMs(headers: Headers): number | undefined {
  const text = headers.get('retry-after');
  if (!text) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** What services say when they refuse: {message}, {error}, {error, error_description}, {detail}. */
function told(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message, error_description, error, detail } = body as Record<string, unknown>;
  const text = message ?? error_description ?? error ?? detail;
  if (text === undefined) return '';
  return `: ${(typeof text === 'string' ? text : JSON.stringify(text)).slice(0, 500)}`;
}

export function reason({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : message;
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
