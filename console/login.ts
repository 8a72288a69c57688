import { randomBytes } from 'node:crypto';
import * as oidc from 'openid-client';
import { z } from 'zod';
import { ownerOf } from '../domain/people/accounts.ts';
import type { Accounts } from '../domain/people/accounts.ts';

/** Somebody who has logged in. */
export interface Person {
  /** As the forge and the catalog call them. */
  readonly login: string;
  /** Who says so, and what they are called there. */
  readonly issuer: string;
  readonly subject: string;
}

/** What a login server says of people, and how the catalog's logins follow from it. */
export interface LoginRules {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where people reach the console, such as "https://slipway.example.com". */
  readonly url: string;
  /** Who is who, as the catalog says it now. */
  readonly accounts: () => Promise<Accounts | undefined>;
}

/** What has to be remembered between the way to the login server and back. */
export interface Journey {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** The path where it began. */
  readonly from: string;
}

export interface Login {
  begin(from: string): Promise<{ readonly to: string; readonly journey: Journey }>;
  /** @throws LoginRefused */
  end(journey: Journey, answer: URL): Promise<Person>;
}

/** Why somebody is not logged in, for their eyes. */
export class LoginRefused extends Error {}

const claimed = z.string().min(1).max(200);

/** Logs people in by OpenID Connect: the code flow with PKCE, state and nonce. The server is looked up at the first login, so that the console starts without it. */
export function openLogin(rules: LoginRules, { allowHttp = false } = {}): Login {
  let known: Promise<oidc.Configuration> | undefined;
  const redirectUri = new URL('/login/back', rules.url).href;

  function configuration(): Promise<oidc.Configuration> {
    known ??= oidc.discovery(new URL(rules.issuer), rules.clientId, rules.clientSecret, undefined, allowHttp ? { execute: [oidc.allowInsecureRequests] } : {}).catch((error: unknown) => {
      known = undefined;
      throw new LoginRefused(`the login server does not answer as one (${String(error instanceof Error ? error.message : error)})`);
    });
    return known;
  }

  return {
    async begin(from) {
      const verifier = oidc.randomPKCECodeVerifier();
      const journey: Journey = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, from: localPath(from) };
      const to = oidc.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: journey.state,
        nonce: journey.nonce,
      });
      return { to: to.href, journey };
    },

    async end({ state, nonce, verifier }, answer) {
      // Behind a proxy the console is asked by another address than people see.
      const back = new URL(redirectUri);
      back.search = answer.search;
      const tokens = await oidc
        .authorizationCodeGrant(await configuration(), back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true })
        .catch((error: unknown) => {
          throw new LoginRefused(`the login server's answer does not count (${String(error instanceof Error ? error.message : error)})`);
        });
      const claims = tokens.claims()!;
      const known = await rules.accounts();
      if (!known) throw new LoginRefused('the catalog has no "accounts": nobody can act here');
      const value = claimed.safeParse(claims[known.claim]);
      if (!value.success) throw new LoginRefused(`the login server does not say "${known.claim}" of you`);
      if (known.claim === 'email' && claims['email_verified'] !== true) throw new LoginRefused('the login server has not verified your address');
      const login = ownerOf(known, value.data);
      if (login === undefined) throw new LoginRefused(`the catalog knows nobody whose "${known.claim}" is "${value.data}"`);
      return { login, issuer: claims.iss, subject: claims.sub };
    },
  };
}

/** A path of the console's own; its front page, for anything else. */
export function localPath(given: string): string {
  return /^\/(?![/\\])[^\s\\]*$/.test(given) ? given : '/';
}

export interface SignedIn {
  readonly person: Person;
  /** What a form of theirs has to carry. */
  readonly formKey: string;
}

/** How long, in ms, somebody stays logged in; how long they may take to log in. */
const sessionMs = 8 * 3_600_000;
const journeyMs = 10 * 60_000;
const mostKept = 10_000;

/** What is known of those who look, by a cookie that says nothing itself. Kept in the process: a new one asks for a new login. */
export function openSessions() {
  const sessions = new Map<string, SignedIn & { readonly until: number }>();
  const journeys = new Map<string, Journey & { readonly until: number }>();

  function keep<T>(kept: Map<string, T & { readonly until: number }>, value: T, forMs: number): string {
    for (const [id, { until }] of kept) if (until < Date.now() || kept.size >= mostKept) kept.delete(id);
    const id = randomBytes(32).toString('base64url');
    kept.set(id, { ...value, until: Date.now() + forMs });
    return id;
  }

  return {
    /** @returns the new cookie: one from before the login opens nothing */
    begin: (person: Person) => keep(sessions, { person, formKey: randomBytes(32).toString('base64url') }, sessionMs),
    find(id: string | undefined): SignedIn | undefined {
      const found = id === undefined ? undefined : sessions.get(id);
      return found && found.until >= Date.now() ? found : undefined;
    },
    end: (id: string | undefined) => void (id !== undefined && sessions.delete(id)),
    leave: (journey: Journey) => keep(journeys, journey, journeyMs),
    /** A journey is made once. */
    arrive(id: string | undefined): Journey | undefined {
      const found = id === undefined ? undefined : journeys.get(id);
      if (id !== undefined) journeys.delete(id);
      return found && found.until >= Date.now() ? found : undefined;
    },
  };
}
