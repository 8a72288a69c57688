import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { DecisionClaims } from '../../domain/people/decision-token.ts';
import { Failure } from '../terminal/answer.ts';
import type { Answer } from '../terminal/answer.ts';
import { byOption } from '../terminal/options.ts';
import { findRelease, statusOf } from '../release/release.ts';
import type { Answering, CommandSession } from '../terminal/session.ts';

/** How long a token is good for, in seconds: for one message. */
const lifetime = 5 * 60;

interface WantedToken extends Pick<DecisionClaims, 'stage' | 'verdict'> {
  readonly by: string;
  readonly key: string;
}

/** Signs a decision on what a release carries now, with a key that stays with whoever decides. */
export function addToken(program: Command, answering: Answering): void {
  program
    .command('token')
    .description('sign a decision, for `approve` and `reject` where votes have to be verified')
    .argument('<release>', 'its id, or the component where one release of it runs')
    .requiredOption('--stage <name>', 'the stage to decide on')
    .requiredOption('--key <path>', 'your private key: an Ed25519 JWK with the "kid" that the worker knows it by')
    .addOption(byOption())
    .addOption(new Option('--verdict <verdict>', 'what is decided').choices(['approve', 'reject']).default('approve'))
    .action((release: string, wanted: WantedToken) => answering((session) => token(session, release, wanted)));
}

async function token({ server }: CommandSession, release: string, { by: sub, stage, verdict, key: path }: WantedToken): Promise<Answer> {
  const signingKey = readSigningKey(path);
  const connected = await server();
  const handle = await findRelease(connected, release);
  const { candidate: sha } = await statusOf(connected, handle);
  if (sha === undefined) throw new Failure(1, `${handle.workflowId} has no candidate yet`);
  const { token: signed, claims } = signDecision({ sub, release: handle.workflowId, stage, verdict, sha }, signingKey);
  return { exit: 0, text: signed, json: { token: signed, claims } };
}

export interface SigningKey {
  readonly key: KeyObject;
  readonly kid: string;
}

/** A token for one message, from now on. */
export function signDecision(decision: Omit<DecisionClaims, 'jti' | 'iat' | 'exp'>, { key, kid }: SigningKey): { readonly token: string; readonly claims: DecisionClaims } {
  const iat = Math.floor(Date.now() / 1_000);
  const claims: DecisionClaims = { ...decision, jti: randomUUID(), iat, exp: iat + lifetime };
  const text = [{ alg: 'EdDSA', kid }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return { token: `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`, claims };
}

/** Tells nothing of a file that holds no key: it may hold another secret. @throws Failure */
export function readSigningKey(path: string): SigningKey {
  try {
    const jwk = JSON.parse(readFileSync(path, 'utf8')) as JsonWebKey;
    const key = createPrivateKey({ key: jwk, format: 'jwk' });
    if (typeof jwk['kid'] === 'string' && key.asymmetricKeyType === 'ed25519') return { key, kid: jwk['kid'] };
  } catch {
    // Told below.
  }
  throw new Failure(2, `--key: ${path} is no private Ed25519 key as a JWK with a "kid"`);
}
