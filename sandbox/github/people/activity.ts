import { json } from '../../http/exchange.ts';
import { nodeId, renderUser, userNamed } from './users.ts';
import type { World } from '../../world/state.ts';
import type { Call, Handlers } from '../call.ts';
import type { Activity } from '../state.ts';

export const activityHandlers = { 'repos/list-activities': listActivities } satisfies Handlers<'repos/list-activities'>;

/** Its pages are found by cursors, not by numbers. */
function listActivities(call: Call<'repos/list-activities'>) {
  const { world, repository, query } = call;
  const ref = query.get('ref')?.replace(/^(?!refs\/)/, 'refs/heads/');
  const found = repository.activities
    .filter((one) => ref === undefined || one.ref === ref)
    .filter((one) => !query.has('activity_type') || query.get('activity_type') === one.kind)
    .filter((one) => !query.has('actor') || query.get('actor') === one.actor)
    .toSorted((one, other) => (query.get('direction') === 'asc' ? one.id - other.id : other.id - one.id));
  const limit = Math.min(Number(query.get('per_page') ?? 30) || 30, 100);
  const start = query.has('after') ? found.findIndex(({ id }) => cursor(id) === query.get('after')) + 1 : 0;
  const page = found.slice(start, start + limit);
  const next = new URLSearchParams(query);
  next.set('after', cursor(page.at(-1)?.id ?? 0));
  const more = start + limit < found.length;
  return {
    ...json(200, page.map((one) => renderActivity(world, one))),
    headers: more ? { link: `<${world.url}/api/v3/repos/${repository.fullName}/activity?${next}>; rel="next"` } : {},
  };
}

function cursor(id: number): string {
  return Buffer.from(`activity ${id}`).toString('base64url');
}

function renderActivity(world: World, { id, ref, before, after, kind, at, actor }: Activity) {
  return { id, node_id: nodeId('ACT', id), before, after, ref, timestamp: at, activity_type: kind, actor: renderUser(world, userNamed(world, actor)) };
}
