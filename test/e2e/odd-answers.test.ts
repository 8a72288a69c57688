import type { WorkflowHandle } from '@temporalio/client';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReleaseOutcome } from '../../domain/component/outcome.ts';
import type { ReleaseStatus } from '../../domain/release/status.ts';
import { approve, decide } from '../../workflows/people/messages.ts';
import { status } from '../../workflows/release/messages.ts';
import { endEnvironments } from '../environments.ts';
import { startWorker } from '../servers.ts';
import { openWorld, workerEnvironment, writeCatalog } from '../worlds.ts';
import type { Snapshot, World } from '../worlds.ts';
import { useServers } from './stand.ts';

const servers = useServers();

/** By hand: `SLIPWAY_SEEDS=1-40 npm test -- test/e2e/odd-answers.test.ts`. */
const [first, last = first] = (process.env.SLIPWAY_SEEDS ?? '1-2').split('-').map(Number) as [number, number?];
const seeds = Array.from({ length: last! - first + 1 }, (_, index) => first + index);

/** What GitHub says when it says no, each true of something at some time. */
const texts: Readonly<Record<number, readonly string[]>> = {
  400: ['Problems parsing JSON'],
  401: ['Bad credentials'],
  403: ['Resource not accessible by integration', 'This workflow run cannot be retried', 'Must have admin rights to Repository.'],
  404: ['Not Found', 'No commit found for the ref', 'Branch not found'],
  405: ['Required status check "rspec" is expected.', '2 of 3 required status checks are pending.', 'Merge already in progress', 'Pull Request is not mergeable', 'Base branch was modified. Review and try the merge again.', 'Pull Request is still a draft'],
  409: ['Git Repository is empty.', 'Head branch was modified. Review and try the merge again.'],
  410: ['This resource is gone'],
  422: ['Validation Failed: head invalid', 'Validation Failed: base invalid', 'Object does not exist', 'Reference does not exist', 'No ref found for: refs/heads/release/gitaly', 'Reference already exists'],
  451: ['Repository access blocked'],
};
const slackErrors = ['channel_not_found', 'invalid_auth', 'missing_scope', 'not_in_channel', 'message_not_found'];

/** Mulberry32: the same numbers for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

interface Request {
  readonly route: string;
  readonly credential: string;
}

interface Run {
  readonly outcome: ReleaseOutcome;
  readonly ended: ReleaseStatus;
  readonly snapshot: Snapshot;
  readonly effects: readonly string[];
  readonly requests: readonly Request[];
  /** What people were asked, besides their approval. */
  readonly asked: readonly string[];
}

/** What a release asks of a service; the health of an environment is no service's answer. */
function asksOf({ route, credential }: Request): boolean {
  return credential !== '' && !/health|deployed/.test(route);
}

/** One odd answer to each of a third of the kinds of request, to one of those that an undisturbed release sends. */
function oddAnswers(requests: readonly Request[], seed: number) {
  const below = random(seed);
  const pick = <T>(among: readonly T[]): T => among[below(among.length)]!;
  const counts = new Map<string, number>();
  for (const { route } of requests.filter(asksOf)) counts.set(route, (counts.get(route) ?? 0) + 1);
  const met = [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).filter(() => below(3) === 0);
  return met.map(([route, count]) => {
    const match = { route, nth: 1 + below(count) };
    if (/^\S+ \/repos|^\S+ \/user|graphql/.test(route)) {
      const code = Number(pick(Object.keys(texts)));
      return { match, action: { kind: 'fail', status: code, body: { message: pick(texts[code]!) } } };
    }
    return { match, action: { kind: 'fail', status: 200, body: { ok: false, error: pick(slackErrors) } } };
  });
}

async function run(faults: readonly object[] = []): Promise<Run> {
  const world = await openWorld(servers.sandboxUrl());
  const catalog = await writeCatalog(world);
  const taskQueue = world.name;
  const worker = await startWorker({ ...workerEnvironment(world, { address: servers.address(), taskQueue, catalog: catalog.file }), SLIPWAY_DOUBT_MS: '20000' });
  const { workflow } = servers.client();
  let release: WorkflowHandle | undefined;
  const clear = async () => {
    await release?.terminate().catch(() => undefined);
    await endEnvironments(servers.client());
    await worker.stop();
    await catalog.remove();
    await world.close();
  };
  onTestFinished(clear);
  for (const fault of faults) await world.control('faults', fault);
  const start = await workflow.start('componentRelease', { workflowId: `start-${taskQueue}`, taskQueue, args: [{ component: 'gitaly' }] });
  release = workflow.getHandle(((await start.result()) as Extract<ReleaseOutcome, { kind: 'handedOver' }>).to);
  const asked = await attend(release);
  const outcome = (await release.result()) as ReleaseOutcome;
  return { outcome, asked, ended: await release.query(status), ...(await world.control<Request[]>('requests').then((requests) => ({ requests }))), ...(await seen(world)) };
}

async function seen(world: World): Promise<Pick<Run, 'snapshot' | 'effects'>> {
  return { snapshot: await world.snapshot(), effects: (await world.journal()).map(({ key, nth }) => `${key} (${nth})`).toSorted() };
}

/** Approves, and says that what was refused is tried again, until it has ended. */
async function attend(release: WorkflowHandle): Promise<readonly string[]> {
  const asked: string[] = [];
  const ended = release.result().then(() => true, () => true);
  while (!(await Promise.race([ended, new Promise<false>((resolve) => setTimeout(() => resolve(false), 200))]))) {
    const { state, waitingFor } = await release.query<ReleaseStatus>(status);
    const ways = waitingFor?.send ?? [];
    // Sooner, they would not be asked: it is still looked at what for.
    if (ways.some(({ message }) => message === 'approve')) await release.signal(approve.signal, { stage: 'production', by: 'alice' });
    // What soaks can be ended at any time: nothing is asked.
    else if (state !== 'soaking' && ways.some(({ message }) => message === 'decide')) {
      asked.push(waitingFor!.what);
      expect(ways.map(({ payload }) => (payload as { choice: string }).choice), waitingFor!.what).toContain('retry');
      await release.executeUpdate(decide.update, { args: [{ choice: 'retry', by: 'alice' }] }).catch(() => undefined);
    }
  }
  return asked;
}

/** Each run has a world of its own, whose name is in its addresses. */
function withoutWorld(outcome: ReleaseOutcome): object {
  return JSON.parse(JSON.stringify(outcome).replaceAll(/\/w\/\w+/g, '/w/world')) as object;
}

/** What is deployed, merged and left, without what people were told, and without a branch that they were told to remove. */
function effective({ repositories, environments, flags, objects }: Snapshot, owed: readonly string[] = []): object {
  const places = Object.entries(repositories).map(([name, { refs, pulls }]) => [name, { refs: Object.fromEntries(Object.entries(refs).filter(([ref]) => !owed.some((todo) => todo.startsWith(`remove the branch ${ref.slice('refs/heads/'.length)} of ${name}:`)))), pulls: pulls.map((pull) => ({ ...pull, labels: [], comments: [] })) }]);
  return { environments, flags, objects, repositories: Object.fromEntries(places) };
}

describe('odd answers to what a release asks', () => {
  let undisturbed: Run | undefined;

  it.each(seeds)('change nothing of how it ends, or are asked about: seed %i', async (seed) => {
    undisturbed ??= await run();
    const faults = oddAnswers(undisturbed.requests, seed);
    expect(faults.length).toBeGreaterThan(3);
    const disturbed = await run(faults);
    const context = JSON.stringify({ seed, faults, asked: disturbed.asked, owed: disturbed.ended.owed }, null, 1);
    expect(withoutWorld(disturbed.outcome), context).toEqual(withoutWorld(undisturbed.outcome));
    expect(effective(disturbed.snapshot, disturbed.ended.owed), context).toEqual(effective(undisturbed.snapshot));
    // What people could not be told, and what could not be tidied up, is owed; else all is as ever.
    const { owed } = disturbed.ended;
    if (owed.length === 0) expect(disturbed.effects, context).toEqual(undisturbed.effects);
    // What was not told is one message less: but nothing is done twice that is done once else.
    const again = ({ effects }: Pick<Run, 'effects'>) => new Set(effects.filter((effect) => /\(([2-9]|\d\d)\)$/.test(effect)));
    expect([...again(disturbed)].filter((effect) => !again(undisturbed!).has(effect)), context).toEqual([]);
  });
});
