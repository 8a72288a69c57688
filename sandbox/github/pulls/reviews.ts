import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { textKey } from '../issues/issues.ts';
import { settlePulls } from './merging.ts';
import { notifyPull, pullOf, pullUrl } from './pull-request.ts';
import { notFound, Refusal } from '../refusal.ts';
import { htmlUrl } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import type { Call, Handlers } from '../call.ts';
import type { PullRequest, Repository, Review } from '../state.ts';
import type { World } from '../../world/state.ts';

export const reviewHandlers = {
  'pulls/create-review': create,
  'pulls/list-reviews': list,
  'pulls/update-review': update,
} satisfies Handlers<'pulls/create-review' | 'pulls/list-reviews' | 'pulls/update-review'>;

const states = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const;

async function create(call: Call<'pulls/create-review'>) {
  const { world, repository, user } = call;
  const { event, body = '', commit_id: sha } = call.body ?? {};
  const review = await perform(call, () => {
    const issue = pullOf(call);
    if (user.login === issue.author && event === 'APPROVE') throw new Refusal(422, 'Unprocessable Entity', ['Can not approve your own pull request']);
    if (user.login === issue.author && event === 'REQUEST_CHANGES') throw new Refusal(422, 'Unprocessable Entity', ['Can not request changes on your own pull request']);
    if (event !== 'APPROVE' && event !== undefined && body === '') throw new Refusal(422, 'Unprocessable Entity', ['You need to leave a comment indicating the requested changes.']);
    const state = event === undefined ? 'PENDING' : states[event];
    return effect(textKey('review', repository, issue, `${state} by ${user.login}`), async () => {
      const added: Review = { id: world.nextId(), author: user.login, body, state, sha: sha ?? issue.pull.headSha, at: world.clock.now() };
      issue.pull.reviews.push(added);
      await notifyPull(world, repository, issue, { event: 'pull_request_review', action: 'submitted', sender: user, review: renderReview(world, repository, issue, added) });
      await settlePulls(world, repository);
      return added;
    });
  });
  return json(200, renderReview(world, repository, pullOf(call), review));
}

/** Changes a review's text, which shows in GraphQL only. */
async function update(call: Call<'pulls/update-review'>) {
  const { world, repository, user, body: { body } } = call;
  const issue = pullOf(call);
  const found = () => pullOf(call).pull.reviews.find(({ id }) => id === numberParam(call, 'review_id'));
  await perform(call, () => {
    const review = found();
    if (!review) throw notFound();
    if (review.body === body) return unchanged(undefined);
    return effect(textKey('review-edit', repository, issue, `by ${user.login}`), () => {
      review.body = body;
      review.editedAt = world.clock.now();
    });
  });
  return json(200, renderReview(world, repository, issue, found()!));
}

function list(call: Call<'pulls/list-reviews'>) {
  const issue = pullOf(call);
  const { page, headers } = paginate(call, issue.pull.reviews);
  return { ...json(200, page.map((review) => renderReview(call.world, call.repository, issue, review))), headers };
}

function renderReview(world: World, repository: Repository, issue: PullRequest, review: Review) {
  const html = `${htmlUrl(world, repository)}/pull/${issue.number}#pullrequestreview-${review.id}`;
  const pull = pullUrl(world, repository, issue);
  return {
    id: review.id,
    node_id: nodeId('PRR', review.id),
    user: renderUser(world, userNamed(world, review.author)),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: review.at,
    commit_id: review.sha,
    author_association: 'MEMBER',
  };
}
