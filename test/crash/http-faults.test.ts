import { expect } from 'vitest';
import type { Effect, RequestRecord } from '../worlds.ts';
import { straight } from './component-releases.ts';
import { named } from './matrix.ts';
import type { Ending } from './matrix.ts';
import { endsTheSame } from './survives.ts';
import type { Trial } from './survives.ts';

/** Longest wait of the clients for an answer, in ms. */
const timeoutMs = 1_500;
const retryAfterSeconds = 1;
const impatient = { environment: { GITHUB_TIMEOUT_MS: String(timeoutMs), SLACK_TIMEOUT_MS: String(timeoutMs) } };

/** What may become of the request that writes, in place of the right answer in time. */
const faults = {
  'is answered with 500 and not applied': { kind: 'fail', status: 500 },
  'is applied, and the connection breaks off': { kind: 'applyThen', reply: 'reset' },
  'is applied, and answered with 502': { kind: 'applyThen', reply: { status: 502 } },
  'is applied, and never answered': { kind: 'applyThen', reply: 'timeout' },
  'is answered with 401': { kind: 'fail', status: 401 },
  'is answered slowly': { kind: 'delay', ms: timeoutMs - 500 },
} as const;

/** What asks for patience. */
const limits = {
  'meets a 429 with Retry-After': { kind: 'fail', status: 429, headers: { 'retry-after': String(retryAfterSeconds) } },
  'meets the limit of an hour': { kind: 'rateLimit', retryAfterSeconds },
  'meets the secondary limit': { kind: 'rateLimit', retryAfterSeconds, secondary: true },
} as const;

await endsTheSame([straight], (all) => {
  const effects = all.filter(({ key }) => !key.startsWith('temporal'));
  return [
    ...effects.flatMap((effect) => [...failing(effect), ...limited(effect), lagging(effect, 3)]),
    ...effects.filter(({ key }) => key.startsWith('dispatch')).slice(0, 1).map((effect) => lagging(effect, 30)),
  ];
});

function failing(effect: Effect): readonly Trial[] {
  return Object.entries(faults).map(([what, action]) => ({ when: `when ${named(effect)} ${what}`, faults: [{ effect, action }], ...impatient }));
}

function limited(effect: Effect): readonly Trial[] {
  return Object.entries(limits).map(([what, action]) => ({ when: `when ${named(effect)} ${what}`, faults: [{ effect, action }], ...impatient, check: keptQuiet }));
}

/** Reads see the write `seconds` later. Slipway believes that they may lag for a second more. */
function lagging(effect: Effect, seconds: number): Trial {
  const lagMs = (seconds + 1) * 1_000;
  return {
    when: `when ${named(effect)} is not seen for ${seconds} s`,
    faults: [{ effect, action: { kind: 'staleReads', seconds } }],
    environment: { ...impatient.environment, SLIPWAY_READ_LAG_MS: String(lagMs) },
    pace: { attempt: `${3 * lagMs}ms` },
  };
}

/** Nothing is asked of an API before the time that it has set, but for what was on its way at that moment. */
function keptQuiet({ requests }: Ending): void {
  const onItsWayMs = 100;
  const limit = requests.find(({ status }) => status === 429 || status === 403)!;
  const from = Date.parse(limit.at) + onItsWayMs;
  const until = Date.parse(limit.at) + retryAfterSeconds * 1_000;
  const early = requests.filter((request) => apiOf(request) === apiOf(limit) && from < Date.parse(request.at) && Date.parse(request.at) < until);
  expect(early).toEqual([]);
}

function apiOf({ path }: RequestRecord): 'github' | 'slack' | undefined {
  if (path.includes('/slack/api/')) return 'slack';
  return path.includes('/api/') ? 'github' : undefined;
}
