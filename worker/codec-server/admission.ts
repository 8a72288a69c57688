import { createHash, timingSafeEqual } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

/** The identity provider at which people log in to the Temporal UI. */
export interface Issuer {
  readonly issuer: string;
  /** Where it publishes its keys. */
  readonly jwks: URL;
  readonly audience: string;
}

export interface Admission {
  /** What a request may bring as its bearer token. */
  readonly token: string | undefined;
  /** Whose access tokens it may bring instead. */
  readonly issuer: Issuer | undefined;
}

/** Says whether a request with this Authorization header may read. Where nothing is asked for, all may. */
export function admission({ token, issuer }: Admission): (authorization: string | undefined) => Promise<boolean> {
  if (token === undefined && !issuer) return async () => true;
  const keys = issuer && createRemoteJWKSet(issuer.jwks, { timeoutDuration: 5_000 });
  return async (authorization = '') => {
    const given = /^Bearer (.+)$/.exec(authorization)?.[1];
    if (given === undefined) return false;
    if (token !== undefined && isSame(given, token)) return true;
    if (!issuer || !keys) return false;
    try {
      await jwtVerify(given, keys, { issuer: issuer.issuer, audience: issuer.audience, requiredClaims: ['exp', 'sub'] });
      return true;
    } catch (error) {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  };
}

/** Compares in constant time, whatever the lengths. */
function isSame(one: string, other: string): boolean {
  const [first, second] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(first!, second!);
}
