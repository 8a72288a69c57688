import { json } from '../exchange.ts';
import { effect, unchanged } from '../world.ts';
import { perform } from './call.ts';
import { issueOf, renderLabels, textKey } from './issues.ts';
import { Refusal, invalid, notFound } from './refusal.ts';
import { apiUrl } from './repository.ts';
import { nodeId } from './users.ts';
import type { Call, Handlers } from './call.ts';
import type { World } from '../world.ts';
import type { Repository } from './repository.ts';

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
}

type Operations =
  | 'issues/add-labels' | 'issues/set-labels' | 'issues/remove-label' | 'issues/list-labels-on-issue' | 'issues/create-label' | 'issues/get-label';

export const labelHandlers = {
  'issues/add-labels': (call) => setLabels(call, (present) => [...present, ...labelNames(givenLabels(call.body))]),
  'issues/set-labels': (call) => setLabels(call, () => labelNames(givenLabels(call.body))),
  'issues/remove-label': removeLabel,
  'issues/list-labels-on-issue': (call) => json(200, renderLabels(call.world, call.repository, issueOf(call))),
  'issues/create-label': createLabel,
  'issues/get-label': getLabel,
} satisfies Handlers<Operations>;

/** The label of this name; GitHub makes one silently when an issue is given a label that it does not know. */
export function labelNamed(world: World, repository: Repository, name: string, fields: Partial<Label> = {}): Label {
  const known = repository.labels.get(name);
  if (known) return known;
  const label = { id: world.nextId(), name, color: 'ededed', description: null, ...fields };
  repository.labels.set(name, label);
  return label;
}

export function labelNames(labels: readonly (string | { name?: string })[]): string[] {
  return labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? [])));
}

/** A bare list, or one under `labels`, of names or of objects. */
function givenLabels(body: unknown): (string | { name?: string })[] {
  if (Array.isArray(body)) return body as string[];
  return (body as { labels?: string[] } | undefined)?.labels ?? [];
}

async function setLabels(call: Call, change: (present: readonly string[]) => string[]) {
  const { world, repository } = call;
  await perform(call, () => {
    const issue = issueOf(call);
    const wanted = [...new Set(change(issue.labels))];
    const added = wanted.filter((name) => !issue.labels.includes(name)).toSorted();
    const removed = issue.labels.filter((name) => !wanted.includes(name)).toSorted();
    if (added.length + removed.length === 0) return unchanged(undefined);
    const what = [...removed.map((name) => `-${name}`), ...added.map((name) => `+${name}`)].join(' ');
    return effect(textKey('label', repository, issue, what), () => {
      for (const name of added) labelNamed(world, repository, name);
      issue.labels = wanted;
      issue.updatedAt = world.clock.now();
    });
  });
  return json(200, renderLabels(world, repository, issueOf(call)));
}

async function removeLabel(call: Call<'issues/remove-label'>) {
  const name = call.params['name'] ?? '';
  if (!issueOf(call).labels.includes(name)) throw new Refusal(404, 'Label does not exist');
  return setLabels(call, (present) => present.filter((one) => one !== name));
}

async function createLabel(call: Call<'issues/create-label'>) {
  const { world, repository, body } = call;
  const label = await perform(call, () => {
    if (repository.labels.has(body.name)) throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
    return effect(`label-definition ${repository.fullName} ${body.name}`, () =>
      labelNamed(world, repository, body.name, { color: body.color ?? 'ededed', description: body.description ?? null }),
    );
  });
  return json(201, renderLabel(world, repository, label));
}

function getLabel({ world, repository, params }: Call<'issues/get-label'>) {
  const label = repository.labels.get(params['name'] ?? '');
  if (label === undefined) throw notFound();
  return json(200, renderLabel(world, repository, label));
}

export function renderLabel(world: World, repository: Repository, { id, name, color, description }: Label) {
  return {
    id, name, color, description, node_id: nodeId('LA', id), default: false,
    url: `${apiUrl(world, repository)}/labels/${encodeURIComponent(name)}`,
  };
}
