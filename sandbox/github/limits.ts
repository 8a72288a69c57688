import { STATUS_CODES } from 'node:http';
import { json } from '../http/exchange.ts';
import { refusalReply } from './refusal.ts';
import type { Reply } from '../http/exchange.ts';
import type { FaultReply } from '../http/fault-reply.ts';
import type { AccountCall } from './call.ts';
import type { Limits } from '../world/state.ts';

/** Requests an hour that GitHub grants an app's installation. */
const hourlyLimit = 15_000;

export function createLimits(): Limits {
  const reset = Math.floor(Date.now() / 1000) + 3600;
  const used = new Map<string, number>();

  return {
    take(login) {
      const count = used.get(login) ?? 0;
      if (count >= hourlyLimit) return false;
      used.set(login, count + 1);
      return true;
    },
    giveBack(login) {
      used.set(login, (used.get(login) ?? 1) - 1);
    },
    headers: (login) => limitHeaders({ used: used.get(login) ?? 0, reset }),
  };
}

export function getRateLimit({ world, user }: AccountCall): Reply {
  const headers = world.limits.headers(user.login);
  const read = (name: string): number => Number(headers[`x-ratelimit-${name}`]);
  const core = { limit: read('limit'), remaining: read('remaining'), reset: read('reset'), used: read('used'), resource: 'core' };
  return json(200, { resources: { core, search: { ...core, resource: 'search' }, graphql: { ...core, resource: 'graphql' } }, rate: core });
}

export function exhausted(login: string, headers: Record<string, string>): Reply {
  const refusal = refusalReply({ status: 403, message: `API rate limit exceeded for ${login}.`, errors: [] });
  return { ...refusal, headers: { ...headers, 'x-ratelimit-remaining': '0' } };
}

/** A planned fault in GitHub's words. */
export function githubFault({ action }: FaultReply, login: string): Reply {
  if (action.kind === 'fail') {
    const message = STATUS_CODES[action.status] ?? 'Error';
    return { status: action.status, headers: action.headers ?? {}, body: action.body ?? refusalReply({ status: action.status, message, errors: [] }).body };
  }
  if (action.secondary) {
    const message = 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.';
    return { ...refusalReply({ status: 403, message, errors: [] }), headers: { 'retry-after': String(action.retryAfterSeconds) } };
  }
  const reset = Math.ceil(Date.now() / 1000) + action.retryAfterSeconds;
  return exhausted(login, limitHeaders({ used: hourlyLimit, reset }));
}

function limitHeaders({ used, reset }: { used: number; reset: number }): Record<string, string> {
  return {
    'x-ratelimit-limit': String(hourlyLimit),
    'x-ratelimit-remaining': String(Math.max(hourlyLimit - used, 0)),
    'x-ratelimit-used': String(used),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-resource': 'core',
  };
}
