import { json } from '../../http/exchange.ts';
import { effect } from '../../http/write.ts';
import { perform } from '../call.ts';
import { invalid, notFound } from '../refusal.ts';
import { apiUrl } from '../code/repository.ts';
import { nodeId } from '../people/users.ts';
import type { Call, Handlers } from '../call.ts';
import type { Label, Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

export const labelHandlers = { 'issues/create-label': createLabel, 'issues/get-label': getLabel } satisfies Handlers<'issues/create-label' | 'issues/get-label'>;

/** The label of this name; GitHub makes one silently when an issue is given a label that it does not know. */
export function labelNamed(world: World, repository: Repository, name: string, fields: Partial<Label> = {}): Label {
  const known = knownLabel(repository, name);
  if (known) return known;
  const label = { id: world.nextId(), name, color: 'ededed', description: '', ...fields };
  repository.labels.set(name.toLowerCase(), label);
  return label;
}

/** GitHub keeps a label's case and ignores it in comparing. */
function knownLabel(repository: Repository, name: string): Label | undefined {
  return repository.labels.get(name.toLowerCase());
}

/** The names of what a request gives, each once and as the repository has it. */
export function labelNames(repository: Repository, labels: readonly (string | { name?: string })[]): string[] {
  const given = labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? [])));
  const names = new Map(given.toReversed().map((name) => [name.toLowerCase(), knownLabel(repository, name)?.name ?? name]));
  return [...names.values()].toReversed();
}

async function createLabel(call: Call<'issues/create-label'>) {
  const { world, repository, body } = call;
  const label = await perform(call, () => {
    if (knownLabel(repository, body.name)) throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
    return effect(`label-definition ${repository.fullName} ${body.name}`, () =>
      labelNamed(world, repository, body.name, { color: body.color ?? 'ededed', description: body.description ?? '' }),
    );
  });
  return json(201, renderLabel(world, repository, label));
}

function getLabel({ world, repository, params }: Call<'issues/get-label'>) {
  const label = knownLabel(repository, params['name'] ?? '');
  if (label === undefined) throw notFound();
  return json(200, renderLabel(world, repository, label));
}

export function renderLabel(world: World, repository: Repository, { id, name, color, description }: Label) {
  return {
    id, name, color, description, node_id: nodeId('LA', id), default: false,
    url: `${apiUrl(world, repository)}/labels/${encodeURIComponent(name)}`,
  };
}
