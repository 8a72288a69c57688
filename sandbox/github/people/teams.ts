import { json } from '../../http/exchange.ts';
import { paginate } from '../call.ts';
import { notFound } from '../refusal.ts';
import { renderUser, userNamed } from './users.ts';
import type { AccountCall } from '../call.ts';

/** Somebody's place in a team: those who are in none are not found, as is a team that does not exist. */
export function getMembership({ world, params }: AccountCall<'teams/get-membership-for-user-in-org'>) {
  const { org = '', team_slug: slug = '', username = '' } = params;
  const members = world.teams.get(`${org}/${slug}`) ?? [];
  if (!members.some((login) => login.toLowerCase() === username.toLowerCase())) throw notFound();
  return json(200, { url: `${world.url}/api/v3/orgs/${org}/teams/${slug}/memberships/${username}`, role: 'member', state: 'active' });
}

export function listMembers(call: AccountCall<'teams/list-members-in-org'>) {
  const { world, params } = call;
  const members = world.teams.get(`${params['org']}/${params['team_slug']}`);
  if (members === undefined) throw notFound();
  const { page, headers } = paginate(call, members);
  return { ...json(200, page.map((login) => renderUser(world, userNamed(world, login)))), headers };
}
