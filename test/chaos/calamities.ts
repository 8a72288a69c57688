/** What the sandbox does to a request: one of its actions. */
interface Action {
  readonly kind: string;
  readonly [detail: string]: unknown;
}

export type Calamity = { /** Since the trial began. */ readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly worker: number }
  | { readonly kind: 'freeze'; readonly worker: number; readonly forMs: number }
  /** Between the server's word that an attempt may write, and the sending of what it writes next. */
  | { readonly kind: 'freezeSending'; readonly worker: number; readonly forMs: number }
  /** Temporal's server is killed, and started again on what it has stored. */
  | { readonly kind: 'server' }
  /** A request on this route is answered otherwise, or its effect is seen late. */
  | { readonly kind: 'answer'; readonly route: string; readonly action: Action }
);

/**
 * What people do after both components were released once: another commit, for both at once; a pin that is taken back by hand, and released again; a commit that is
 * rolled back by a decision or rejected, and carried on with.
 */
export const scenes = ['again', 'reverted', 'rolledBack', 'rejected'] as const;

export type Scene = (typeof scenes)[number];

/** All that happens in a trial by chance: it can be written down, and had again. */
export interface Trial {
  readonly seed: number;
  /** By how much the clocks of the two workers are wrong, in ms. */
  readonly skewsMs: readonly [number, number];
  readonly scene: Scene;
  readonly calamities: readonly Calamity[];
}

/** So long a read lags at most, in ms; the workers are told so. */
export const readLagMs = 2_500;

/** So long calamities come, in ms: longer than most trials last. */
const stormMs = 90_000;

const repository = '/repos/{owner}/{repo}';
const writes = [
  ...['pulls', 'git/refs', 'git/trees', 'git/commits', 'issues/{issue_number}/labels', 'deployments', 'actions/workflows/{workflow_id}/dispatches'].map((path) => `POST ${repository}/${path}`),
  `PUT ${repository}/pulls/{pull_number}/merge`,
  `DELETE ${repository}/git/refs/{ref}`,
  'POST /slack/api/chat.postMessage',
  'POST /slack/api/chat.update',
];
const reads = ['pulls', 'pulls/{pull_number}', 'actions/workflows/{workflow_id}/runs', 'actions/runs/{run_id}', 'git/ref/{ref}', 'commits/{ref}/check-runs', 'compare/{basehead}', 'contents/{path}', 'deployments', 'deployments/{deployment_id}/statuses'].map((path) => `GET ${repository}/${path}`);

const page = { headers: { 'content-type': 'text/html' }, body: '<html>a proxy</html>' };
const spoilt: readonly Action[] = [
  { kind: 'fail', status: 502 },
  { kind: 'fail', status: 403, ...page },
  { kind: 'fail', status: 200, ...page },
  { kind: 'fail', status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: '{"id": 1, "number": 1, "sta' },
  { kind: 'applyThen', reply: 'reset' },
];
const actions: readonly Action[] = [...spoilt, { kind: 'applyThen', reply: { status: 502 } }, { kind: 'applyThen', reply: 'timeout' }, { kind: 'delay', ms: 1_500 }, { kind: 'staleReads', seconds: 2 }, { kind: 'staleReads', seconds: 2 }];

const kinds = ['kill', 'kill', 'kill', 'freeze', 'freeze', 'freezeSending', 'freezeSending', 'server', 'answer', 'answer', 'answer', 'answer', 'answer', 'read', 'read'] as const;

/** What befalls a trial, by its seed. */
export function trialOf(seed: number): Trial {
  const random = randomOf(seed);
  const below = (most: number) => Math.floor(random() * most);
  const any = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const skewsMs = [any([0, 0, 15_000, 3_600_000]), any([0, -15_000, -3_600_000])] as const;
  // One after another, so that a few trials have them all.
  const scene = scenes[seed % scenes.length]!;
  const calamity = (): Calamity => {
    const atMs = below(stormMs);
    const kind = any(kinds);
    switch (kind) {
      case 'kill':
        return { atMs, kind, worker: below(2) };
      case 'freeze':
        return { atMs, kind, worker: below(2), forMs: any([500, 3_000, 8_000]) };
      case 'freezeSending':
        return { atMs, kind, worker: below(2), forMs: any([3_000, 6_000]) };
      case 'server':
        return { atMs, kind };
      case 'answer':
        return { atMs, kind, route: any(writes), action: any(actions) };
      case 'read':
        return { atMs, kind: 'answer', route: any(reads), action: any(spoilt) };
    }
  };
  const calamities = Array.from({ length: 20 + below(16) }, calamity).toSorted((a, b) => a.atMs - b.atMs);
  return { seed, skewsMs, scene, calamities };
}

/** mulberry32 */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
