import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { invalid, notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { Call, Handlers } from '../call.ts';
import type { Milestone, Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

export const milestoneHandlers = {
  'issues/list-milestones': list,
  'issues/create-milestone': create,
  'issues/update-milestone': update,
} satisfies Handlers<'issues/list-milestones' | 'issues/create-milestone' | 'issues/update-milestone'>;

/** @throws Refusal 404 when there is no such milestone */
export function milestoneNumbered(repository: Repository, number: number): Milestone {
  const milestone = repository.milestones.get(number);
  if (milestone === undefined) throw notFound();
  return milestone;
}

function list(call: Call<'issues/list-milestones'>) {
  const state = call.query.get('state') ?? 'open';
  const wanted = [...call.repository.milestones.values()].filter((one) => state === 'all' || one.state === state);
  const { page, headers } = paginate(call, wanted);
  return { ...json(200, page.map((one) => renderMilestoneOf(call.world, call.repository, one))), headers };
}

async function create(call: Call<'issues/create-milestone'>) {
  const { world, repository, user, body } = call;
  const milestone = await perform(call, () => {
    if ([...repository.milestones.values()].some((one) => one.title === body.title)) {
      throw invalid({ resource: 'Milestone', code: 'already_exists', field: 'title' });
    }
    return effect(`milestone ${repository.fullName} ${body.title}`, () => {
      const at = world.clock.now();
      const added: Milestone = {
        id: world.nextId(), number: repository.milestones.size + 1, creator: user.login, title: body.title, description: body.description ?? null,
        state: body.state ?? 'open', dueOn: body.due_on ?? null, createdAt: at, updatedAt: at, closedAt: null,
      };
      repository.milestones.set(added.number, added);
      return added;
    });
  });
  return json(201, renderMilestoneOf(world, repository, milestone));
}

async function update(call: Call<'issues/update-milestone'>) {
  const { world, repository } = call;
  const body = call.body ?? {};
  const milestone = () => milestoneNumbered(repository, numberParam(call, 'milestone_number'));
  await perform(call, () => {
    const present = milestone();
    const { title = present.title, state = present.state, description = present.description, due_on: dueOn = present.dueOn } = body;
    const wanted = { title, state, description, dueOn };
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((field) => wanted[field] !== present[field]);
    if (changed.length === 0) return unchanged(undefined);
    return effect(`milestone-edit ${repository.fullName} ${present.title} ${changed.join(',')}`, () => {
      const at = world.clock.now();
      Object.assign(present, wanted, { updatedAt: at, closedAt: state === 'closed' ? (present.closedAt ?? at) : null });
    });
  });
  return json(200, renderMilestoneOf(world, repository, milestone()));
}

export function renderMilestoneOf(world: World, repository: Repository, milestone: Milestone) {
  const issues = [...repository.issues.values()].filter((issue) => issue.milestone === milestone.number);
  const open = issues.filter((issue) => issue.state === 'open').length;
  const url = `${apiUrl(world, repository)}/milestones/${milestone.number}`;
  return {
    url,
    html_url: `${htmlUrl(world, repository)}/milestone/${milestone.number}`,
    labels_url: `${url}/labels`,
    id: milestone.id,
    node_id: nodeId('MI', milestone.id),
    number: milestone.number,
    state: milestone.state,
    title: milestone.title,
    description: milestone.description,
    creator: renderUser(world, userNamed(world, milestone.creator)),
    open_issues: open,
    closed_issues: issues.length - open,
    created_at: milestone.createdAt,
    updated_at: milestone.updatedAt,
    closed_at: milestone.closedAt,
    due_on: milestone.dueOn,
  };
}
