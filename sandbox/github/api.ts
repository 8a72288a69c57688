import { createHash, randomUUID } from 'node:crypto';
import { json, parseJson } from '../http/exchange.ts';
import { actionHandlers } from './ci/actions.ts';
import { activityHandlers } from './people/activity.ts';
import { botOf, createInstallationToken, identifyApp } from './people/apps.ts';
import { scopeOf } from './call.ts';
import { checkHandlers } from './ci/checks.ts';
import { commentHandlers } from './issues/comments.ts';
import { commitHandlers } from './code/commits.ts';
import { contentHandlers } from './code/contents.ts';
import { deploymentHandlers } from './ci/deployments.ts';
import { gitDataHandlers } from './code/git-data.ts';
import { refHandlers } from './code/git-refs.ts';
import { issueLabelHandlers } from './issues/issue-labels.ts';
import { issueHandlers } from './issues/issues.ts';
import { labelHandlers } from './issues/labels.ts';
import { exhausted, getRateLimit, githubFault } from './limits.ts';
import { mergeHandlers } from './pulls/merging.ts';
import { milestoneHandlers } from './issues/milestones.ts';
import { findOperation } from './operations.ts';
import { protectionHandlers } from './code/protection.ts';
import { pullHandlers } from './pulls/pulls.ts';
import { assertLengths } from './lengths.ts';
import { Refusal, notFound, refusalReply } from './refusal.ts';
import { releaseHandlers } from './code/releases.ts';
import { reviewHandlers } from './pulls/reviews.ts';
import { getMembership, listMembers } from './people/teams.ts';
import { identify, renderAccount } from './people/users.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { Visit } from '../http/visit.ts';
import type { AccountCall, AccountHandlers, Call, Handlers } from './call.ts';
import type { OperationId, RepositoryOperationId, Route } from './operations.ts';
import type { Description } from './validation.ts';
import type { User } from './state.ts';
import type { World } from '../world/state.ts';

const handlers = {
  ...actionHandlers, ...activityHandlers, ...checkHandlers, ...commentHandlers, ...commitHandlers, ...contentHandlers, ...deploymentHandlers, ...gitDataHandlers,
  ...issueHandlers, ...issueLabelHandlers, ...labelHandlers, ...mergeHandlers, ...milestoneHandlers, ...protectionHandlers, ...pullHandlers,
  ...refHandlers, ...releaseHandlers, ...reviewHandlers,
} satisfies Handlers<RepositoryOperationId>;

const accountHandlers: AccountHandlers = {
  'apps/create-installation-access-token': createInstallationToken,
  'rate-limit/get': getRateLimit,
  'teams/get-membership-for-user-in-org': getMembership,
  'teams/list-members-in-org': listMembers,
  'users/get-authenticated'({ world, user }) {
    if (user.kind === 'Bot') throw new Refusal(403, 'Resource not accessible by integration');
    return json(200, renderAccount(world, user));
  },
};

/** One request to GitHub's REST API below `/api/v3`. */
export function visitGithub(world: World, exchange: Exchange, path: string, description?: Description): Visit {
  const found = findOperation(exchange.method, path);
  const user = callerOf(world, exchange, found?.id);
  const credential = user?.login ?? '';
  const shape = (reply: Reply): Reply => ({ ...reply, headers: { ...world.limits.headers(credential), 'x-github-request-id': randomUUID(), ...reply.headers } });
  const common = { credential, fault: (fault: Parameters<typeof githubFault>[0]) => githubFault(fault, credential) };

  if (user === undefined) {
    const message = exchange.headers.authorization ? 'Bad credentials' : 'Requires authentication';
    const answer = async (): Promise<Reply> => refusalReply({ status: 401, message, errors: [] });
    return { ...common, route: found?.route ?? path, operation: found?.id ?? '', scope: '', answer };
  }
  if (found === undefined) {
    const known = description?.find(exchange.method, path);
    const name = known ? `${known.id} (${known.route})` : `${exchange.method} ${path}`;
    const answer = async (): Promise<Reply> => json(501, { message: `The sandbox does not hold ${name}.`, status: '501' });
    return { ...common, route: known?.route ?? `${exchange.method} ${path}`, operation: known?.id ?? '', scope: '', answer };
  }
  const scope = scopeOf(found.route, `${found.params['owner']}/${found.params['repo']}`);
  async function answer(): Promise<Reply> {
    if (!world.limits.take(credential)) return exhausted(credential, world.limits.headers(credential));
    const reply = conditional(exchange, await handle(world, exchange, { found: found!, user: user!, scope, description }));
    if (reply.status === 304) world.limits.giveBack(credential);
    return shape(reply);
  }
  return { ...common, route: found.route, operation: found.id, scope, answer };
}

/** An app asks for its tokens as itself, and does nothing else so. */
function callerOf(world: World, { headers }: Exchange, id: OperationId | undefined): User | undefined {
  if (id !== 'apps/create-installation-access-token') return identify(world, headers);
  const app = identifyApp(world, headers);
  return app && botOf(world, app);
}

async function handle(
  world: World,
  exchange: Exchange,
  { found, user, scope, description }: { found: Route<OperationId>; user: AccountCall['user']; scope: string; description: Description | undefined },
): Promise<Reply> {
  try {
    const body = parseBody(exchange);
    const invalid = description?.refuseRequest(found.id, { params: found.params, query: exchange.query, body });
    if (invalid !== undefined) throw new Refusal(422, invalid);
    assertLengths(body);
    const call = { world, user, route: found.route, params: found.params, query: exchange.query, headers: exchange.headers, body: body as never };
    return judged(world, found.id, await dispatch(call, found.id, scope), description);
  } catch (error) {
    if (error instanceof Refusal) return judged(world, found.id, refusalReply(error), description);
    throw error;
  }
}

async function dispatch(call: AccountCall, id: OperationId, scope: string): Promise<Reply> {
  if (id in accountHandlers) return accountHandlers[id as keyof AccountHandlers](call as never);
  const state = call.route.startsWith('GET ') ? call.world.replicas.view(scope) : call.world.state;
  const repository = state.repositories.get(`${call.params['owner']}/${call.params['repo']}`);
  if (repository === undefined) throw notFound();
  const handler = handlers[id as RepositoryOperationId] as (call: Call) => Reply | Promise<Reply>;
  return handler({ ...call, repository });
}

/** A response of ours that GitHub would never give is our error, and is kept for the tests to find. */
function judged(world: World, id: OperationId, reply: Reply, description: Description | undefined): Reply {
  const errors = description?.refuseResponse(id, { status: reply.status, body: asSent(reply.body) });
  if (errors === undefined) return reply;
  world.violations.push({ operation: id, status: reply.status, errors });
  return json(500, { message: `The sandbox's response of ${id} (${reply.status}) does not fit GitHub's description: ${errors.slice(0, 5).join('; ')}` });
}

function asSent(body: unknown): unknown {
  return Buffer.isBuffer(body) || typeof body === 'string' || body === undefined ? body : JSON.parse(JSON.stringify(body));
}

function parseBody(exchange: Exchange): unknown {
  if (exchange.body.length === 0) return undefined;
  try {
    return parseJson(exchange);
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

/** ETag of a read, and 304 for a client that has it already. */
function conditional({ method, headers }: Exchange, reply: Reply): Reply {
  if (method !== 'GET' || reply.status !== 200) return reply;
  const bytes = Buffer.isBuffer(reply.body) ? reply.body : JSON.stringify(reply.body);
  const hash = createHash('sha256').update(bytes).update(reply.headers?.['link'] ?? '').digest('hex');
  const etag = `"${hash}"`;
  const known = headers['if-none-match']?.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
  return known ? { status: 304, headers: { ...reply.headers, etag } } : { ...reply, headers: { ...reply.headers, etag } };
}
