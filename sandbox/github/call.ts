import type { operations as Described } from '@octokit/openapi-types';
import { Refusal } from './refusal.ts';
import { write } from '../http/write.ts';
import type { Exchange, Reply } from '../http/exchange.ts';
import type { AccountOperationId, OperationId, RepositoryOperationId } from './operations.ts';
import type { Plan } from '../http/write.ts';
import type { Repository, User } from './state.ts';
import type { World } from '../world/state.ts';

/** The JSON body that GitHub's own description gives an operation. */
type BodyOf<Id extends OperationId> = Described[Id] extends { requestBody?: { content: { 'application/json': infer Body } } } ? Body : unknown;

/** One API request, routed, by a known user. */
export interface AccountCall<Id extends OperationId = OperationId> {
  readonly world: World;
  readonly user: User;
  readonly route: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Exchange['headers'];
  readonly body: BodyOf<Id>;
}

/** For reads, `repository` may be a replica that lags. */
export interface Call<Id extends OperationId = OperationId> extends AccountCall<Id> {
  readonly repository: Repository;
}

export type Handlers<Ids extends RepositoryOperationId> = { readonly [Id in Ids]: (call: Call<Id>) => Reply | Promise<Reply> };

export type AccountHandlers = { readonly [Id in AccountOperationId]: (call: AccountCall<Id>) => Reply | Promise<Reply> };

/** A write through the world's one door, under this call's route. */
export function perform<T>(call: Pick<Call, 'world' | 'route' | 'repository'>, plan: () => Promise<Plan<T>> | Plan<T>): Promise<T> {
  const method = call.route.split(' ')[0] ?? '';
  return write(call.world, { method, route: call.route, scope: scopeOf(call.route, call.repository.fullName) }, plan);
}

const gitData = new Set(['branches', 'commits', 'compare', 'contents', 'merges']);

/** Which reads lag together: a repository's git data, and each of its other resources by its own. */
export function scopeOf(route: string, fullName: string): string {
  const resource = route.split('/')[4] ?? '';
  return `${fullName} ${gitData.has(resource) ? 'git' : resource}`;
}

/** Items of the asked page, and the `Link` header that leads to the others. */
export function paginate<T>(call: AccountCall, items: readonly T[]): { readonly page: readonly T[]; readonly headers: Record<string, string> } {
  const { skip, limit } = window(call);
  return { page: items.slice(skip, skip + limit), headers: linkHeader(call, items.length) };
}

/** For lists that are cut before they are read. */
export function window(call: AccountCall): { readonly skip: number; readonly limit: number } {
  const limit = Math.min(Math.max(Number(call.query.get('per_page') ?? 30) || 30, 1), 100);
  return { skip: (pageNumber(call) - 1) * limit, limit };
}

export function linkHeader(call: AccountCall, total: number, limit = window(call).limit): Record<string, string> {
  const page = pageNumber(call);
  const last = Math.max(Math.ceil(total / limit), 1);
  const links = [
    ...(page > 1 ? [link(call, page - 1, 'prev'), link(call, 1, 'first')] : []),
    ...(page < last ? [link(call, page + 1, 'next'), link(call, last, 'last')] : []),
  ];
  return links.length === 0 ? {} : { link: links.join(', ') };
}

/** A number from the path. @throws Refusal 404 when it is none */
export function numberParam(call: AccountCall, name: string): number {
  const value = Number(call.params[name]);
  if (!Number.isSafeInteger(value)) throw new Refusal(404, 'Not Found');
  return value;
}

function pageNumber(call: AccountCall): number {
  return Math.max(Number(call.query.get('page') ?? 1) || 1, 1);
}

function link(call: AccountCall, page: number, rel: string): string {
  const path = (call.route.split(' ')[1] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(call.params[name] ?? ''));
  const query = new URLSearchParams(call.query);
  query.set('page', String(page));
  return `<${call.world.url}/api/v3${path}?${query}>; rel="${rel}"`;
}
