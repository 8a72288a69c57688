import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { moveRef, resolveCommit } from './refs.ts';
import { invalid, notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from './repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { Call, Handlers } from '../call.ts';
import type { Release, Repository } from '../state.ts';
import type { World } from '../../world/state.ts';

type Operations = 'repos/create-release' | 'repos/get-latest-release' | 'repos/get-release' | 'repos/list-releases' | 'repos/get-release-by-tag' | 'repos/update-release';

export const releaseHandlers = {
  'repos/create-release': create,
  'repos/get-release': (call) => json(200, renderRelease(call.world, call.repository, releaseOf(call))),
  'repos/list-releases': list,
  'repos/get-latest-release': getLatest,
  'repos/get-release-by-tag': getByTag,
  'repos/update-release': update,
} satisfies Handlers<Operations>;

async function create(call: Call<'repos/create-release'>) {
  const { world, repository, user, body } = call;
  const { tag_name: tag, draft = false } = body;
  const target = body.target_commitish ?? repository.defaultBranch;
  if ((await resolveCommit(repository, target)) === undefined) throw invalid({ resource: 'Release', code: 'invalid', field: 'target_commitish' });
  const release = await perform(call, () => {
    // Drafts of one tag may be many; only a published release takes it.
    if (!draft && publishedFor(repository, tag)) throw invalid({ resource: 'Release', code: 'already_exists', field: 'tag_name' });
    return effect(`release ${repository.fullName} ${tag}`, async () => {
      const at = world.clock.now();
      const added: Release = {
        id: world.nextId(), author: user.login, tag, target, name: body.name ?? null, body: body.body ?? null, draft,
        prerelease: body.prerelease ?? false, makeLatest: body.make_latest !== 'false', createdAt: at, publishedAt: draft ? null : at,
      };
      repository.releases.push(added);
      takeLatest(repository, added);
      if (!draft) await ensureTag(call, added);
      return added;
    });
  });
  return { ...json(201, renderRelease(world, repository, release)), headers: { location: releaseUrl(world, repository, release) } };
}

/** Publishing makes the tag if there is none: at the target, which is the default branch unless said otherwise. */
async function ensureTag({ world, repository, user }: Call, { tag, target }: Release): Promise<void> {
  const ref = `refs/tags/${tag}`;
  const to = await resolveCommit(repository, target);
  if (!repository.refs.has(ref) && to !== undefined) await moveRef(world, repository, { ref, to, by: user });
}

function list(call: Call<'repos/list-releases'>) {
  const { page, headers } = paginate(call, call.repository.releases.toReversed());
  return { ...json(200, page.map((one) => renderRelease(call.world, call.repository, one))), headers };
}

function getByTag({ world, repository, params }: Call<'repos/get-release-by-tag'>) {
  const release = publishedFor(repository, params['tag'] ?? '');
  if (release === undefined) throw notFound();
  return json(200, renderRelease(world, repository, release));
}

async function update(call: Call<'repos/update-release'>) {
  const { world, repository } = call;
  const body = call.body ?? {};
  await perform(call, () => {
    const release = releaseOf(call);
    const wanted = {
      tag: body.tag_name ?? release.tag,
      target: body.target_commitish ?? release.target,
      name: body.name ?? release.name,
      body: body.body ?? release.body,
      draft: body.draft ?? release.draft,
      prerelease: body.prerelease ?? release.prerelease,
      makeLatest: body.make_latest === undefined ? release.makeLatest : body.make_latest !== 'false',
    };
    const changed = (Object.keys(wanted) as (keyof typeof wanted)[]).filter((field) => wanted[field] !== release[field]);
    if (changed.length === 0) return unchanged(undefined);
    const twin = publishedFor(repository, wanted.tag);
    if (!wanted.draft && twin !== undefined && twin !== release) throw invalid({ resource: 'Release', code: 'already_exists', field: 'tag_name' });
    return effect(`release-edit ${repository.fullName} ${release.tag} ${changed.join(',')}`, async () => {
      Object.assign(release, wanted);
      takeLatest(repository, release);
      if (release.draft) return;
      release.publishedAt ??= world.clock.now();
      await ensureTag(call, release);
    });
  });
  return json(200, renderRelease(world, repository, releaseOf(call)));
}

/** Only one is: whichever was made it last. */
function takeLatest({ releases }: Repository, release: Release): void {
  if (release.draft || release.prerelease || !release.makeLatest) return;
  for (const other of releases) if (other !== release) other.makeLatest = false;
}

/** That which was made it last, or else the newest; a draft and a pre-release never are. */
function getLatest({ world, repository }: Call<'repos/get-latest-release'>) {
  const published = repository.releases.filter(({ draft, prerelease }) => !draft && !prerelease);
  const release = published.findLast(({ makeLatest }) => makeLatest) ?? published.at(-1);
  if (release === undefined) throw notFound();
  return json(200, renderRelease(world, repository, release));
}

function publishedFor({ releases }: Repository, tag: string): Release | undefined {
  return releases.find((one) => one.tag === tag && !one.draft);
}

function releaseOf(call: Call): Release {
  const id = numberParam(call, 'release_id');
  const release = call.repository.releases.find((one) => one.id === id);
  if (release === undefined) throw notFound();
  return release;
}

function releaseUrl(world: World, repository: Repository, { id }: Release): string {
  return `${apiUrl(world, repository)}/releases/${id}`;
}

function renderRelease(world: World, repository: Repository, release: Release) {
  const url = releaseUrl(world, repository, release);
  return {
    url,
    html_url: `${htmlUrl(world, repository)}/releases/tag/${release.tag}`,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    tarball_url: `${apiUrl(world, repository)}/tarball/${release.tag}`,
    zipball_url: `${apiUrl(world, repository)}/zipball/${release.tag}`,
    id: release.id,
    node_id: nodeId('RE', release.id),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    created_at: release.createdAt,
    published_at: release.publishedAt,
    author: renderUser(world, userNamed(world, release.author)),
    assets: [],
  };
}
