import { z } from 'zod';
import type { RegistryKind } from '../../domain/versions/packages/package-version.ts';
import { tryAgain } from '../failures.ts';
import { addressOf, failure, parsedJson, reason } from '../rest-service.ts';
import type { Packages } from './packages.ts';

interface Lookup {
  path(name: string, version: string): string;
  /** Of what is found there: undefined for what no such registry answers. */
  has(answer: unknown, version: string): boolean | undefined;
}

/** How each kind of registry is asked for a version. */
const lookups: Readonly<Record<RegistryKind, Lookup>> = {
  /** @see https://guides.rubygems.org/rubygems-org-api/#gem-version-methods */
  rubygems: {
    path: (name) => `/api/v1/versions/${encodeURIComponent(name)}.json`,
    has: (answer, version) => z.array(z.object({ number: z.string() })).safeParse(answer).data?.some(({ number }) => number === version),
  },
  /** @see https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md */
  npm: {
    path: (name, version) => `/${name.replace('/', '%2f')}/${encodeURIComponent(version)}`,
    has: (answer, version) => z.object({ version: z.string() }).transform((one) => one.version === version).safeParse(answer).data,
  },
};

/** Public registries, which want no account for a look. @param timeoutMs longest wait for one answer */
export function httpPackages({ timeoutMs = 20_000 }: { readonly timeoutMs?: number } = {}): Packages {
  return {
    async has({ registry, url, name }, version) {
      const { path, has } = lookups[registry];
      const { base, authorization } = addressOf(url);
      const called = `the registry of ${name}: GET ${path(name, version)}`;
      const reply = await fetch(base + path(name, version), { headers: { accept: 'application/json', ...authorization }, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) }).catch((cause: Error) => {
        throw tryAgain('Unavailable', `${called} is not answered: ${reason(cause)}`, { cause });
      });
      const text = await reply.text();
      // These registries say in a line of plain text that they have none: a page is somebody else's.
      if (reply.status === 404 && !/html/i.test(reply.headers.get('content-type') ?? '')) return false;
      if (!reply.ok) throw reply.status === 404 ? tryAgain('Unavailable', `${called} is answered by a page: is the address right?`) : failure(called, { status: reply.status, headers: reply.headers, body: parsedJson(text) });
      const found = has(parsedJson(text), version);
      if (found === undefined) throw tryAgain('Unavailable', `${called} is answered in an unknown shape: is the address right?`);
      return found;
    },
  };
}
