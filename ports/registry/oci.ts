import { createHash } from 'node:crypto';
import { z } from 'zod';
import { secret, settings } from '../adapter.ts';
import type { Variables } from '../adapter.ts';
import { tryAgain } from '../failures.ts';
import { failure, parsedJson, reason } from '../rest-service.ts';
import type { Digest, Registry } from './registry.ts';

export interface OciSettings {
  readonly url: string;
  /** For registries that want one. Google's takes `oauth2accesstoken` with an access token, or `_json_key` with a service account's key. */
  readonly username?: string | undefined;
  readonly password?: (() => string) | undefined;
  /** Longest wait for one answer, in ms. */
  readonly timeoutMs?: number | undefined;
}

/** Images for one machine and for several, as OCI and Docker write them. Without these a registry answers 404, or with another digest. */
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const challenge = z.object({ realm: z.url({ protocol: /^https?$/ }), service: z.string().optional(), scope: z.string().optional() });
const grant = z.union([z.object({ token: z.string().min(1) }), z.object({ access_token: z.string().min(1) }).transform(({ access_token: token }) => ({ token }))]);

/**
 * Any container registry.
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function connectOci({ url, username, password, timeoutMs = 20_000 }: OciSettings): Registry {
  const base = url.replace(/\/+$/, '');
  const basic = () => (username === undefined || !password ? undefined : `Basic ${Buffer.from(`${username}:${password()}`).toString('base64')}`);

  async function call(method: 'HEAD' | 'GET', address: string, authorization?: string): Promise<Response> {
    const headers = { accept: manifests, ...(authorization && { authorization }) };
    return fetch(address, { method, headers, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }).catch((cause: Error) => {
      throw tryAgain('Unavailable', `the registry does not answer ${method} ${address}: ${reason(cause)}`, { cause });
    });
  }

  /** A registry that wants a token says where to get it. */
  async function answered(method: 'HEAD' | 'GET', path: string): Promise<Response> {
    const first = await call(method, base + path);
    if (first.status !== 401) return first;
    const [, scheme = '', text = ''] = /^(\w+)\s+(.*)$/.exec(first.headers.get('www-authenticate') ?? '') ?? [];
    const authorization = scheme.toLowerCase() === 'bearer' ? await bearer(text) : basic();
    return authorization === undefined ? first : call(method, base + path, authorization);
  }

  async function bearer(text: string): Promise<string | undefined> {
    const asked = challenge.safeParse(Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])));
    if (!asked.success) return undefined;
    const { realm, service, scope } = asked.data;
    const address = new URL(realm);
    if (service !== undefined) address.searchParams.set('service', service);
    if (scope !== undefined) address.searchParams.set('scope', scope);
    const reply = await call('GET', address.href, basic());
    if (!reply.ok) throw await refusal(`GET ${realm}`, reply);
    const granted = grant.safeParse(parsedJson(await reply.text()));
    if (!granted.success) throw tryAgain('Unavailable', `the registry's ${realm} answers without a token`);
    return `Bearer ${granted.data.token}`;
  }

  async function digestOf(image: string, tag: string): Promise<Digest | undefined> {
    const path = `/v2/${image}/manifests/${tag}`;
    const reply = await answered('HEAD', path);
    if (reply.status === 404) return undefined;
    if (!reply.ok) throw await refusal(`HEAD ${path}`, reply);
    const told = reply.headers.get('docker-content-digest');
    return told !== null && digestPattern.test(told) ? told : computed(path);
  }

  /** Registries should tell the digest, and needn't. It is the hash of the manifest. */
  async function computed(path: string): Promise<Digest | undefined> {
    const reply = await answered('GET', path);
    if (reply.status === 404) return undefined;
    if (!reply.ok) throw await refusal(`GET ${path}`, reply);
    return `sha256:${createHash('sha256').update(Buffer.from(await reply.arrayBuffer())).digest('hex')}`;
  }

  return { digestOf };
}

async function refusal(called: string, reply: Response): Promise<Error> {
  return failure(`the registry: ${called}`, { status: reply.status, headers: reply.headers, body: parsedJson(await reply.text()) });
}

export function fromEnvironment(environment: Variables): Registry {
  const { REGISTRY_URL: url, REGISTRY_USERNAME: username } = settings(environment, { REGISTRY_URL: z.url(), REGISTRY_USERNAME: z.string().min(1).optional() });
  return connectOci({ url, username, password: secret(environment, 'REGISTRY_PASSWORD') });
}
