import { expect } from 'vitest';
import type { Effect, RequestRecord } from '../worlds.ts';
import { straight } from './component-releases.ts';
import { named } from './matrix.ts';
import type { Ending, Fault } from './matrix.ts';
import { published, putBack, rebuilt, repaired } from './schema-releases.ts';
import { chosen, endsTheSame } from './survives.ts';
import type { Trial } from './survives.ts';

/** Longest wait of the clients for an answer, in ms. */
const timeoutMs = 1_500;
const retryAfterSeconds = 1;
const impatient = { environment: { GITHUB_TIMEOUT_MS: String(timeoutMs), SLACK_TIMEOUT_MS: String(timeoutMs), GCS_TIMEOUT_MS: String(timeoutMs) } };

/** What may become of the request that writes, in place of the right answer in time. */
const faults = {
  'is answered with 500 and not applied': { kind: 'fail', status: 500 },
  'is applied, and the connection breaks off': { kind: 'applyThen', reply: 'reset' },
  'is applied, and answered with 502': { kind: 'applyThen', reply: { status: 502 } },
  'is applied, and never answered': { kind: 'applyThen', reply: 'timeout' },
  'is answered slowly': { kind: 'delay', ms: timeoutMs - 500 },
} as const;

/** Is tried again after a minute: in a matrix of turns only one write meets it. */
const denied = { 'is answered with 401': { kind: 'fail', status: 401 } } as const;

/** What asks for patience. */
const limits = {
  'meets a 429 with Retry-After': { kind: 'fail', status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
  'meets the limit of an hour': { kind: 'rateLimit', retryAfterSeconds },
  'meets the secondary limit': { kind: 'rateLimit', retryAfterSeconds, secondary: true },
} as const;

const turns = process.env.SLIPWAY_TURNS === '1';

/** A run for each write, or in a matrix of turns one in which they all meet the fault, one after another. */
await endsTheSame(chosen([straight, published, rebuilt, putBack, repaired]), (all) => {
  const effects = all.filter(({ key }) => !key.startsWith('temporal'));
  // Nothing but a list shows whether there is one already.
  const listed = effects.filter(({ key }) => /^(dispatch|pull) /.test(key)).slice(-1);
  const met = turns ? [effects] : effects.map((effect) => [effect]);
  const seenLate = met.map((some) => some.filter(({ key }) => !isGcs(key))).filter((some) => some.length > 0);
  return [
    ...met.flatMap((some) => [...failing(some, faults), ...limited(some)]),
    ...seenLate.map((some) => lagging(some, 3)),
    ...(turns ? [listed] : met).filter((some) => some.length > 0).flatMap((some) => failing(some, denied)),
    ...(listed.length > 0 ? [lagging(listed, 30)] : []),
  ];
});

/** Its reads see every write at once. */
function isGcs(key: string): boolean {
  return /^(upload|copy|remove) schemas-migrations\//.test(key);
}

function failing(effects: readonly Effect[], actions: Readonly<Record<string, Fault['action']>>): readonly Trial[] {
  return Object.entries(actions).map(([what, action]) => ({ when: `when ${theirName(effects)} ${what}`, faults: each(effects, action), ...impatient }));
}

function limited(effects: readonly Effect[]): readonly Trial[] {
  return Object.entries(limits).map(([what, action]) => ({ when: `when ${theirName(effects)} ${what}`, faults: each(effects, action), ...impatient, check: keptQuiet }));
}

/** Reads see the write `seconds` later. Slipway believes that they may lag for a second more. */
function lagging(effects: readonly Effect[], seconds: number): Trial {
  const lagMs = (seconds + 1) * 1_000;
  return {
    when: `when ${theirName(effects)} is not seen for ${seconds} s`,
    faults: each(effects, { kind: 'staleReads', seconds }),
    environment: { ...impatient.environment, SLIPWAY_READ_LAG_MS: String(lagMs) },
    pace: { attempt: `${3 * lagMs}ms` },
  };
}

function each(effects: readonly Effect[], action: Fault['action']): readonly Fault[] {
  return effects.map((effect) => ({ effect, action }));
}

function theirName(effects: readonly Effect[]): string {
  return effects.length === 1 ? named(effects[0]!) : `each of ${effects.length} writes`;
}

/** Nothing is asked of an API before the time that it has set, but for what was on its way at that moment. */
function keptQuiet({ requests }: Ending): void {
  const onItsWayMs = 100;
  const limits = requests.filter(({ status }) => status === 429 || status === 403);
  expect(limits.length).toBeGreaterThan(0);
  for (const limit of limits) {
    const from = Date.parse(limit.at) + onItsWayMs;
    const until = Date.parse(limit.at) + retryAfterSeconds * 1_000;
    const early = requests.filter((request) => apiOf(request) === apiOf(limit) && from < Date.parse(request.at) && Date.parse(request.at) < until);
    expect(early).toEqual([]);
  }
}

function apiOf({ path }: RequestRecord): 'gcs' | 'github' | 'slack' | undefined {
  if (path.includes('/slack/api/')) return 'slack';
  if (path.includes('/gcs/')) return 'gcs';
  return path.includes('/api/') ? 'github' : undefined;
}
