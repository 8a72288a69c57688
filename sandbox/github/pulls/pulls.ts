import { countCommits, isAncestor, log, readCommit } from '../../git/history.ts';
import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { linkHeader, paginate, perform, window } from '../call.ts';
import { renderCommit, renderFile } from '../code/commits.ts';
import { addIssue, reopenIssue, textKey } from '../issues/issues.ts';
import { isOpenPull } from './mergeability.ts';
import { baseOf, closePull, filesOf, notifyPull, pullOf, pullUrl, renderPull, renderSimplePull } from './pull-request.ts';
import { Refusal, invalid } from '../refusal.ts';
import { resolveCommit } from '../code/refs.ts';
import type { Call, Handlers } from '../call.ts';
import type { Plan } from '../../http/write.ts';
import type { Pull, PullRequest, Repository } from '../state.ts';

type Operations = 'pulls/list' | 'pulls/create' | 'pulls/get' | 'pulls/update' | 'pulls/list-commits' | 'pulls/list-files' | 'repos/list-pull-requests-associated-with-commit';

export const pullHandlers = {
  'pulls/list': list,
  'pulls/create': create,
  'pulls/get': async (call) => json(200, await renderPull(call.world, call.repository, pullOf(call))),
  'pulls/update': update,
  'pulls/list-commits': listCommits,
  'pulls/list-files': listFiles,
  'repos/list-pull-requests-associated-with-commit': listLanding,
} satisfies Handlers<Operations>;

async function list(call: Call<'pulls/list'>) {
  const { world, repository, query } = call;
  const state = query.get('state') ?? 'open';
  const head = query.get('head')?.split(':');
  const pulls = [...repository.issues.values()]
    .filter((issue): issue is PullRequest => issue.pull !== undefined)
    .filter((issue) => state === 'all' || issue.state === state)
    .filter(({ pull }) => !query.has('base') || query.get('base') === pull.base)
    // GitHub ignores a head that doesn't say whose branch it is.
    .filter(({ pull }) => head?.[1] === undefined || (head[0] === repository.owner && head[1] === pull.head));
  const { page, headers } = paginate(call, sorted(pulls, query));
  return { ...json(200, page.map((issue) => renderSimplePull(world, repository, issue))), headers };
}

/** Those that a commit came by, and those that are open with it: GitHub tells both. */
async function listLanding(call: Call<'repos/list-pull-requests-associated-with-commit'>) {
  const { world, repository } = call;
  const sha = await resolveCommit(repository, call.params['commit_sha'] ?? '');
  if (sha === undefined) throw new Refusal(422, `No commit found for SHA: ${call.params['commit_sha']}`);
  const pulls = [...repository.issues.values()].filter((issue): issue is PullRequest => issue.pull !== undefined);
  const carrying: PullRequest[] = [];
  for (const issue of pulls) if (issue.pull.merged?.sha === sha || (await isOfBranch(repository, issue.pull, sha))) carrying.push(issue);
  const { page, headers } = paginate(call, carrying);
  return { ...json(200, page.map((issue) => renderSimplePull(world, repository, issue))), headers };
}

async function isOfBranch(repository: Repository, pull: Pull, sha: string): Promise<boolean> {
  const base = baseOf(repository, pull);
  if (base === undefined || !(await isAncestor(repository.gitDir, sha, pull.headSha))) return false;
  // A base that is merged holds the branch, too: what it had before is what counts.
  const before = pull.merged === undefined ? base : ((await readCommit(repository.gitDir, pull.merged.sha)).parents[0] ?? base);
  return !(await isAncestor(repository.gitDir, sha, before));
}

function sorted(pulls: PullRequest[], query: URLSearchParams): PullRequest[] {
  const sort = query.get('sort') ?? 'created';
  const direction = query.get('direction') ?? (query.has('sort') ? 'asc' : 'desc');
  const ascending = pulls.toSorted((one, other) =>
    sort === 'updated' ? one.updatedAt.localeCompare(other.updatedAt) || one.number - other.number : one.number - other.number,
  );
  return direction === 'asc' ? ascending : ascending.toReversed();
}

async function create(call: Call<'pulls/create'>) {
  const { world, repository } = call;
  const issue = await perform(call, () => planCreation(call));
  return { ...json(201, await renderPull(world, repository, issue)), headers: { location: pullUrl(world, repository, issue) } };
}

async function planCreation({ world, repository, user, body }: Call<'pulls/create'>): Promise<Plan<PullRequest>> {
  const head = body.head.replace(`${repository.owner}:`, '');
  const headSha = repository.refs.get(`refs/heads/${head}`);
  const baseSha = repository.refs.get(`refs/heads/${body.base}`);
  if (headSha === undefined) throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  if (baseSha === undefined) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  assertNoTwin(repository, { head, base: body.base });
  if ((await countCommits(repository.gitDir, { from: headSha, excluding: baseSha })) === 0) {
    throw invalid({ resource: 'PullRequest', code: 'custom', message: `No commits between ${body.base} and ${head}` });
  }
  return {
    kind: 'effect',
    keys: [`pull ${repository.fullName} ${head}→${body.base}`],
    commit: async () => {
      const pull: Pull = {
        id: world.nextId(), head, headSha, base: body.base, baseSha: undefined, draft: body.draft ?? false,
        reviews: [], autoMerge: undefined, merged: undefined, queued: undefined, removals: [],
      };
      const issue = addIssue(world, repository, { title: body.title ?? '', body: body.body ?? null, author: user, pull }) as PullRequest;
      await notifyPull(world, repository, issue, { action: 'opened', sender: user });
      return issue;
    },
  };
}

function assertNoTwin(repository: Repository, { head, base }: Pick<Pull, 'head' | 'base'>): void {
  const twin = [...repository.issues.values()].some((issue) => isOpenPull(issue) && issue.pull.head === head && issue.pull.base === base);
  if (twin) throw invalid({ resource: 'PullRequest', code: 'custom', message: `A pull request already exists for ${repository.owner}:${head}.` });
}

async function update(call: Call<'pulls/update'>) {
  const { world, repository, user, body } = call;
  await perform(call, () => {
    const issue = pullOf(call);
    const { pull } = issue;
    const changed = [
      ...(body.title !== undefined && body.title !== issue.title ? ['title'] : []),
      ...(body.body !== undefined && body.body !== issue.body ? ['body'] : []),
      ...(body.base !== undefined && body.base !== pull.base ? [`base ${body.base}`] : []),
      ...(body.state !== undefined && body.state !== issue.state ? [body.state] : []),
    ];
    if (changed.length === 0) return unchanged(undefined);
    if (body.state === 'open' && issue.state === 'closed') assertReopenable(repository, issue);
    if (body.base !== undefined && !repository.refs.has(`refs/heads/${body.base}`)) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    return effect(textKey('edit', repository, issue, changed.join(',')), async () => {
      issue.title = body.title ?? issue.title;
      issue.body = body.body === undefined ? issue.body : body.body;
      pull.base = body.base ?? pull.base;
      issue.updatedAt = world.clock.now();
      if (changed.includes('closed')) return closePull(world, repository, issue, user);
      if (changed.includes('open')) reopenIssue(world, issue);
      await notifyPull(world, repository, issue, { action: changed.includes('open') ? 'reopened' : 'edited', sender: user });
    });
  });
  return json(200, await renderPull(world, repository, pullOf(call)));
}

function assertReopenable(repository: Repository, { pull }: PullRequest): void {
  const reason = pull.merged
    ? 'The pull request cannot be reopened.'
    : repository.refs.has(`refs/heads/${pull.head}`)
      ? undefined
      : `The ${pull.head} branch has been deleted.`;
  if (reason !== undefined) throw invalid({ resource: 'PullRequest', field: 'state', code: 'invalid', message: `state cannot be changed. ${reason}` });
  assertNoTwin(repository, pull);
}

async function listCommits(call: Call<'pulls/list-commits'>) {
  const { world, repository } = call;
  const { pull } = pullOf(call);
  const range = { from: pull.headSha, excluding: baseOf(repository, pull) };
  const total = await countCommits(repository.gitDir, range);
  const { skip, limit } = window(call);
  const start = Math.max(total - skip - limit, 0);
  const commits = await log(repository.gitDir, { ...range, skip: start, limit: Math.max(total - skip - start, 0) });
  return { ...json(200, commits.toReversed().map((commit) => renderCommit(world, repository, commit))), headers: linkHeader(call, total) };
}

async function listFiles(call: Call<'pulls/list-files'>) {
  const { world, repository } = call;
  const { pull } = pullOf(call);
  const { page, headers } = paginate(call, await filesOf(repository, pull));
  return { ...json(200, page.map((file) => renderFile(world, repository, pull.headSha, file))), headers };
}
