import { compactVerify, decodeProtectedHeader, errors, importJWK } from 'jose';
import { notAnApprover } from '../../domain/people/approval.ts';
import { isSamePerson } from '../../domain/people/person.ts';
import type { DecisionClaims, TokenVote } from '../../domain/people/decision-token.ts';
import { decisionClaims, mismatch } from '../../domain/people/decision-token.ts';
import { check, mistakeLine } from '../../domain/text/mistakes.ts';
import type { ApprovalKey, ApprovalKeys } from '../../ports/keys/approval-keys.ts';
import type { Forge } from '../../ports/forge/forge.ts';
import { isApprover } from './written-votes.ts';
import type { Approval } from '../../domain/stages/rules.ts';
import { serverTime } from '../server-time.ts';

export type TokenVerdict =
  | { readonly kind: 'verified'; readonly jti: string; readonly kid: string; readonly account?: DecisionClaims['account'] }
  | { readonly kind: 'refused'; readonly why: string };

interface Examination {
  /** A compact JWS. */
  readonly token: string;
  readonly approvers: Approval['approvers'];
  readonly vote: TokenVote;
}

interface Signed {
  readonly claims: DecisionClaims;
  readonly key: ApprovalKey;
}

export function createDecisionTokens({ approvalKeys, forge }: { readonly approvalKeys: ApprovalKeys; readonly forge: Pick<Forge, 'access'> }) {
  /** Whether a signed decision proves the vote that it came with. That it votes only once is the release's to see to. */
  async function verifyToken({ token, approvers, vote }: Examination): Promise<TokenVerdict> {
    const refused = (why: string): TokenVerdict => ({ kind: 'refused', why: `the token does not count: ${why}` });
    const signed = await verifySignature(token, await approvalKeys());
    if (typeof signed === 'string') return refused(signed);
    const { claims, key } = signed;
    if (key.sub !== undefined && !isSamePerson(key.sub, claims.sub)) return refused(`the key "${key.kid}" is ${key.sub}'s, and signs for nobody else`);
    const why = mismatch(claims, vote, serverTime());
    if (why !== undefined) return refused(why);
    if (!(await isApprover(forge.access, { approvers }, claims.sub))) return { kind: 'refused', why: notAnApprover(claims.sub, vote.stage, { approvers }) };
    return { kind: 'verified', jti: claims.jti, kid: key.kid, ...(claims.account && { account: claims.account }) };
  }

  return { verifyToken };
}

/** What was signed, and by which key; or why that can't be believed. */
async function verifySignature(token: string, keys: readonly ApprovalKey[]): Promise<Signed | string> {
  const header = headerOf(token);
  if (!header) return 'it is no signed token';
  if (header.alg !== 'EdDSA') return `it is signed by ${header.alg ?? 'nothing'}: only EdDSA counts`;
  if (keys.length === 0) return 'the worker knows no keys (SLIPWAY_APPROVAL_KEYS)';
  const key = keys.find(({ kid }) => kid === header.kid);
  if (!key) return `its key "${header.kid ?? ''}" is not one of ${keys.map(({ kid }) => kid).join(', ')}`;
  try {
    const { kty, crv, x } = key;
    const { payload } = await compactVerify(token, await importJWK({ kty, crv, x }, 'EdDSA'), { algorithms: ['EdDSA'] });
    const claims = check(decisionClaims, json(payload));
    return claims.kind === 'valid' ? { claims: claims.value, key } : claims.mistakes.map(mistakeLine).join('; ');
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
    if (error instanceof errors.JOSEError) return error.message;
    throw error;
  }
}

/** Undefined for bytes that are no JSON. */
function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function headerOf(token: string): { readonly alg?: string; readonly kid?: string } | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}
