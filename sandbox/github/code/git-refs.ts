import { isAncestor } from '../../git/history.ts';
import { objectType } from '../../git/objects.ts';
import { isRefName } from '../../git/refs.ts';
import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { perform } from '../call.ts';
import { assertCreationAllowed, assertUpdateAllowed } from './protection.ts';
import { moveRef, refKey } from './refs.ts';
import { Refusal, notFound } from '../refusal.ts';
import { apiUrl } from './repository.ts';
import { nodeId } from '../people/users.ts';
import type { Plan } from '../../http/write.ts';
import type { Call, Handlers } from '../call.ts';
import type { Repository } from '../state.ts';

export const refHandlers = {
  'git/get-ref': getRef,
  'git/list-matching-refs': listMatchingRefs,
  'git/create-ref': createRef,
  'git/update-ref': updateRef,
  'git/delete-ref': deleteRef,
} satisfies Handlers<'git/get-ref' | 'git/list-matching-refs' | 'git/create-ref' | 'git/update-ref' | 'git/delete-ref'>;

async function getRef(call: Call<'git/get-ref'>) {
  const ref = `refs/${call.params['ref']}`;
  const sha = call.repository.refs.get(ref);
  if (sha === undefined) throw notFound();
  return json(200, await renderRef(call, ref, sha));
}

async function listMatchingRefs(call: Call<'git/list-matching-refs'>) {
  const prefix = `refs/${call.params['ref']}`;
  const matching = [...call.repository.refs].filter(([ref]) => ref.startsWith(prefix)).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return json(200, await Promise.all(matching.map(([ref, sha]) => renderRef(call, ref, sha))));
}

async function createRef(call: Call<'git/create-ref'>) {
  const { ref, sha } = call.body;
  await perform(call, () => planCreation(call, ref, sha));
  return { ...json(201, await renderRef(call, ref, sha)), headers: { location: refUrl(call, ref) } };
}

async function planCreation({ world, repository, user }: Call, ref: string, sha: string): Promise<Plan<void>> {
  if (!/^refs\/[^/]+\/./.test(ref) || !(await isRefName(repository.gitDir, ref))) throw new Refusal(422, 'Reference name is invalid');
  if (repository.refs.has(ref)) throw new Refusal(422, 'Reference already exists');
  assertCreationAllowed(repository, ref);
  await assertObject(repository, ref, sha);
  return effect(refKey(repository, ref), () => moveRef(world, repository, { ref, to: sha, by: user }));
}

async function updateRef(call: Call<'git/update-ref'>) {
  const ref = `refs/${call.params['ref']}`;
  const { sha, force = false } = call.body;
  await perform(call, () => planUpdate(call, { ref, sha, force }));
  return json(200, await renderRef(call, ref, sha));
}

async function planUpdate({ world, repository, user }: Call, { ref, sha, force }: { ref: string; sha: string; force: boolean }): Promise<Plan<void>> {
  const from = repository.refs.get(ref);
  if (from === undefined) throw new Refusal(422, 'Reference does not exist');
  await assertObject(repository, ref, sha);
  if (from === sha) return unchanged(undefined);
  if (!force && !(await isAncestor(repository.gitDir, from, sha))) throw new Refusal(422, 'Update is not a fast forward');
  assertUpdateAllowed(repository, ref, sha);
  return effect(refKey(repository, ref), () => moveRef(world, repository, { ref, to: sha, by: user }));
}

async function deleteRef(call: Call<'git/delete-ref'>) {
  const { world, repository, user } = call;
  const ref = `refs/${call.params['ref']}`;
  await perform(call, () => {
    if (!repository.refs.has(ref)) throw new Refusal(422, 'Reference does not exist');
    assertUpdateAllowed(repository, ref, undefined);
    return effect(refKey(repository, ref), () => moveRef(world, repository, { ref, to: undefined, by: user }));
  });
  return { status: 204 };
}

async function assertObject({ gitDir }: Repository, ref: string, sha: string): Promise<void> {
  const type = /^[0-9a-f]{40}$/.test(sha) ? await objectType(gitDir, sha) : undefined;
  if (type === undefined) throw new Refusal(422, 'Object does not exist');
  if (ref.startsWith('refs/heads/') && type !== 'commit') throw new Refusal(422, 'Reference cannot be updated');
}

async function renderRef({ world, repository }: Pick<Call, 'world' | 'repository'>, ref: string, sha: string) {
  const type = (await objectType(repository.gitDir, sha)) ?? 'commit';
  return {
    ref,
    node_id: nodeId('REF', Buffer.from(`${repository.id}:${ref}`).toString('base64url')),
    url: refUrl({ world, repository }, ref),
    object: { sha, type, url: `${apiUrl(world, repository)}/git/${type}s/${sha}` },
  };
}

function refUrl({ world, repository }: Pick<Call, 'world' | 'repository'>, ref: string): string {
  return `${apiUrl(world, repository)}/git/${ref}`;
}
