import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export interface LoginServer {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Logs somebody in as a browser would, and gives the address that it is sent back to. */
  pass(to: string, account: string): Promise<string>;
  stop(): Promise<void>;
}

/** A real OpenID Connect server, with a login form that takes any name. @param back where the console is reached */
export async function startLoginServer(back: string): Promise<LoginServer> {
  const http = createServer();
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const issuer = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const [clientId, clientSecret] = ['slipway-console', 'a-secret-of-tests'];
  const provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [`${back}/login/back`], grant_types: ['authorization_code'], response_types: ['code'] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: !id.startsWith('unverified'), preferred_username: 'alice' }) }),
    cookies: { keys: ['a-key-of-tests'] },
    features: { devInteractions: { enabled: true } },
    pkce: { required: () => true },
  });
  http.on('request', provider.callback());

  return {
    issuer,
    clientId,
    clientSecret,
    async pass(to, account) {
      const jar = new Map<string, string>();
      let address = to;
      let form: URLSearchParams | undefined;
      for (let step = 0; step < 12; step += 1) {
        const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
        const response = await fetch(address, { redirect: 'manual', headers: { cookie }, ...(form && { method: 'POST', body: form }) });
        for (const set of response.headers.getSetCookie()) {
          const [name, value] = set.split(';')[0]!.split('=') as [string, string];
          jar.set(name, value);
        }
        form = undefined;
        const location = response.headers.get('location');
        if (location !== null) {
          address = new URL(location, address).href;
          if (address.startsWith(back)) return address;
          continue;
        }
        const page = await response.text();
        const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
        const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
        if (prompt === undefined || action === undefined) throw new Error(`the login server shows something else (${response.status}): ${page.slice(0, 500)}`);
        address = new URL(action.replaceAll('&amp;', '&'), address).href;
        form = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: account, password: 'x' }) });
      }
      throw new Error('the login server sends its visitor in circles');
    },
    async stop() {
      http.close();
      http.closeAllConnections();
      await once(http, 'close').catch(() => undefined);
    },
  };
}
