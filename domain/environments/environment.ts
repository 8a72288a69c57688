import { z } from 'zod';
import { deferred } from '../text/deferred.ts';
import type { Sha } from '../code/commit.ts';
import { shortSha } from '../code/commit.ts';
import type { Claim, Deployed, Frozen, Landing, Leaving } from './claim.ts';
import type { Refusal } from '../people/decision.ts';
import { endsSooner, lasts } from '../people/order.ts';
import type { FreezeWindow, Freezing, Thawing } from './freeze.ts';

/** What starts an environment's workflow by hand. A release starts it by itself. */
export const environmentRequest = deferred(() => z.strictObject({
  environment: z.string().min(1),
  /** Handed on from the run before. */
  record: z.custom<EnvironmentRecord>().optional(),
}));
export type EnvironmentRequest = z.output<typeof environmentRequest>;
export const environmentRequestExample = { environment: 'production' };

export const environmentPrefix = 'environment/';

export function environmentId(environment: string): string {
  return environmentPrefix + environment;
}

export interface Queued {
  readonly claim: Claim;
  /** ISO 8601 */
  readonly since: string;
}

export interface GrantedLease extends Queued {
  /** Rises with each grant: a deployment that carries a lower one than its environment has seen is out of date. */
  readonly fence: number;
  /** What its component ran here before. */
  readonly previous?: Deployed;
}

/** How the last thing that was tried under a claim ended. */
export type LastDeployment = 'succeeded' | 'rolledBack' | 'failed' | 'none';

/** What is known of one environment. */
export interface EnvironmentRecord {
  readonly environment: string;
  /** Of the last grant. */
  readonly fence: number;
  readonly lease?: GrantedLease;
  /** In the order in which they will be served. */
  readonly queue: readonly Queued[];
  /** By component. */
  readonly deployed: Readonly<Record<string, Deployed>>;
  readonly freeze?: Freezing & { readonly since: string };
  /** How the freeze before was ended; nothing while there is one. */
  readonly thaw?: Thawing & { readonly since: string };
  readonly windows: readonly FreezeWindow[];
  /** Workflows that wait for what is deployed here, or rely on it: each is woken by every deployment. */
  readonly followers: readonly string[];
  /** What people have sent in vain. */
  readonly refused: readonly Refusal[];
}

/** What the query `status` answers. */
export type EnvironmentStatus = EnvironmentRecord & { readonly frozen?: Frozen };

export type ClaimAnswer =
  | { readonly kind: 'granted'; readonly fence: number; readonly previous?: Deployed }
  /** `outage`: why it is not known yet what runs there. */
  | { readonly kind: 'queued'; readonly behind: readonly string[]; readonly frozen?: Frozen; readonly outage?: string }
  /** Ask again once it is known which of these candidates this one comes after. */
  | { readonly kind: 'compare'; readonly with: readonly Sha[] }
  | { readonly kind: 'refused'; readonly why: string };

/** Something that a release has to hear. */
export type Notice =
  | { readonly kind: 'granted'; readonly to: string; readonly key: string; readonly fence: number; readonly previous?: Deployed }
  | { readonly kind: 'superseded'; readonly to: string; readonly key: string; readonly by: string }
  | { readonly kind: 'news'; readonly to: string; readonly about: string };

export interface Step {
  readonly record: EnvironmentRecord;
  readonly notices: readonly Notice[];
}

export function newEnvironment(environment: string): EnvironmentRecord {
  return { environment, fence: 0, queue: [], deployed: {}, windows: [], followers: [], refused: [] };
}

/** What was said to a run that somebody has ended counts on, unless something else was said since. Its lease and its queue are asked for anew. */
export function inherited(record: EnvironmentRecord, { fence, freeze, followers, refused }: EnvironmentRecord): EnvironmentRecord {
  return {
    ...(freeze && { freeze }),
    ...record,
    fence,
    followers: [...new Set([...followers, ...record.followers])],
    refused: [...refused, ...record.refused],
  };
}

/**
 * Takes a claim in. `after` names the candidates that this one is known to come after: without that, nobody can tell a newer
 * candidate, which takes the place of an older one in the queue, from an older one, which has no business here.
 */
export function claimed(record: EnvironmentRecord, claim: Claim, { after, now }: { readonly after: readonly Sha[]; readonly now: string }): Step & { readonly answer: ClaimAnswer } {
  const refused = (answer: ClaimAnswer) => ({ record, notices: [], answer });
  if (!knows(record, claim.key)) {
    const { component, candidate } = claim;
    if (claim.purpose === 'rollback' && record.deployed[component]?.release !== claim.release) {
      return refused({ kind: 'refused', why: `${record.environment} runs ${record.deployed[component]?.release ?? 'something else'} by now` });
    }
    const unknown = claim.purpose === 'rollback' ? [] : rivals(record, component).filter((rival) => rival !== candidate && !after.includes(rival));
    if (unknown.length > 0) return refused({ kind: 'compare', with: unknown });
  }
  const { record: next, notices } = knows(record, claim.key) ? { record, notices: [] } : queued(record, { claim, since: now });
  const step = served(next, now);
  const others = step.notices.filter((notice) => notice.kind !== 'granted' || notice.key !== claim.key);
  return { record: step.record, notices: [...notices, ...others], answer: answerTo(step.record, claim, now) };
}

/** Whoever holds the environment, or waits for it, needs it no more. */
export function left(record: EnvironmentRecord, { key, component, runs }: Leaving, now: string): Step {
  const held = record.lease?.claim.key === key;
  const { record: known, notices } = held && runs ? brought(record, component, runs) : { record, notices: [] };
  const { lease, ...rest } = known;
  const step = served({ ...rest, ...(!held && lease && { lease }), queue: known.queue.filter(({ claim }) => claim.key !== key) }, now);
  return { record: step.record, notices: [...step.notices, ...notices] };
}

/** The holder has brought something, which it goes on to watch. */
export function landed(record: EnvironmentRecord, { fence, component, runs, others = {} }: Landing, now: string): Step {
  if (record.lease?.fence !== fence) return { record, notices: [] };
  const along = Object.entries(others).map(([name, candidate]) => {
    const before = record.deployed[name];
    return [name, { ...(before?.candidate === candidate ? before : { candidate, release: runs.release, since: now }), sha: runs.sha }] as const;
  });
  return [...along, [component, { ...runs, since: now }] as const].reduce<Step>(
    ({ record: known, notices }, [name, version]) => {
      const step = brought(known, name, version);
      return { record: step.record, notices: [...notices, ...step.notices] };
    },
    { record, notices: [] },
  );
}

/** Followers hear of it once, however often it is said. */
function brought(record: EnvironmentRecord, component: string, runs: Deployed): Step {
  const before = record.deployed[component];
  if (before?.candidate === runs.candidate && before.sha === runs.sha && before.release === runs.release) return { record, notices: [] };
  const about = `${record.environment} runs ${component} ${shortSha(runs.candidate)}`;
  return {
    record: { ...record, deployed: { ...record.deployed, [component]: runs } },
    notices: record.followers.map((to) => ({ kind: 'news', to, about })),
  };
}

/** What was seen to run there, whoever brought it. Whoever has the environment looks, and tells, itself. */
export function sighted(record: EnvironmentRecord, found: EnvironmentRecord['deployed']): Step {
  if (record.lease) return { record, notices: [] };
  return Object.entries(found).reduce<Step>(
    ({ record: known, notices }, [component, runs]) => {
      const before = known.deployed[component];
      const step = brought(known, component, before?.candidate === runs.candidate ? { ...before, sha: runs.sha } : runs);
      return { record: step.record, notices: [...notices, ...step.notices] };
    },
    { record, notices: [] },
  );
}

/** Its holder is gone without leaving. `last`: how the last thing that it tried ended. */
export function abandoned(record: EnvironmentRecord, lease: GrantedLease, last: LastDeployment, now: string): Step {
  if (record.lease?.fence !== lease.fence) return { record, notices: [] };
  const { environment, key, component, candidate, sha, release } = lease.claim;
  const runs = { candidate, sha, release, since: now };
  const there = last === 'succeeded' ? runs : last === 'rolledBack' ? lease.previous : undefined;
  return left(record, { environment, key, component, ...(there && { runs: there }) }, now);
}

/** A notice has found nobody. */
export function unheard(record: EnvironmentRecord, notice: Notice, now: string): Step {
  const { environment } = record;
  switch (notice.kind) {
    case 'granted':
      return left(record, { environment, key: notice.key, component: '' }, now);
    case 'news':
      return { record: unfollowed(record, notice.to), notices: [] };
    case 'superseded':
      return { record, notices: [] };
  }
}

/** Whoever follows an environment hears of each deployment, until it is gone. */
export function followed(record: EnvironmentRecord, workflow: string): EnvironmentRecord {
  return { ...record, followers: [...new Set([...record.followers, workflow])] };
}

export function unfollowed(record: EnvironmentRecord, workflow: string): EnvironmentRecord {
  return { ...record, followers: record.followers.filter((other) => other !== workflow) };
}

/** Grants the environment to whoever is next, if it is free and may be changed. */
export function served(record: EnvironmentRecord, now: string): Step {
  const [next, ...queue] = record.queue;
  if (record.lease || !next || (next.claim.purpose === 'promote' && frozenBy(record, now))) return { record, notices: [] };
  const { key, release, component } = next.claim;
  const fence = record.fence + 1;
  const previous = record.deployed[component];
  const lease = { claim: next.claim, fence, since: now, ...(previous && { previous }) };
  return { record: { ...record, fence, lease, queue }, notices: [{ kind: 'granted', to: release, key, fence, ...(previous && { previous }) }] };
}

export function frozen(record: EnvironmentRecord, freeze: Freezing, now: string): EnvironmentRecord {
  const { thaw: _, ...rest } = record;
  return { ...rest, freeze: { ...freeze, since: now } };
}

/** Why a freeze may not take the place of the one that there is: it would end somebody else's sooner, unsaid. */
export function shortens({ freeze }: EnvironmentRecord, freezing: Freezing, now: string): string | undefined {
  if (!freeze || !endsSooner(freeze, freezing, now)) return undefined;
  return `${freeze.by} has frozen it until ${freeze.until ?? 'it is thawed'} (${freeze.reason}): thaw it first`;
}

/** Ends an operator's freeze; the calendar's stay. */
export function thawed(record: EnvironmentRecord, thaw: Thawing, now: string): Step {
  const { freeze: _, ...rest } = record;
  return served({ ...rest, thaw: { ...thaw, since: now } }, now);
}

/** What keeps the environment frozen at that time. */
export function frozenBy({ freeze, windows }: EnvironmentRecord, now: string): Frozen | undefined {
  const at = Date.parse(now);
  if (freeze && lasts(freeze, now)) {
    return { by: freeze.by, reason: freeze.reason, ...(freeze.until && { until: freeze.until }) };
  }
  const window = windows.find(({ from, to }) => Date.parse(from) <= at && at < Date.parse(to));
  return window && { reason: window.reason, until: window.to };
}

/** When the calendar, or the end of an operator's freeze, next changes something: ms since 1970. */
export function nextChange({ freeze, windows }: EnvironmentRecord, now: string): number | undefined {
  const times = [freeze?.until, ...windows.flatMap(({ from, to }) => [from, to])].flatMap((time) => (time === undefined ? [] : Date.parse(time)));
  const ahead = times.filter((time) => time > Date.parse(now));
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}

function knows({ lease, queue }: EnvironmentRecord, key: string): boolean {
  return lease?.claim.key === key || queue.some(({ claim }) => claim.key === key);
}

/** Candidates of the component that run there, or are about to. */
function rivals({ deployed, lease, queue }: EnvironmentRecord, component: string): Sha[] {
  const claims = [...(lease ? [lease] : []), ...queue].map(({ claim }) => claim).filter((claim) => claim.component === component);
  return [...new Set([...(deployed[component] ? [deployed[component].candidate] : []), ...claims.map(({ candidate }) => candidate)])];
}

/** A newer candidate takes the place of the oldest one of its component; a rollback goes before everything but earlier rollbacks. */
function queued(record: EnvironmentRecord, one: Queued): Step {
  const { queue } = record;
  if (one.claim.purpose === 'rollback') {
    const at = queue.filter(({ claim }) => claim.purpose === 'rollback').length;
    return { record: { ...record, queue: queue.toSpliced(at, 0, one) }, notices: [] };
  }
  const older = queue.filter(({ claim }) => claim.purpose === 'promote' && claim.component === one.claim.component);
  const place = queue.findIndex((other) => other === older[0]);
  const rest = queue.filter((other) => !older.includes(other));
  return {
    record: { ...record, queue: place === -1 ? [...rest, one] : rest.toSpliced(place, 0, one) },
    notices: older.map(({ claim }) => ({ kind: 'superseded', to: claim.release, key: claim.key, by: one.claim.release })),
  };
}

function answerTo(record: EnvironmentRecord, { key }: Claim, now: string): ClaimAnswer {
  const { lease, queue } = record;
  if (lease?.claim.key === key) return { kind: 'granted', fence: lease.fence, ...(lease.previous && { previous: lease.previous }) };
  const before = queue.slice(0, queue.findIndex(({ claim }) => claim.key === key));
  const freeze = frozenBy(record, now);
  return { kind: 'queued', behind: [...(lease ? [lease] : []), ...before].map(({ claim }) => claim.release), ...(freeze && { frozen: freeze }) };
}
