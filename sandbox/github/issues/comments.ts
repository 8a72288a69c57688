import { json } from '../../http/exchange.ts';
import { effect, unchanged } from '../../http/write.ts';
import { numberParam, paginate, perform } from '../call.ts';
import { issueOf, issueUrl, renderIssue, textKey } from './issues.ts';
import { notFound } from '../refusal.ts';
import { apiUrl, htmlUrl } from '../code/repository.ts';
import { nodeId, renderUser, userNamed } from '../people/users.ts';
import { notify } from '../webhooks.ts';
import type { Call, Handlers } from '../call.ts';
import type { Comment, Issue, Repository, User } from '../state.ts';
import type { World } from '../../world/state.ts';

export const commentHandlers = {
  'issues/create-comment': create,
  'issues/list-comments': list,
  'issues/get-comment': getComment,
  'issues/update-comment': update,
} satisfies Handlers<'issues/create-comment' | 'issues/list-comments' | 'issues/get-comment' | 'issues/update-comment'>;

/** What tells texts apart without ids: the hidden marker of a text, else its beginning. */
function gist(text: string): string {
  const marker = /<!--\s*(.*?)\s*-->/s.exec(text)?.[1];
  return marker ?? text.split('\n')[0] ?? '';
}

async function create(call: Call<'issues/create-comment'>) {
  const { world, repository, user, body } = call;
  const issue = issueOf(call);
  const comment = await perform(call, () =>
    effect(textKey('comment', repository, issue, gist(body.body)), () => addComment(world, repository, issueOf(call), { by: user, body: body.body })),
  );
  return json(201, renderComment(world, repository, issue, comment));
}

export function addComment(world: World, repository: Repository, issue: Issue, { by, body }: { by: User; body: string }): Comment {
  const at = world.clock.now();
  const added: Comment = { id: world.nextId(), author: by.login, body, createdAt: at, updatedAt: at };
  issue.comments.push(added);
  issue.updatedAt = at;
  notify(world, repository, 'issue_comment', {
    action: 'created', issue: renderIssue(world, repository, issue), comment: renderComment(world, repository, issue, added), sender: by,
  });
  return added;
}

function list(call: Call<'issues/list-comments'>) {
  const { world, repository, query } = call;
  const issue = issueOf(call);
  const { page, headers } = paginate(call, issue.comments.filter((one) => one.updatedAt >= (query.get('since') ?? '')));
  return { ...json(200, page.map((comment) => renderComment(world, repository, issue, comment))), headers };
}

function getComment(call: Call<'issues/get-comment'>) {
  const { issue, comment } = commentOf(call);
  return json(200, renderComment(call.world, call.repository, issue, comment));
}

async function update(call: Call<'issues/update-comment'>) {
  const { world, repository, body } = call;
  await perform(call, () => {
    const { issue, comment } = commentOf(call);
    if (comment.body === body.body) return unchanged(undefined);
    return effect(textKey('comment-edit', repository, issue, gist(body.body)), () => {
      comment.body = body.body;
      comment.updatedAt = world.clock.now();
    });
  });
  const { issue, comment } = commentOf(call);
  return json(200, renderComment(world, repository, issue, comment));
}

function commentOf(call: Call): { issue: Issue; comment: Comment } {
  const id = numberParam(call, 'comment_id');
  for (const issue of call.repository.issues.values()) {
    const comment = issue.comments.find((one) => one.id === id);
    if (comment) return { issue, comment };
  }
  throw notFound();
}

function renderComment(world: World, repository: Repository, issue: Issue, comment: Comment) {
  return {
    id: comment.id,
    node_id: nodeId('IC', comment.id),
    url: `${apiUrl(world, repository)}/issues/comments/${comment.id}`,
    html_url: `${htmlUrl(world, repository)}/${issue.pull ? 'pull' : 'issues'}/${issue.number}#issuecomment-${comment.id}`,
    issue_url: issueUrl(world, repository, issue),
    user: renderUser(world, userNamed(world, comment.author)),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: 'MEMBER',
  };
}
