import type { IncomingHttpHeaders } from 'node:http';
import type { Signature } from '../../git/objects.ts';
import type { User } from '../state.ts';
import type { World } from '../../world/state.ts';

const tokens: Readonly<Record<string, string>> = {
  'bot-token': 'slipway-bot',
  'reviewer-token': 'slipway-reviewer',
};

/** Who sends this request: by a token in `Authorization`, or as the password of Basic authentication (git). */
export function identify(world: World, headers: IncomingHttpHeaders): User | undefined {
  const token = readToken(headers.authorization ?? '');
  const ofApp = world.installationTokens.get(token ?? '');
  if (ofApp) return Date.parse(world.clock.now()) / 1_000 < ofApp.expires ? ofApp.bot : undefined;
  const login = token?.startsWith('person:') ? token.slice('person:'.length) : tokens[token ?? ''];
  return login === undefined || !/^[\w-]+(\[bot\])?$/.test(login) ? undefined : userNamed(world, login);
}

export function userNamed(world: World, login: string, kind: User['kind'] = 'User'): User {
  const known = world.users.get(login);
  if (known) return known;
  // Brackets are none of an address's letters.
  const user = { login, kind, id: world.nextId(), name: login, email: `${login.replaceAll(/[[\]]/g, '')}@users.noreply.example.com` };
  world.users.set(login, user);
  return user;
}

export function renderUser(world: World, { login, id, kind }: User) {
  const path = encodeURIComponent(login);
  const url = `${world.url}/api/v3/users/${path}`;
  return {
    login,
    id,
    node_id: nodeId('U', id),
    avatar_url: `${world.url}/avatars/${path}`,
    gravatar_id: '',
    url,
    html_url: `${world.url}/${path}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: kind,
    site_admin: false,
  };
}

export function renderAccount(world: World, user: User) {
  const at = '2020-01-01T00:00:00Z';
  return {
    ...renderUser(world, user),
    name: user.name,
    company: null,
    blog: '',
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: at,
    updated_at: at,
  };
}

/** This user's name on a commit. */
export function signatureOf({ name, email }: User, time: number): Signature {
  return { name, email, time };
}

export function nodeId(kind: string, id: number | string): string {
  return `${kind}_${id}`;
}

function readToken(authorization: string): string | undefined {
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  if (/^(bearer|token)$/i.test(scheme)) return value;
  if (!/^basic$/i.test(scheme)) return undefined;
  const [user = '', password = ''] = Buffer.from(value, 'base64').toString('utf8').split(/:(.*)/s);
  return password === '' || password === 'x-oauth-basic' ? user : password;
}
