import { randomBytes, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isoSeconds } from '../../world/clock.ts';
import { json } from '../../http/exchange.ts';
import { notFound } from '../refusal.ts';
import { userNamed } from './users.ts';
import type { AccountCall } from '../call.ts';
import type { User } from '../state.ts';
import type { App, World } from '../../world/state.ts';

/** GitHub takes no JWT that lives longer, in seconds. */
const longestLife = 600;

/** The app that a request comes from, which proves itself by a JWT of its own. */
export function identifyApp({ apps, clock }: World, { authorization = '' }: IncomingHttpHeaders): App | undefined {
  const [, header = '', payload = '', signature = ''] = /^bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorization) ?? [];
  const { alg } = decoded(header);
  const { iss, iat, exp } = decoded(payload);
  const app = [...apps.values()].find(({ id }) => id === String(iss));
  const now = Date.parse(clock.now()) / 1_000;
  const lives = Number(iat) <= now && Number(exp) > now && Number(exp) <= now + longestLife;
  if (!app || alg !== 'RS256' || !lives) return undefined;
  return verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), app.publicKey, Buffer.from(signature, 'base64url')) ? app : undefined;
}

/** What an app does is done by a bot of its own. */
export function botOf(world: World, { id }: App): User {
  return userNamed(world, `app-${id}[bot]`, 'Bot');
}

export function createInstallationToken({ world, user, headers, params }: AccountCall<'apps/create-installation-access-token'>) {
  const app = identifyApp(world, headers);
  if (!app || String(app.installation) !== params['installation_id']) throw notFound();
  const token = `ghs_${randomBytes(18).toString('hex')}`;
  const expires = Date.parse(world.clock.now()) / 1_000 + app.tokenSeconds;
  world.installationTokens.set(token, { bot: user, expires });
  return json(201, { token, expires_at: isoSeconds(expires), permissions: { metadata: 'read', contents: 'write' }, repository_selection: 'all' });
}

function decoded(part: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
